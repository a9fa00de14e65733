"""`IndexedSlices`: a sparse gradient, rows of a tensor that is zero elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from penstock.ir.tensor import Tensor


@dataclass(eq=False)
class IndexedSlices:
    """Row `indices[i]` of a tensor of shape `dense_shape` receives `values[i]`.

    Rows named twice add up. As `tf.IndexedSlices`.
    """

    values: Tensor
    indices: Tensor
    dense_shape: Tensor | None = None

    @property
    def dtype(self):
        return self.values.dtype

    @property
    def op(self):
        return self.values.op

    @property
    def name(self):
        return self.values.name

    @property
    def graph(self):
        return self.values.graph

    @property
    def device(self):
        return self.values.device

    @property
    def shape(self):
        from penstock.core.shapes import TensorShape
        from penstock.ir.constant import constant_dims

        if self.dense_shape is None:
            return TensorShape(None)
        return TensorShape(constant_dims(self.dense_shape))

    def get_shape(self):
        return self.shape

    def __repr__(self):
        return (
            f"IndexedSlices(indices={self.indices!s}, values={self.values!s}, "
            f"dense_shape={self.dense_shape!s})"
        )

    def __neg__(self):
        return IndexedSlices(-self.values, self.indices, self.dense_shape)

    def _dense_tensor(self, dtype=None, name=None):
        """All rows: the tensor this stands for."""
        from penstock.ir.op import TABLE

        if self.dense_shape is None:
            raise ValueError(
                "IndexedSlices without dense_shape cannot become a dense tensor. "
                "Give dense_shape, or use its values and indices."
            )
        total = TABLE["UnsortedSegmentSum"]
        rows = TABLE["StridedSlice"](
            self.dense_shape, [0], [1], [1], shrink_axis_mask=1
        )
        return total(self.values, self.indices, rows)
