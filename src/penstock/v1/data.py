"""`tf.data` of 1.x: data sets whose elements enter a graph through iterators.

A data set made from placeholders is made when its iterator is initialized; until
then samples of two sizes show what its elements look like.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator as Pass
from typing import Any

import numpy as np

from penstock.api import dataset as v2
from penstock.api.specs import TensorSpec
from penstock.core import nest
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import TensorShape
from penstock.ir import context
from penstock.ir.constant import constant_value
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import iterator as ops
from penstock.pipeline.node import anew, begun
from penstock.pipeline.spec import covering
from penstock.pipeline.structure import flatten, pack, transform

AUTOTUNE = v2.AUTOTUNE
Options = v2.Options

_MADE_FROM = ("from_tensors", "from_tensor_slices", "range", "list_files")
_CHANGED_BY = (
    "map", "batch", "padded_batch", "shuffle", "repeat", "take", "skip", "filter",
    "prefetch", "cache", "flat_map", "interleave", "shard", "window", "enumerate",
    "concatenate", "unbatch", "apply", "with_options",
)  # fmt: skip


class Dataset(v2.Dataset):
    """A data set of the 1.x face. As `tf.data.Dataset` there."""

    _recipe: tuple | None = None

    def __iter__(self):
        if context.executing_eagerly():
            return super().__iter__()
        raise RuntimeError(
            "dataset.__iter__() is only supported when eager execution is enabled. Use "
            "make_one_shot_iterator()."
        )

    def _to(self, node):
        return Dataset(node, self._options)

    def _symbols(self) -> list[Tensor]:
        """The graph tensors that this data set is made from."""
        if self._recipe is None:
            return []
        found: dict[int, Tensor] = {}
        for part in self._recipe[1:]:
            for leaf in _parts(part):
                if isinstance(leaf, Dataset):
                    found.update((id(t), t) for t in leaf._symbols())
                elif isinstance(leaf, Tensor):
                    found[id(leaf)] = leaf
        return list(found.values())

    def _made(self, values: dict[int, np.ndarray]) -> Dataset:
        """The data set with `values` in the place of graph tensors."""
        if self._recipe is None or not self._symbols():
            return self
        name, args, kwargs = self._recipe

        def put(leaf):
            if isinstance(leaf, Dataset):
                return leaf._made(values)
            return values[id(leaf)] if isinstance(leaf, Tensor) else leaf

        first, *rest = args
        given = [_replace(a, put) for a in rest]
        named = {k: _replace(v, put) for k, v in kwargs.items()}
        if isinstance(first, Dataset):
            return getattr(first._made(values), name)(*given, **named)
        return getattr(Dataset, name)(_replace(first, put), *given, **named)

    def _sample(self, size: int) -> Dataset:
        return self._made({id(t): _stand_in(t, size) for t in self._symbols()})

    @property
    def _face_spec(self):
        if not self._symbols():
            return self.spec
        return covering(self._sample(3).spec, self._sample(5).spec)

    @property
    def element_spec(self):
        return transform(v2.tensor_spec, self._face_spec)

    def make_one_shot_iterator(self) -> Iterator:
        """An iterator that begins by itself. Raises ValueError with placeholders."""
        if self._symbols():
            raise ValueError(
                "Failed to create a one-shot iterator for a dataset made from graph "
                "tensors. Use make_initializable_iterator()."
            )
        if context.executing_eagerly():
            return iter(self)  # type: ignore[return-value]
        return Iterator(self.element_spec, _handle("OneShotIterator", _maker(self)))

    def make_initializable_iterator(self, shared_name=None) -> Iterator:
        """An iterator to be begun by running its `initializer`."""
        made = Iterator(self.element_spec)
        made.initializer = made.make_initializer(self)
        return made


def _parts(part):
    if isinstance(part, list | tuple | dict):
        return nest.flatten(part)
    return [part]


def _replace(part, put):
    return (
        nest.map_structure(put, part)
        if isinstance(part, list | tuple | dict)
        else put(part)
    )


def _stand_in(tensor: Tensor, size: int) -> np.ndarray:
    known = constant_value(tensor)
    if known is not None:
        return known
    dims = [size if d is None else d for d in tensor.dims or ()]
    if tensor.dtype.name == "string":
        return np.full(dims, b"", object)
    return np.ones(dims, tensor.dtype.np)


def _is_symbolic(args, kwargs) -> bool:
    leaves = [leaf for part in (*args, *kwargs.values()) for leaf in _parts(part)]
    return any(
        (isinstance(leaf, Tensor) and not getattr(leaf, "is_eager", False))
        or (isinstance(leaf, Dataset) and leaf._symbols())
        for leaf in leaves
    )  # fmt: skip


def _read(leaf):
    """The value that a variable has when the iterator begins."""
    return as_tensor(context.landing(), leaf, None, None) if (
        hasattr(leaf, "_ref")
    ) else leaf  # fmt: skip


def _deferring(name: str, starts: bool):
    """A method that remembers its call where graph tensors take part in it."""
    original = getattr(v2.Dataset, name)
    function = original.__func__ if starts else original

    @functools.wraps(function)
    def call(self, *args, **kwargs):
        if not context.executing_eagerly():
            args = [_replace(part, _read) for part in args]
        given = tuple(args) if starts else (self, *args)
        if not _is_symbolic(given, kwargs):
            return function(self, *args, **kwargs)
        made = Dataset.__new__(Dataset)
        made._recipe = (name, given, kwargs)
        made._options = v2.Options()
        sample = made._sample(3)
        made.node = sample.node
        return made

    return classmethod(call) if starts else call


for _name in _MADE_FROM:
    setattr(Dataset, _name, _deferring(_name, True))
for _name in _CHANGED_BY:
    setattr(Dataset, _name, _deferring(_name, False))


def _maker(dataset: Dataset) -> str:
    """A key under which a pass over `dataset` is begun, given its tensors' values."""
    key, symbols = ops.new_name("dataset"), dataset._symbols()

    def make(*values) -> Pass:
        fed = {id(t): np.asarray(v) for t, v in zip(symbols, values, strict=True)}
        return (flatten(element) for element in begun(anew(dataset._made(fed).node)))

    ops.MAKERS[key] = make
    return key


def _handle(name: str, first: str = "") -> Tensor:
    return TABLE["_Iterator"](first=first, name=name)


class Iterator:
    """Where elements enter a graph. As `tf.data.Iterator` of 1.x."""

    initializer: Any = None

    def __init__(self, element_spec, handle: Tensor | None = None):
        self.element_spec = element_spec
        self._handle = _handle("Iterator") if handle is None else handle

    @staticmethod
    def from_structure(output_types, output_shapes=None, shared_name=None,
                       output_classes=None) -> Iterator:  # fmt: skip
        """An iterator for any data set of these dtypes and shapes."""
        return Iterator(_spec(output_types, output_shapes))

    @staticmethod
    def from_string_handle(string_handle, output_types, output_shapes=None,
                           output_classes=None) -> Iterator:  # fmt: skip
        """The iterator that a fed handle names."""
        handle = as_tensor(context.landing(), string_handle, as_dtype("string"), None)
        return Iterator(_spec(output_types, output_shapes), handle)

    def string_handle(self, name=None) -> Tensor:
        return TABLE["Identity"](self._handle, name=name)

    def make_initializer(self, dataset, name=None):
        """An operation that begins a pass over `dataset`; TypeError for others."""
        mine = [s.dtype for s in flatten(self.element_spec)]
        given = [s.dtype for s in flatten(dataset.element_spec)]
        if mine != given:
            raise TypeError(
                f"Expected output types {mine} but got dataset with output types "
                f"{given}."
            )
        return TABLE["_MakeIterator"](
            self._handle, dataset._symbols(), maker=_maker(dataset),
            name=name or "MakeIterator",
        )  # fmt: skip

    def get_next(self, name=None):
        """The next element as tensors; OutOfRangeError when run at the end."""
        specs = flatten(self.element_spec)
        out = TABLE["_IteratorGetNext"](
            self._handle, output_types=tuple(s.dtype for s in specs),
            output_shapes=tuple(s.shape._dims for s in specs),
            name=name or "IteratorGetNext",
        )  # fmt: skip
        return pack(self.element_spec, list(out))

    @property
    def output_types(self):
        return transform(lambda s: s.dtype, self.element_spec)

    @property
    def output_shapes(self):
        return transform(lambda s: s.shape, self.element_spec)


def _spec(types, shapes):
    if isinstance(types, list):
        types = tuple(types)
    if isinstance(types, tuple):
        parts = [None] * len(types) if shapes is None else shapes
        return tuple(_spec(t, s) for t, s in zip(types, parts, strict=True))
    if isinstance(types, dict):
        return {
            k: _spec(t, None if shapes is None else shapes[k]) for k, t in types.items()
        }
    return TensorSpec(TensorShape(shapes), types)


def make_one_shot_iterator(dataset) -> Iterator:
    return dataset.make_one_shot_iterator()


def make_initializable_iterator(dataset, shared_name=None) -> Iterator:
    return dataset.make_initializable_iterator(shared_name)


def get_output_types(dataset_or_iterator):
    return transform(lambda s: s.dtype, dataset_or_iterator.element_spec)


def get_output_shapes(dataset_or_iterator):
    return transform(lambda s: s.shape, dataset_or_iterator.element_spec)


class TextLineDataset(v2.TextLineDataset, Dataset):
    _to: Any = Dataset._to


class TFRecordDataset(v2.TFRecordDataset, Dataset):
    _to: Any = Dataset._to


class FixedLengthRecordDataset(v2.FixedLengthRecordDataset, Dataset):
    _to: Any = Dataset._to


__all__ = [
    "AUTOTUNE", "Dataset", "FixedLengthRecordDataset", "Iterator", "Options",
    "TFRecordDataset", "TextLineDataset", "get_output_shapes", "get_output_types",
    "make_initializable_iterator", "make_one_shot_iterator",
]  # fmt: skip
