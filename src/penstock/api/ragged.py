"""`tf.RaggedTensor`: rows of different lengths, as values and where rows end."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import ragged_rows
from penstock.api.ragged_elementwise import elementwise
from penstock.api.scopes import tensor
from penstock.core import dtypes
from penstock.core.dtypes import DType
from penstock.core.shapes import TensorShape
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import ragged as ops


class RaggedTensor:
    """`values` [n, ...] cut into rows at `row_splits` int64 [rows + 1].

    `values` may be ragged again; further `splits` make it so. As `tf.RaggedTensor`.
    """

    #: What `ragged_dispatch` looks for.
    is_ragged = True

    def __init__(self, values, *splits):
        first, *rest = splits
        self._values = RaggedTensor(values, *rest) if rest else values
        self._row_splits = first
        self._uniform: int | None = None

    # --- making ----------------------------------------------------------------

    @classmethod
    def from_row_splits(
        cls, values, row_splits, name=None, validate=True
    ) -> RaggedTensor:
        return cls(_as_values(values), _cast(row_splits))

    @classmethod
    def from_row_lengths(
        cls, values, row_lengths, name=None, validate=True
    ) -> RaggedTensor:
        lengths = _cast(row_lengths)
        ends = TABLE["Cumsum"](lengths, np.int32(0))
        return cls(_as_values(values), TABLE["ConcatV2"]([[np.int64(0)], ends], 0))

    @classmethod
    def from_row_starts(
        cls, values, row_starts, name=None, validate=True
    ) -> RaggedTensor:
        values = _as_values(values)
        end = TABLE["ExpandDims"](_rows(values), 0)
        return cls(values, TABLE["ConcatV2"]([_cast(row_starts), end], 0))

    @classmethod
    def from_row_limits(
        cls, values, row_limits, name=None, validate=True
    ) -> RaggedTensor:
        limits = _cast(row_limits)
        splits = TABLE["ConcatV2"]([[np.int64(0)], limits], 0)
        return cls(_as_values(values), splits)

    @classmethod
    def from_value_rowids(cls, values, value_rowids, nrows=None, name=None,
                          validate=True) -> RaggedTensor:  # fmt: skip
        splits = ragged_rows.segment_ids_to_row_splits(value_rowids, nrows)
        return cls(_as_values(values), splits)

    @classmethod
    def from_uniform_row_length(cls, values, uniform_row_length, nrows=None,
                                validate=True, name=None) -> RaggedTensor:  # fmt: skip
        """Rows that all have the same length, and show it in `shape`."""
        values = _as_values(values)
        length = int(uniform_row_length)
        count = len(values) // length if nrows is None else int(nrows)
        made = cls(values, tensor(np.arange(count + 1, dtype=np.int64) * length))
        made._uniform = length
        return made

    @classmethod
    def from_nested_row_splits(cls, flat_values, nested_row_splits, name=None,
                               validate=True) -> RaggedTensor:  # fmt: skip
        return cls(_as_values(flat_values), *map(_cast, nested_row_splits))

    @classmethod
    def from_nested_row_lengths(cls, flat_values, nested_row_lengths, name=None,
                                validate=True) -> RaggedTensor:  # fmt: skip
        made: Any = flat_values
        for lengths in reversed(list(nested_row_lengths)):
            made = cls.from_row_lengths(made, lengths)
        return made

    @classmethod
    def from_nested_value_rowids(cls, flat_values, nested_value_rowids,
                                 nested_nrows=None, name=None,
                                 validate=True) -> RaggedTensor:  # fmt: skip
        counts = nested_nrows or [None] * len(nested_value_rowids)
        made: Any = flat_values
        pairs = list(zip(nested_value_rowids, counts, strict=True))
        for ids, count in reversed(pairs):
            made = cls.from_value_rowids(made, ids, count)
        return made

    @classmethod
    def from_tensor(cls, tensor_, lengths=None, padding=None, ragged_rank=1, name=None,
                    row_splits_dtype=dtypes.int64) -> RaggedTensor:  # fmt: skip
        """The rows of `tensor_` without their padding."""
        return ragged_rows.from_tensor(cls, tensor_, lengths, padding)

    @classmethod
    def from_sparse(cls, st_input, name=None,
                    row_splits_dtype=dtypes.int64) -> RaggedTensor:  # fmt: skip
        """The rows of a SparseTensor [rows, columns] without gaps."""
        ids = TABLE["GatherV2"](st_input.indices, 0, 1)
        rows = TABLE["GatherV2"](st_input.dense_shape, 0, 0)
        return cls.from_value_rowids(st_input.values, ids, rows)

    # --- what it is ------------------------------------------------------------

    @property
    def values(self):
        return self._values

    @property
    def row_splits(self) -> Tensor:
        return self._row_splits

    @property
    def flat_values(self) -> Tensor:
        inner = self._values
        return inner.flat_values if isinstance(inner, RaggedTensor) else inner

    @property
    def nested_row_splits(self) -> tuple:
        inner = self._values
        rest = inner.nested_row_splits if isinstance(inner, RaggedTensor) else ()
        return (self._row_splits, *rest)

    @property
    def dtype(self) -> DType:
        return self.flat_values.dtype

    @property
    def ragged_rank(self) -> int:
        return len(self.nested_row_splits)

    @property
    def uniform_row_length(self):
        length = self._uniform
        return None if length is None else tensor(np.int64(length))

    @property
    def shape(self) -> TensorShape:
        rows = self._row_splits.shape[0]
        rest = list(self._values.shape)[1:]
        return TensorShape([None if rows is None else rows - 1, self._uniform, *rest])

    def get_shape(self) -> TensorShape:
        return self.shape

    def set_shape(self, shape) -> None:
        """Accepted: rows show their own sizes."""

    def _components(self) -> list[Tensor]:
        return [self.flat_values, *self.nested_row_splits]

    def nrows(self, out_type=None, name=None):
        """How many rows, as an int64 scalar."""
        return _typed(TABLE["Sub"](_rows(self._row_splits), np.int64(1)), out_type)

    def row_lengths(self, axis=1, name=None):
        """The length of each row; of inner rows for a larger `axis`."""
        if axis > 1:
            inner = self._values.row_lengths(axis - 1)
            return self.with_values(inner)
        return TABLE["Sub"](self._row_splits[1:], self._row_splits[:-1])

    def nested_row_lengths(self, name=None) -> tuple:
        inner = self._values
        rest = inner.nested_row_lengths() if isinstance(inner, RaggedTensor) else ()
        return (self.row_lengths(), *rest)

    def row_starts(self, name=None):
        return self._row_splits[:-1]

    def row_limits(self, name=None):
        return self._row_splits[1:]

    def value_rowids(self, name=None):
        """For each value the number of its row."""
        return ops.row_ids(self._row_splits)

    def nested_value_rowids(self, name=None) -> tuple:
        inner = self._values
        rest = inner.nested_value_rowids() if isinstance(inner, RaggedTensor) else ()
        return (self.value_rowids(), *rest)

    def bounding_shape(self, axis=None, name=None, out_type=None):
        """The smallest shape that holds all rows."""
        shape = TABLE["Shape"](self.to_tensor(), out_type=dtypes.int64)
        shape = _typed(shape, out_type)
        return shape if axis is None else TABLE["GatherV2"](shape, axis, 0)

    # --- as other things -------------------------------------------------------

    def to_list(self) -> list:
        """Nested Python lists."""
        inner = self._values
        nested = isinstance(inner, RaggedTensor)
        flat = inner.to_list() if nested else np.asarray(inner).tolist()
        return [flat[a:b] for a, b in ragged_rows.bounds(self._row_splits)]

    def numpy(self) -> np.ndarray:
        """Rows as an object array of arrays, or one array where all are as long."""
        return ragged_rows.as_numpy(self)

    def to_tensor(self, default_value=None, name=None, shape=None):
        """A dense tensor, short rows filled up with `default_value` (0)."""
        return ragged_rows.to_tensor(self, default_value, shape)

    def to_sparse(self, name=None):
        """A SparseTensor of the same entries."""
        return ragged_rows.to_sparse(self)

    def with_values(self, new_values) -> RaggedTensor:
        return RaggedTensor(_as_values(new_values), self._row_splits)

    def with_flat_values(self, new_values) -> RaggedTensor:
        inner = self._values
        if isinstance(inner, RaggedTensor):
            new_values = inner.with_flat_values(new_values)
        made = RaggedTensor(_as_values(new_values), self._row_splits)
        made._uniform = self._uniform
        return made

    def with_row_splits_dtype(self, dtype) -> RaggedTensor:
        """This tensor: its splits are int64 here."""
        return self

    def merge_dims(self, outer_axis, inner_axis):
        """The dimensions from `outer_axis` to `inner_axis` as one."""
        return ragged_rows.merge_dims(self, outer_axis, inner_axis)

    def consumers(self) -> list:
        return self.flat_values.consumers()

    # --- as Python sees it -----------------------------------------------------

    def __getitem__(self, index):
        return ragged_rows.index(self, index)

    def __array__(self, *args, **kwargs):
        raise TypeError("A RaggedTensor is no array; use numpy() or to_tensor().")

    def __len__(self) -> int:
        raise TypeError("object of type 'RaggedTensor' has no len()")

    def __iter__(self):
        return (self[i] for i in range(len(np.asarray(self._row_splits)) - 1))

    def __bool__(self) -> bool:
        raise TypeError("RaggedTensor may not be used as a boolean.")

    def __repr__(self):
        if not getattr(self._row_splits, "is_eager", False):
            return (
                f"tf.RaggedTensor(values={self._values!r}, "
                f"row_splits={self._row_splits!r})"
            )
        return f"<tf.RaggedTensor {ragged_rows.shown(self.to_list())}>"

    def __eq__(self, other):
        return _binary("Equal", self, other)

    def __ne__(self, other):
        return _binary("NotEqual", self, other)

    __hash__ = None  # type: ignore[assignment]


def _binary(op_type: str, left, right) -> RaggedTensor:
    return elementwise(TABLE[op_type], (left, right), {})


def _operator(op_type: str, reverse: bool = False):
    if reverse:
        return lambda self, other: _binary(op_type, other, self)
    return lambda self, other: _binary(op_type, self, other)


for _name, _op in {
    "add": "AddV2", "sub": "Sub", "mul": "Mul", "truediv": "RealDiv", "pow": "Pow",
    "floordiv": "FloorDiv", "mod": "FloorMod", "and": "LogicalAnd", "or": "LogicalOr",
    "xor": "NotEqual",
}.items():  # fmt: skip
    setattr(RaggedTensor, f"__{_name}__", _operator(_op))
    setattr(RaggedTensor, f"__r{_name}__", _operator(_op, True))
for _name, _op in {
    "lt": "Less", "le": "LessEqual", "gt": "Greater", "ge": "GreaterEqual"
}.items():  # fmt: skip
    setattr(RaggedTensor, f"__{_name}__", _operator(_op))
for _name, _op in {"neg": "Neg", "abs": "Abs", "invert": "LogicalNot"}.items():
    setattr(
        RaggedTensor,
        f"__{_name}__",
        lambda self, op=_op: self.with_flat_values(TABLE[op](self.flat_values)),
    )


def _as_values(values):
    return values if isinstance(values, RaggedTensor) else tensor(values)


def _rows(values) -> Tensor:
    """The size of the first dimension, int64."""
    if isinstance(values, RaggedTensor):
        return values.nrows()
    shape = TABLE["Shape"](values, out_type=dtypes.int64)
    return TABLE["GatherV2"](shape, 0, 0)


def _cast(splits) -> Tensor:
    if isinstance(splits, list | tuple) and any(isinstance(s, Tensor) for s in splits):
        splits = tensor(splits)
    if not isinstance(splits, Tensor):
        return tensor(np.asarray(splits, np.int64), dtypes.int64)
    return _typed(splits, dtypes.int64)


def _typed(x: Tensor, dtype) -> Tensor:
    if dtype is None or x.dtype is dtype:
        return x
    return TABLE["Cast"](x, DstT=dtypes.as_dtype(dtype))


__all__ = ["RaggedTensor"]
