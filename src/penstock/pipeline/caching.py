"""Elements kept after the first whole pass, in memory or in a file."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from penstock.core.errors import DataLossError, InvalidArgumentError
from penstock.pipeline import plan as plans
from penstock.pipeline.composite import COMPOSITE, Ragged, Sparse, from_parts, parts
from penstock.pipeline.node import Node, Through
from penstock.pipeline.structure import flatten, pack

MAGIC = b"penstock cache 1\n"
_ELEMENT, _END = b"e", b"z"


@dataclass(frozen=True, eq=False)
class MemoryCache(Through):
    """The first pass that reaches the end is kept; later passes read it."""

    input: Node
    _kept: list = field(default_factory=list, init=False)
    _kept_order: list = field(default_factory=list, init=False)

    @cached_property
    def plan(self):
        if self.input.plan is None:
            return None
        return plans.remembered(self.input.plan, self._kept_order)

    def __iter__(self):
        return iter(self._kept[0]) if self._kept else super().__iter__()

    def over(self, elements):
        seen = []
        for element in elements:
            seen.append(element)
            yield element
        if not self._kept:
            self._kept.append(seen)


@dataclass(frozen=True, eq=False)
class FileCache(Through):
    """The same in a file, written beside its place and renamed when complete.

    A cache that is there already is read; delete it when the pipeline before it
    changes, as with TensorFlow. The format is Penstock's: NumPy arrays one after the
    other, without pickled objects.
    """

    input: Node
    path: str

    def __iter__(self):
        return self._read() if os.path.exists(self.path) else super().__iter__()

    def over(self, elements) -> Iterator:
        folder = os.path.dirname(self.path) or "."
        try:
            file = tempfile.NamedTemporaryFile(
                dir=folder, prefix=Path(self.path).name, delete=False
            )
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"cache: there is no folder {folder!r} for the cache file. Create it."
            ) from error
        complete = False
        try:
            count = None
            for element in elements:
                leaves = flatten(element)
                if count is None:
                    count = len(leaves)
                    header = json.dumps({"leaves": count}).encode()
                    file.write(MAGIC + header + b"\n")
                file.write(_ELEMENT)
                for leaf in leaves:
                    write_leaf(file, leaf)
                yield element
            if count is None:
                file.write(MAGIC + b'{"leaves": 0}\n')
            file.write(_END)
            complete = True
        finally:
            file.close()
            if complete:
                os.replace(file.name, self.path)
            else:
                os.unlink(file.name)

    def _read(self) -> Iterator:
        with open(self.path, "rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise DataLossError(
                    None,
                    None,
                    f"cache: {self.path} is not a cache file of Penstock. "
                    "Delete it or name another file.",
                )
            count = _header(file, self.path)
            while (mark := file.read(1)) == _ELEMENT:
                template = self.input.spec
                if len(flatten(template)) != count:
                    raise InvalidArgumentError(
                        None,
                        None,
                        f"cache: {self.path} holds elements of {count} "
                        f"tensors, the data set has {template}. The pipeline has "
                        "changed: delete the file.",
                    )
                yield pack(template, [read_leaf(file, self.path) for _ in range(count)])
            if mark != _END:
                raise _truncated(self.path)


def _header(file: BinaryIO, path: str) -> int:
    try:
        return int(json.loads(file.readline(1 << 10))["leaves"])
    except (ValueError, KeyError, TypeError):
        raise _truncated(path) from None


def _truncated(path: str) -> DataLossError:
    return DataLossError(
        None, None, f"cache: {path} ends early or is damaged. Delete it."
    )


def write_leaf(file: Any, leaf) -> None:
    """One array in NumPy's own format; strings as their shape, lengths and bytes."""
    if isinstance(leaf, COMPOSITE):
        arrays = parts(leaf)
        ragged = isinstance(leaf, Ragged)
        file.write(b"r" + bytes([len(arrays)]) if ragged else b"p")
        for array in arrays:
            write_leaf(file, array)
    elif isinstance(leaf, bytes) or leaf.dtype.kind == "O":
        array = np.asarray(leaf, object)
        items = array.ravel().tolist()
        file.write(b"s")
        _save(file, np.array(array.shape, np.int64))
        _save(file, np.array([len(item) for item in items], np.int64))
        _save(file, np.frombuffer(b"".join(items), np.uint8))
    else:
        array = np.asarray(leaf)
        file.write(b"a")
        # dtypes that NumPy's format has no name for (bfloat16) travel as raw bytes
        file.write(array.dtype.name.encode().ljust(16))
        raw = array if array.dtype.isbuiltin == 1 else array.view(f"u{array.itemsize}")
        _save(file, raw)


def read_leaf(file: BinaryIO, path: str):
    """The inverse of `write_leaf`. Raises DataLossError for damaged files."""
    try:
        kind = file.read(1)
        if kind == b"s":
            shape, lengths, blob = (_load(file) for _ in range(3))
            ends = np.cumsum(lengths)
            if (lengths < 0).any() or (len(ends) and ends[-1] != len(blob)):
                raise ValueError("lengths")
            data = blob.tobytes()
            out = np.empty(len(lengths), object)
            out[:] = [data[e - n : e] for e, n in zip(ends, lengths, strict=True)]
            return out.reshape(shape)[()]
        if kind in (b"r", b"p"):
            count = file.read(1)[0] if kind == b"r" else 3
            arrays = [read_leaf(file, path) for _ in range(count)]
            return from_parts(Ragged if kind == b"r" else Sparse, arrays)
        if kind == b"a":
            name = file.read(16).decode().strip()
            array = _load(file)
            if array.dtype.name != name:
                array = array.view(np.dtype(name))
            return array[()] if array.ndim == 0 else array
        raise ValueError("kind")
    except (ValueError, TypeError, IndexError, EOFError, UnicodeDecodeError, OSError):
        raise _truncated(path) from None


def _save(file: Any, array: np.ndarray) -> None:
    np.lib.format.write_array(
        file, np.ascontiguousarray(array).reshape(array.shape), allow_pickle=False
    )


def _load(file: BinaryIO) -> np.ndarray:
    return np.lib.format.read_array(file, allow_pickle=False)
