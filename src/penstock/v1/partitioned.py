"""Variables in pieces along one axis: read whole, stored and saved by the piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from penstock.core.shapes import TensorShape
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops.source import identity
from penstock.v1.variable_operators import attach
from penstock.v1.variables import Variable


class PartitionInfo:
    """Told to an initializer: the whole shape, and where this piece begins."""

    def __init__(self, full_shape, var_offset):
        self.full_shape, self.var_offset = list(full_shape), list(var_offset)


class PartitionedVariable:
    """Pieces that make one variable, joined where it is read."""

    def __init__(self, name, shape, dtype, variable_list, partitions):
        self.name, self.dtype = name, dtype
        self.shape = TensorShape(shape)
        self._pieces, self._partitions = list(variable_list), list(partitions)

    def __iter__(self) -> Iterator[Variable]:
        return iter(self._pieces)

    def __len__(self) -> int:
        return len(self._pieces)

    def _get_variable_list(self) -> list[Variable]:
        return self._pieces

    def get_shape(self) -> TensorShape:
        return self.shape

    @property
    def _axis(self) -> int:
        return next((i for i, n in enumerate(self._partitions) if n > 1), 0)

    def as_tensor(self) -> Tensor:
        """All pieces, joined: the variable as one tensor."""
        where = context.landing()
        with where.name_scope(None), where.name_scope(f"{self.name}/ConcatPartitions/"):
            joined = TABLE["ConcatV2"](
                [v.value() for v in self._pieces], self._axis, name="concat"
            )
        with where.name_scope(None):
            return identity(joined, name=self.name)

    def _dense_tensor(self, dtype=None, name=None) -> Tensor:
        del dtype, name
        return self.as_tensor()

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Assign each piece its part of `value`."""
        sizes = [v.shape.as_list()[self._axis] for v in self._pieces]
        parts = TABLE["SplitV"](value, sizes, self._axis, num_split=len(sizes))
        return [
            v.assign(p, use_locking, name, read_value)
            for v, p in zip(self._pieces, parts, strict=True)
        ]

    def __repr__(self):
        return f"<tf.PartitionedVariable '{self.name}' shape={self.shape}>"


def get_partitioned(
    store, name, shape, dtype, partitioner, initializer, regularizer, reuse, trainable,
    collections, validate_shape, use_resource, constraint,
):  # fmt: skip
    """The variable `name` in pieces as `partitioner` says, made or shared."""
    from penstock.v1 import variable_store

    found = store.partitioned.get(name)
    if found is not None:
        if not reuse:
            raise ValueError(
                f"Partitioned variable with name {name} already exists. Did you mean "
                "to set reuse=True or reuse=tf.AUTO_REUSE in VarScope?"
            )
        if not found.shape.is_compatible_with(shape):
            raise ValueError(
                f"Trying to reuse partitioned variable {name}, but specified shape "
                f"{shape} and found shape {found.shape}."
            )
        return found
    if reuse is True:
        raise ValueError(
            f"PartitionedVariable {name} does not exist, or was not created with "
            "tf.get_variable(). Did you mean to set reuse=False or "
            "reuse=tf.AUTO_REUSE in VarScope?"
        )
    if not shape.is_fully_defined():
        raise ValueError(f"A partitioned variable needs a whole shape: {name} {shape}.")
    partitions = partitioner(shape=shape, dtype=dtype)
    slices = list(_slices(shape.as_list(), _checked(partitions, shape)))
    if initializer is None:
        initializer = variable_store.default_initializer(name, shape, dtype)
    pieces = []
    for i, (offset, sizes) in enumerate(slices):
        info = PartitionInfo(shape.as_list(), offset)
        piece: Any = variable_store.create(
            f"{name}/part_{i}", sizes, dtype, initializer, trainable, collections,
            validate_shape, use_resource, constraint, partition_info=info,
        )  # fmt: skip
        piece._set_save_slice_info(
            Variable.SaveSliceInfo(name, shape.as_list(), offset, sizes)
        )
        pieces.append(piece)
    made = PartitionedVariable(name, shape, dtype, pieces, partitions)
    store.partitioned[name] = made
    if regularizer is not None:
        variable_store.add_regularization(regularizer, made, name)
    return made


def _checked(partitions, shape) -> list[int]:
    partitions = [int(n) for n in partitions]
    if len(partitions) != shape.rank or any(n < 1 for n in partitions):
        raise ValueError(
            f"Partitioner returned a partition list that does not match shape {shape}: "
            f"{partitions}"
        )
    if sum(n > 1 for n in partitions) > 1:
        raise ValueError(
            f"A variable can be cut along one axis, received {partitions}."
        )
    return partitions


def _slices(shape: list[int], partitions: list[int]):
    """(offset, sizes) of every piece; earlier pieces take what does not divide."""
    axis = next((i for i, n in enumerate(partitions) if n > 1), 0)
    if not shape:
        yield [], []
        return
    base, extra = divmod(shape[axis], partitions[axis])
    at = 0
    for i in range(partitions[axis]):
        length = base + (i < extra)
        offset, sizes = [0] * len(shape), list(shape)
        offset[axis], sizes[axis] = at, length
        at += length
        yield offset, sizes


def fixed_size_partitioner(num_shards, axis=0) -> Callable:
    """A partitioner that cuts along `axis` into `num_shards` pieces."""

    def partitioner(shape, **_):
        partitions = [1] * len(shape)
        size: Any = TensorShape(shape).as_list()[axis]
        partitions[axis] = min(num_shards, size)
        return partitions

    return partitioner


def variable_axis_size_partitioner(
    max_shard_bytes, axis=0, bytes_per_string_element=16, max_shards=None
) -> Callable:
    """A partitioner whose pieces along `axis` stay below `max_shard_bytes`."""

    def partitioner(shape, dtype):
        sizes: list[Any] = TensorShape(shape).as_list()
        partitions = [1] * len(sizes)
        unit = bytes_per_string_element if dtype.name == "string" else dtype.size
        for i, size in enumerate(sizes):
            unit *= size if i != axis % len(sizes) else 1
        per_piece = max(1, max_shard_bytes // max(unit, 1))
        pieces = -(-sizes[axis] // per_piece)
        partitions[axis] = min(pieces, max_shards or pieces) or 1
        return partitions

    return partitioner


def min_max_variable_partitioner(
    max_partitions=1, axis=0, min_slice_size=256 << 10, bytes_per_string_element=16
) -> Callable:
    """A partitioner with up to `max_partitions` pieces of at least `min_slice_size`."""

    def partitioner(shape, dtype):
        sizes: list[Any] = TensorShape(shape).as_list()
        partitions = [1] * len(sizes)
        count = TensorShape(shape).num_elements() or 0
        unit = bytes_per_string_element if dtype.name == "string" else dtype.size
        wanted = max(1, count * unit // min_slice_size)
        partitions[axis] = max(1, min(sizes[axis], max_partitions, wanted))
        return partitions

    return partitioner


attach(PartitionedVariable, lambda variable: variable.as_tensor())

__all__ = [
    "PartitionedVariable", "fixed_size_partitioner", "min_max_variable_partitioner",
    "variable_axis_size_partitioner",
]  # fmt: skip
