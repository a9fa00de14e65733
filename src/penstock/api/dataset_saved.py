"""`Dataset.save`, `load` and `snapshot`: elements in TensorFlow's own files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from penstock.api import structured
from penstock.api.elements import array_spec, tensor_spec
from penstock.core.errors import NotFoundError, UnsupportedError
from penstock.formats import messages, saved_elements
from penstock.formats.atomic import write_bytes
from penstock.pipeline.composite import COMPOSITE
from penstock.pipeline.fingerprint import fingerprint
from penstock.pipeline.node import Node, Through
from penstock.pipeline.sources import Elements
from penstock.pipeline.spec import ArraySpec, DatasetSpec
from penstock.pipeline.structure import flatten, pack, transform

SPEC_FILE = "dataset_spec.pb"


def save(dataset, path: str, compression=None, shard_func=None) -> None:
    """Write every element; `shard_func` of an element says into which shard."""
    spec = dataset.element_spec
    os.makedirs(path, exist_ok=True)
    elements = _sharded(dataset, shard_func)
    for _ in saved_elements.write(
        path, elements, _types(dataset.spec), compression or ""
    ):
        pass
    message = structured.encode(spec)
    write_bytes(os.path.join(path, SPEC_FILE), message.SerializeToString())


def load(kind, path: str, element_spec=None, compression=None, reader_func=None):
    """The data set (of class `kind`) that `save` wrote.

    `reader_func` makes it from a data set of shards, each a data set of its own;
    without it an element is taken from each shard in turn.
    """
    found = saved_elements.about(path)
    if found is None:
        raise NotFoundError(None, None, f"{path}: no complete saved data set is there.")
    if element_spec is None:
        with open(os.path.join(path, SPEC_FILE), "rb") as file:
            message = messages.parse(messages.StructuredValue, file.read(), path)
        element_spec = structured.decode(message)
    spec = transform(array_spec, element_spec)
    files = tuple(saved_elements.shards(path, found.run))
    if reader_func is not None:
        each = [Saved((name,), spec, compression or "") for name in files]
        return reader_func(kind(Elements(each, DatasetSpec(spec))))
    return kind(Saved(files, spec, compression or "", found.count))


@dataclass(frozen=True, eq=False)
class Saved(Node):
    """The elements of record files, one of each in turn until all have ended."""

    files: tuple[str, ...]
    declared: Any
    compression: str = ""
    count: int = -2

    @property
    def spec(self):
        return self.declared

    @property
    def cardinality(self):
        return self.count

    def __iter__(self) -> Iterator:
        parts = len(flatten(self.declared))
        passes = [saved_elements.read(f, parts, self.compression) for f in self.files]
        while passes:
            still = []
            for one in passes:
                for arrays in one:
                    yield pack(
                        self.declared, [a[()] if not a.ndim else a for a in arrays]
                    )
                    still.append(one)
                    break
            passes = still


@dataclass(frozen=True, eq=False)
class Snapshot(Through):
    """The input, written in the first whole pass and read in every later one."""

    input: Node
    path: str
    compression: str = ""

    def over(self, elements) -> Iterator:
        mark = str(fingerprint(self.input))
        folder = os.path.join(self.path, mark)
        found = saved_elements.about(folder)
        if found is not None:
            files = tuple(saved_elements.shards(folder, found.run))
            yield from Saved(files, self.spec, self.compression)
            return
        os.makedirs(folder, exist_ok=True)
        passing: list = []
        steps = saved_elements.write(
            folder, ((0, _arrays(e, passing)) for e in elements), _types(self.spec),
            self.compression, mark,
        )  # fmt: skip
        for _ in steps:
            yield passing.pop()


def _arrays(element, passing: list) -> list:
    passing.append(element)
    return _dense(element)


def _dense(element) -> list:
    leaves = flatten(element)
    if any(isinstance(leaf, COMPOSITE) for leaf in leaves):
        raise UnsupportedError(
            "Ragged and sparse elements cannot be saved in TensorFlow's form. Use "
            "cache(filename), or save dense tensors."
        )
    return leaves


def _types(spec) -> list[np.dtype]:
    leaves = flatten(spec)
    if not all(type(leaf) is ArraySpec for leaf in leaves):
        raise UnsupportedError(
            f"Elements {transform(tensor_spec, spec)} cannot be saved: they are no "
            "dense tensors. Use cache(filename)."
        )
    return [leaf.numpy_dtype for leaf in leaves]


def _sharded(dataset, shard_func: Callable | None) -> Iterator[tuple[int, list]]:
    for element in dataset.node:
        at = 0 if shard_func is None else int(dataset.call(shard_func, element))
        yield at, _dense(element)
