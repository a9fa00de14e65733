"""`tf.SparseTensor` and the functions on it that programs use."""

from __future__ import annotations

import operator
from collections import namedtuple
from typing import Any

import numpy as np

from penstock.api.scopes import scope, tensor
from penstock.api.scopes import tensor as as_tensor
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import Dims, TensorShape, as_dims
from penstock.ir import sessions
from penstock.ir.constant import constant_dims
from penstock.ir.op import TABLE

SparseTensorValue = namedtuple("SparseTensorValue", "indices values dense_shape")


class SparseTensor:
    """`values[i]` at position `indices[i]` of a tensor of shape `dense_shape`."""

    def __init__(self, indices, values, dense_shape):
        with scope(None, "SparseTensor"):
            self._indices = tensor(indices, dtypes.int64, "indices")
            self._values = tensor(values, name="values")
            self._shape = tensor(dense_shape, dtypes.int64, "shape")
        #: Sizes that are known although `dense_shape` has no value yet.
        self._dims: Dims = None

    @classmethod
    def from_value(cls, value):
        """A SparseTensor from a SparseTensorValue, or `value` itself."""
        return value if isinstance(value, cls) else cls(*value)

    @property
    def indices(self):
        return self._indices

    @property
    def values(self):
        return self._values

    @property
    def dense_shape(self):
        return self._shape

    @property
    def dtype(self):
        return self._values.dtype

    @property
    def graph(self):
        return self._values.graph

    @property
    def op(self):
        return self._values.op

    @property
    def shape(self) -> TensorShape:
        if getattr(self._shape, "is_eager", False):
            return TensorShape(np.asarray(self._shape).tolist())
        known = constant_dims(self._shape)
        return TensorShape(self._dims if known is None else known)

    def with_values(self, new_values) -> SparseTensor:
        """The same positions with other values."""
        made = SparseTensor(self._indices, new_values, self._shape)
        made._dims = self._dims
        return made

    def consumers(self) -> list:
        return self._values.consumers()

    def get_shape(self) -> TensorShape:
        return self.shape

    def _components(self):
        return [self._indices, self._values, self._shape]

    def _fetch_components(self):
        return self._components(), SparseTensorValue

    def eval(self, feed_dict=None, session=None):
        """The value in `session`, by default the entered one."""
        node = self._values.op
        return sessions.of(self.graph, session, node).run(self, feed_dict)

    def __mul__(self, other) -> SparseTensor:
        return self._with(operator.mul, other)

    def __truediv__(self, other) -> SparseTensor:
        return self._with(operator.truediv, other)

    def _with(self, op, other) -> SparseTensor:
        """An operator of each entry and `other` (broadcast) at its place."""
        other = TABLE["BroadcastTo"](tensor(other, self.dtype), self._shape)
        there = TABLE["GatherNd"](other, self._indices)
        return self.with_values(op(self._values, there))

    def __repr__(self):
        return (
            f"SparseTensor(indices={self._indices!s}, values={self._values!s}, "
            f"dense_shape={self._shape!s})"
        )


def sparse_placeholder(dtype, shape=None, name=None):
    """A SparseTensor whose three parts are fed."""
    dims = as_dims(shape)
    rank = None if dims is None else len(dims)
    default = name is None
    prefix = "" if default else name + "/"

    def part(kind, size, label):
        return TABLE["Placeholder"](
            dtype=kind, shape=TensorShape(size), name=(prefix + label) or None
        )

    values = part(as_dtype(dtype), (None,), "values")
    indices = part(dtypes.int64, (None, rank), "indices")
    if dims is not None and None not in dims:
        size = tensor(np.array(dims, np.int64), name=prefix + "shape")
    else:
        size = part(dtypes.int64, (rank,), "shape")
    return SparseTensor(indices, values, size)


def sparse_to_dense(
    sparse_indices, output_shape, sparse_values, default_value: Any = 0,
    validate_indices=True, name=None,
):  # fmt: skip
    """A dense tensor of `output_shape`: values where indices say, else the default."""
    return TABLE["SparseToDense"](
        sparse_indices, output_shape, sparse_values,
        tensor(default_value, tensor(sparse_values).dtype),
        validate_indices=validate_indices, name=name,
    )  # fmt: skip


def to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """The dense tensor that `sp_input` stands for."""
    kind = sp_input.dtype.base_dtype
    if default_value is None:
        default_value = b"" if kind is dtypes.string else np.zeros((), kind.np)
    out = sparse_to_dense(
        sp_input.indices, sp_input.dense_shape, sp_input.values, default_value,
        validate_indices, name,
    )  # fmt: skip
    if sp_input._dims is not None:
        out.set_shape(sp_input._dims)
    return out


sparse_tensor_to_dense = to_dense


def sparse_tensor_dense_matmul(sp_a, b, adjoint_a=False, adjoint_b=False, name=None):
    """`sp_a` times the dense matrix `b`."""
    return TABLE["SparseTensorDenseMatMul"](
        sp_a.indices, sp_a.values, sp_a.dense_shape, b, adjoint_a=adjoint_a,
        adjoint_b=adjoint_b, name=name,
    )  # fmt: skip


sparse_dense_matmul = sparse_tensor_dense_matmul


def from_dense(tensor, name=None):
    """The entries of a dense tensor that are not 0 (or "")."""
    from penstock.api import array

    with scope(name, "dense_to_sparse"):
        x = as_tensor(tensor)
        kind = x.dtype.base_dtype
        zero = b"" if kind == dtypes.string else np.zeros((), kind.np)
        at = array.where(TABLE["NotEqual"](x, zero))
        shape = array.shape(x, out_type=dtypes.int64)
        return SparseTensor(at, array.gather_nd(x, at), shape)
