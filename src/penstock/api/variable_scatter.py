"""Rows of a variable read and updated: the part of `Variable` that takes indices."""

from __future__ import annotations

from typing import Any

from penstock.core.errors import UnsupportedError
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.op import TABLE


class SparseUpdates:
    """A sparse delta is an `IndexedSlices`: rows, and where they belong."""

    _dtype: Any
    _dense_tensor: Any
    assign: Any

    def gather_nd(self, indices, name=None):
        return TABLE["GatherNd"](self._dense_tensor(), indices, name=name)

    def sparse_read(self, indices, name=None):
        return TABLE["GatherV2"](self._dense_tensor(), indices, 0, name=name)

    def _scatter(self, op_type: str, sparse_delta):
        where = context.landing()
        tensor = TABLE[op_type](
            self._dense_tensor(),
            _expanded(as_tensor(where, sparse_delta.indices, None, None)),
            as_tensor(where, sparse_delta.values, self._dtype, None),
        )
        return self.assign(tensor)

    def _scaled(self, delta, op_type: str):
        rows = self.sparse_read(delta.indices)
        new = TABLE[op_type](
            rows, as_tensor(context.landing(), delta.values, None, None)
        )
        return self.scatter_update(IndexedSlices(new, delta.indices))

    def scatter_add(self, sparse_delta, use_locking=False, name=None):
        return self._scatter("TensorScatterAdd", sparse_delta)

    def scatter_sub(self, sparse_delta, use_locking=False, name=None):
        return self._scatter("TensorScatterSub", sparse_delta)

    def scatter_update(self, sparse_delta, use_locking=False, name=None):
        return self._scatter("TensorScatterUpdate", sparse_delta)

    def scatter_max(self, sparse_delta, use_locking=False, name=None):
        return self._scatter("TensorScatterMax", sparse_delta)

    def scatter_min(self, sparse_delta, use_locking=False, name=None):
        return self._scatter("TensorScatterMin", sparse_delta)

    def scatter_mul(self, sparse_delta, use_locking=False, name=None):
        return self._scaled(sparse_delta, "Mul")

    def scatter_div(self, sparse_delta, use_locking=False, name=None):
        return self._scaled(sparse_delta, "RealDiv")

    def batch_scatter_update(self, sparse_delta, use_locking=False, name=None):
        raise UnsupportedError(
            "Variable.batch_scatter_update is not in Penstock; use scatter_nd_update."
        )

    def scatter_nd_add(self, indices, updates, name=None):
        return self.assign(TABLE["TensorScatterAdd"](self, indices, updates))

    def scatter_nd_sub(self, indices, updates, name=None):
        return self.assign(TABLE["TensorScatterSub"](self, indices, updates))

    def scatter_nd_update(self, indices, updates, name=None):
        return self.assign(TABLE["TensorScatterUpdate"](self, indices, updates))


def _expanded(indices):
    return TABLE["ExpandDims"](indices, -1)
