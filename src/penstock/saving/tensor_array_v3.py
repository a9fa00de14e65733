"""TensorArrays of GraphDefs, handles with a flow or lists: here both are stacks."""

from __future__ import annotations

from collections.abc import Callable

from penstock.core.dtypes import int32
from penstock.core.shapes import TensorShape, as_dims
from penstock.ir.constant import constant_value
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


def _made(inputs, attrs, name):
    dims = as_dims(attrs.get("element_shape"))
    stack = TABLE["_StackReserve"](
        inputs[0], dtype=attrs["dtype"], element_shape=dims, name=name
    )
    return [stack, stack]


def _written(inputs, attrs, name):
    _, index, value, flow = inputs
    return [TABLE["_StackWrite"](flow, index, value, name=name)]


def _read(inputs, attrs, name):
    _, index, flow = inputs
    return [TABLE["_StackRead"](flow, index, name=name)]


def _gathered(inputs, attrs, name):
    _, indices, flow = inputs
    dims = as_dims(attrs.get("element_shape"))
    whole = TABLE["_StackShaped"](flow, element_shape=dims)
    return [TABLE["GatherV2"](whole, indices, 0, name=name)]


def _scattered(inputs, attrs, name):
    # Every unstack scatters all entries in their order.
    _, _, value, _ = inputs
    return [TABLE["Identity"](value, name=name)]


def _counted(inputs, attrs, name):
    return [TABLE["_StackSize"](inputs[1], name=name)]


def _concatenated(inputs, attrs, name):
    whole = TABLE["_StackShaped"](inputs[1], element_shape=None)
    shape = TABLE["Shape"](whole, out_type=int32)
    rest = TABLE["StridedSlice"](shape, [2], [0], [1], end_mask=1)
    sizes = TABLE["ConcatV2"]([[-1], rest], 0)
    return [TABLE["Reshape"](whole, sizes, name=name)]


# --- lists of tensors -------------------------------------------------------------


def _element_dims(shape: Tensor):
    """What a tensor of sizes, -1 for unknown ones, says; None for a scalar -1."""
    known = constant_value(shape)
    if known is None or known.ndim == 0:
        return None
    return tuple(int(n) if n >= 0 else None for n in known)


def _reserved(inputs, attrs, name):
    made = TABLE["_StackReserve"](
        inputs[1], dtype=attrs["element_dtype"],
        element_shape=_element_dims(inputs[0]), name=name,
    )  # fmt: skip
    return [made]


def _set(inputs, attrs, name):
    if attrs.get("resize_if_index_out_of_bounds"):
        return [TABLE["_StackWriteGrowing"](*inputs, name=name)[0]]
    return [TABLE["_StackWrite"](*inputs, name=name)]


def _got(inputs, attrs, name):
    stack, index, shape = inputs
    item = TABLE["_StackRead"](stack, index, name=name)
    item.set_shape(TensorShape(_element_dims(shape)))
    return [item]


def _stacked(inputs, attrs, name):
    dims = _element_dims(inputs[1])
    return [TABLE["_StackShaped"](inputs[0], element_shape=dims, name=name)]


def _listed(inputs, attrs, name):
    return [TABLE["Identity"](inputs[0], name=name)]


def _length(inputs, attrs, name):
    return [TABLE["_StackSize"](inputs[0], name=name)]


def _taken(inputs, attrs, name):
    whole = TABLE["_StackShaped"](inputs[0], element_shape=_element_dims(inputs[2]))
    return [TABLE["GatherV2"](whole, inputs[1], 0, name=name)]


#: Op type -> the outputs for (input tensors, attributes, name).
TRANSLATED: dict[str, Callable[..., list[Tensor]]] = {
    "TensorArrayV3": _made,
    "TensorArrayWriteV3": _written,
    "TensorArrayReadV3": _read,
    "TensorArrayGatherV3": _gathered,
    "TensorArrayScatterV3": _scattered,
    "TensorArraySizeV3": _counted,
    "TensorArrayConcatV3": _concatenated,
    "TensorListReserve": _reserved,
    "TensorListSetItem": _set,
    "TensorListGetItem": _got,
    "TensorListGather": _taken,
    "TensorListStack": _stacked,
    "TensorListFromTensor": _listed,
    "TensorListLength": _length,
}
