"""`tf.TensorArray` under eager execution: a list of tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api.scopes import tensor
from penstock.api.tensor_array import TensorArray
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.core.errors import OutOfRangeError
from penstock.core.shapes import as_dims, compatible, show
from penstock.ir.op import TABLE


class EagerTensorArray(TensorArray):
    """Elements that are there. A write changes this very array, as in TensorFlow."""

    def __init__(
        self, dtype, size=None, dynamic_size=None, clear_after_read=None,
        tensor_array_name=None, handle=None, flow=None, infer_shape=True,
        element_shape=None, colocate_with_first_write_call=True, name=None,
    ):  # fmt: skip
        del clear_after_read, handle, colocate_with_first_write_call, name
        self._dtype = as_dtype(dtype).base_dtype
        self._dynamic = bool(dynamic_size)
        self._infer = infer_shape
        self._dims = as_dims(element_shape)
        self._elements: list = [None] * int(0 if size is None else size)

    @property
    def flow(self):
        return tensor(np.array(0, np.int32))

    handle = flow

    def identity(self) -> EagerTensorArray:
        return self

    def _at(self, index) -> int:
        i = int(index)
        if not 0 <= i < len(self._elements):
            raise OutOfRangeError(
                None, None, f"Tried to use index {i} of a TensorArray of size "
                f"{len(self._elements)}.",
            )  # fmt: skip
        return i

    def read(self, index, name=None):
        """Element `index`; zeros where nothing was written."""
        found = self._elements[self._at(index)]
        if found is None:
            dims: Any = self._dims
            if dims is None or None in dims:
                raise OutOfRangeError(
                    None, None, f"Element {int(index)} of the TensorArray was not "
                    "written, and its shape is not known.",
                )  # fmt: skip
            return tensor(np.zeros(dims, self._dtype.np))
        return found

    def write(self, index, value, name=None) -> EagerTensorArray:
        value = tensor(value, self._dtype, "value")
        if value.dtype.base_dtype is not self._dtype:
            raise TypeError(
                f"TensorArray dtype is {self._dtype.name} but the value has dtype "
                f"{value.dtype.name}. Use tf.cast."
            )
        if self._infer and not compatible(self._dims, value.dims):
            raise ValueError(
                f"Incompatible shape for value ({value.shape}), expected "
                f"{show(self._dims)}."
            )
        if self._infer and self._dims is None:
            self._dims = value.dims
        i = int(index)
        if self._dynamic and i >= len(self._elements):
            self._elements += [None] * (i + 1 - len(self._elements))
        self._elements[self._at(i)] = value
        return self

    def stack(self, name=None):
        if not self._elements:
            dims: Any = (0, *(self._dims or ()))
            return tensor(np.zeros(dims, self._dtype.np))
        return TABLE["Pack"]([self.read(i) for i in range(len(self._elements))], axis=0)

    def gather(self, indices, name=None):
        at = np.asarray(indices).ravel()
        return TABLE["Pack"]([self.read(i) for i in at], axis=0)

    def concat(self, name=None):
        parts = [self.read(i) for i in range(len(self._elements))]
        return parts[0] if len(parts) == 1 else TABLE["ConcatV2"](parts, 0)

    def unstack(self, value, name=None) -> EagerTensorArray:
        value = tensor(value, self._dtype, "value")
        self._elements = list(value)
        if self._infer:
            self._dims = value.dims[1:]
        return self

    def scatter(self, indices, value, name=None) -> EagerTensorArray:
        value = tensor(value, self._dtype, "value")
        for i, part in zip(np.asarray(indices).ravel(), value, strict=True):
            self.write(i, part)
        return self

    def split(self, value, lengths, name=None) -> EagerTensorArray:
        at = 0
        for i, n in enumerate(np.asarray(lengths).ravel()):
            self.write(i, tensor(value, self._dtype)[at : at + int(n)])
            at += int(n)
        return self

    def size(self, name=None):
        return tensor(np.array(len(self._elements), np.int32), dtypes.int32)
