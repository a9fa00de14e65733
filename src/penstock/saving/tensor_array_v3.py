"""TensorArrays of GraphDefs, which pass a handle and a flow: the flow is the stack."""

from __future__ import annotations

from collections.abc import Callable

from penstock.core.dtypes import int32
from penstock.core.shapes import as_dims
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


#: Op type -> the outputs for (input tensors, attributes, name).
TRANSLATED: dict[str, Callable[..., list[Tensor]]] = {
    "TensorArrayV3": _made,
    "TensorArrayWriteV3": _written,
    "TensorArrayReadV3": _read,
    "TensorArrayGatherV3": _gathered,
    "TensorArrayScatterV3": _scattered,
    "TensorArraySizeV3": _counted,
    "TensorArrayConcatV3": _concatenated,
}
