"""`tf.TensorArray`: a list of tensors of one shape that loops can fill and read."""

from __future__ import annotations

import numpy as np

from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import TensorShape, as_dims, is_static
from penstock.ir import context
from penstock.ir.constant import constant_value
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


class TensorArray:
    """Elements of one dtype and shape, each written once and read by number.

    Every write gives a new TensorArray; use that from then on. As `tf.TensorArray`.
    """

    def __new__(cls, *args, flow=None, **kwargs):
        if cls is TensorArray and flow is None and context.executing_eagerly():
            from penstock.api.eager_array import EagerTensorArray

            return object.__new__(EagerTensorArray)
        return object.__new__(cls)

    def __init__(
        self, dtype, size=None, dynamic_size=None, clear_after_read=None,
        tensor_array_name=None, handle=None, flow=None, infer_shape=True,
        element_shape=None, colocate_with_first_write_call=True, name=None,
    ):  # fmt: skip
        del clear_after_read, handle, colocate_with_first_write_call
        self._dtype = as_dtype(dtype).base_dtype
        self._dynamic = bool(dynamic_size)
        self._infer = infer_shape
        self._dims = as_dims(element_shape)
        self._count = None
        if flow is not None:
            self._flow = flow
            return
        if isinstance(size, int | np.integer | np.ndarray) and not dynamic_size:
            self._count = int(size)
        with scope(name, tensor_array_name or "TensorArray"):
            self._flow = TABLE["_StackReserve"](
                tensor(0 if size is None else size, dtypes.int32, "size"),
                dtype=self._dtype, element_shape=self._dims, name="reserve",
            )  # fmt: skip

    @property
    def flow(self) -> Tensor:
        """The stack that holds the elements; a loop carries this."""
        return self._flow

    handle = flow

    @property
    def dtype(self):
        return self._dtype

    @property
    def dynamic_size(self) -> bool:
        return self._dynamic

    @property
    def element_shape(self) -> TensorShape:
        return TensorShape(self._dims)

    def _with(self, flow: Tensor, dims=None) -> TensorArray:
        dims = self._dims if dims is None or self._dims is not None else dims
        made = type(self)(
            self._dtype, dynamic_size=self._dynamic, flow=flow, element_shape=dims,
            infer_shape=self._infer,
        )  # fmt: skip
        made._count = self._count
        return made

    def identity(self) -> TensorArray:
        return self._with(TABLE["Identity"](self._flow))

    def grad(self, source, flow=None, name=None) -> TensorArray:
        raise NotImplementedError(
            "TensorArray.grad is not in Penstock: tf.gradients goes through it."
        )

    def read(self, index, name=None) -> Tensor:
        """Element `index`."""
        with scope(name, "TensorArrayRead"):
            value = TABLE["_StackRead"](self._flow, tensor(index, dtypes.int32))
        if self._dims is not None:
            value.set_shape(self._dims)
        return value

    def write(self, index, value, name=None) -> TensorArray:
        """A TensorArray in which element `index` is `value`."""
        with scope(name, "TensorArrayWrite"):
            value = tensor(value, self._dtype, "value")
            if self._dims is not None and not TensorShape(
                self._dims
            ).is_compatible_with(value.dims):
                raise ValueError(
                    f"Incompatible shape for value ({value.shape}), expected "
                    f"({TensorShape(self._dims)})"
                )
            at = tensor(index, dtypes.int32)
            if self._dynamic:
                flow, _ = TABLE["_StackWriteGrowing"](self._flow, at, value)
            else:
                flow = TABLE["_StackWrite"](self._flow, at, value)
        return self._with(flow, value.dims if self._infer else None)

    def stack(self, name=None) -> Tensor:
        """All elements as one tensor, along a new first dimension."""
        with scope(name, "TensorArrayStack"):
            out = TABLE["_StackShaped"](self._flow, element_shape=self._dims)
        if self._dims is not None and not self._dynamic:
            out.set_shape((self._count, *self._dims))
        return out

    def gather(self, indices, name=None) -> Tensor:
        """The elements that `indices` name, along a new first dimension."""
        with scope(name, "TensorArrayGather"):
            return TABLE["GatherV2"](
                self.stack(), tensor(indices, dtypes.int32), np.int32(0)
            )

    def concat(self, name=None) -> Tensor:
        """All elements joined along their first dimension."""
        with scope(name, "TensorArrayConcat"):
            whole = self.stack()
            dims = whole.dims
            if is_static(dims):
                return TABLE["Reshape"](whole, [dims[0] * dims[1], *dims[2:]])
            shape = TABLE["Shape"](whole, out_type=dtypes.int32)
            rest = TABLE["StridedSlice"](shape, [2], [0], [1], end_mask=1)
            out = TABLE["Reshape"](whole, TABLE["ConcatV2"]([[-1], rest], 0))
            if dims is not None:
                out.set_shape((None, *dims[2:]))
            return out

    def unstack(self, value, name=None) -> TensorArray:
        """A TensorArray of the entries of `value` along its first dimension."""
        with scope(name, "TensorArrayUnstack"):
            value = tensor(value, self._dtype, "value")
            flow = TABLE["Identity"](value)
        dims = None if value.dims is None else value.dims[1:]
        return self._with(flow, dims if self._infer else None)

    def scatter(self, indices, value, name=None) -> TensorArray:
        """A TensorArray in which element `indices[i]` is `value[i]`."""
        with scope(name, "TensorArrayScatter"):
            value = tensor(value, self._dtype, "value")
            at = tensor(indices, dtypes.int32)
            count = value.dims[0] if value.dims else None
            if count is None:
                raise ValueError("TensorArray.scatter needs a known number of values.")
            made = self
            for i in range(count):
                made = made.write(at[i], value[i])
            return made

    def split(self, value, lengths, name=None) -> TensorArray:
        """A TensorArray of equal consecutive parts of `value`."""
        with scope(name, "TensorArraySplit"):
            known = constant_value(tensor(lengths))
            if known is None or len(set(known.tolist())) > 1:
                raise ValueError("TensorArray.split needs equal, constant lengths.")
            value = tensor(value, self._dtype, "value")
            shape = TABLE["Shape"](value, out_type=dtypes.int32)
            rest = TABLE["StridedSlice"](shape, [1], [0], [1], end_mask=1)
            parts = [len(known), int(known[0])]
            flow = TABLE["Reshape"](value, TABLE["ConcatV2"]([parts, rest], 0))
        return self._with(flow, (int(known[0]), *value.dims[1:]))

    def size(self, name=None) -> Tensor:
        """The number of elements, as an int32 scalar."""
        return TABLE["_StackSize"](self._flow, name=name)

    def close(self, name=None):
        """Accepted: nothing needs to be freed."""
        return TABLE["NoOp"](name=name)

    def mark_used(self) -> None:
        """Accepted: unused writes are simply not computed."""

    def __repr__(self):
        return f"<TensorArray of {self._dtype.name} {self.element_shape}>"
