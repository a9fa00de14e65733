"""Elements that are read from files: lines, records, comma-separated values."""

from __future__ import annotations

import csv
import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from penstock.core import dtypes
from penstock.core.convert import to_array
from penstock.core.errors import InvalidArgumentError, NotFoundError
from penstock.core.paths import matching_paths
from penstock.pipeline.node import UNKNOWN, Node
from penstock.pipeline.spec import ArraySpec


def file_names(value) -> Iterable[str]:
    """Names from a string, a list, an array or a data set of strings."""
    if isinstance(value, str | bytes | os.PathLike):
        value = [value]
    elif isinstance(value, np.ndarray):
        value = value.ravel()
    return (os.fsdecode(np.asarray(name, object).item()) for name in value)


def matching(patterns) -> list[str]:
    """Files that match glob patterns, sorted. Raises InvalidArgumentError for none."""
    patterns = list(file_names(patterns))
    found = sorted(path for pattern in patterns for path in matching_paths(pattern))
    if not found:
        raise InvalidArgumentError(
            None, None, f"No files matched pattern: {', '.join(patterns)}"
        )
    return found


def open_bytes(path: str, compression: str) -> Any:
    """A file's bytes, unpacked where `compression` is "GZIP" or "ZLIB"."""
    try:
        file = open(path, "rb")
    except FileNotFoundError as error:
        raise NotFoundError(None, None, f"{path}; No such file or directory") from error
    if not compression:
        return file
    with file:
        if compression == "GZIP":
            return gzip.open(path)
        if compression == "ZLIB":
            return io.BytesIO(zlib.decompress(file.read()))
    raise InvalidArgumentError(
        None, None, f"compression_type must be '', 'ZLIB' or 'GZIP', not {compression}."
    )


def open_text(path: str, compression: str) -> io.TextIOWrapper:
    """A file's text as `csv` wants it: line ends as they are, any bytes."""
    file = open_bytes(path, compression)
    return io.TextIOWrapper(file, "utf-8", errors="surrogateescape", newline="")


class _Strings(Node):
    """Elements are scalar strings."""

    @property
    def spec(self):
        return ArraySpec("string", ())

    cardinality = UNKNOWN


@dataclass(frozen=True, eq=False)
class TextLines(_Strings):
    """The lines of files, without their ends."""

    names: Any
    compression: str = ""

    def __iter__(self) -> Iterator[bytes]:
        for path in file_names(self.names):
            with open_bytes(path, self.compression) as file:
                for line in file:
                    yield line.removesuffix(b"\n").replace(b"\r", b"")


@dataclass(frozen=True, eq=False)
class Records(_Strings):
    """The records of TFRecord files, through `read(path, compression)`.

    The reader is given by the caller: this layer knows no file format.
    """

    names: Any
    read: Callable[[str, str], Iterable[bytes]]
    compression: str = ""

    def __iter__(self) -> Iterator[bytes]:
        for path in file_names(self.names):
            yield from self.read(path, self.compression)


@dataclass(frozen=True, eq=False)
class FixedLength(_Strings):
    """Records of `record_bytes` between a header and a footer, in binary files."""

    names: Any
    record_bytes: int
    header_bytes: int = 0
    footer_bytes: int = 0
    compression: str = ""

    def __iter__(self) -> Iterator[bytes]:
        for path in file_names(self.names):
            with open_bytes(path, self.compression) as file:
                data = file.read()
            body = len(data) - self.header_bytes - self.footer_bytes
            if body < 0 or body % self.record_bytes:
                raise InvalidArgumentError(
                    None,
                    None,
                    f"Excess bytes: the file {path} has {len(data)} bytes, "
                    f"which is no header of {self.header_bytes}, footer of "
                    f"{self.footer_bytes} and whole records of {self.record_bytes}.",
                )
            end = len(data) - self.footer_bytes
            for start in range(self.header_bytes, end, self.record_bytes):
                yield data[start : start + self.record_bytes]


@dataclass(frozen=True, eq=False)
class Csv(Node):
    """Rows of CSV files (RFC 4180) as tuples of scalars.

    `defaults`: per column a dtype (the field is required) or a value of the dtype
    that stands in for an empty field.
    """

    names: Any
    defaults: tuple
    compression: str = ""
    header: bool = False
    delimiter: str = ","
    quoted: bool = True
    missing: str = ""
    columns: tuple[int, ...] | None = None

    def __post_init__(self):
        chosen = self.columns
        if chosen is not None and list(chosen) != sorted(set(chosen)):
            raise InvalidArgumentError(
                None,
                None,
                "select_cols should be strictly increasing indices, "
                f"received {list(chosen)}.",
            )

    @cached_property
    def _columns(self) -> list[tuple[dtypes.DType, object]]:
        out = []
        for default in self.defaults:
            try:
                out.append((dtypes.as_dtype(default), None))
            except TypeError:
                value = to_array(default)
                scalar = value.reshape(-1)[0] if value.size else None
                out.append((dtypes.as_dtype(value.dtype), scalar))
        return out

    @property
    def spec(self):
        return tuple(ArraySpec(dtype.name, ()) for dtype, _ in self._columns)

    cardinality = UNKNOWN

    def __iter__(self) -> Iterator[tuple]:
        quoting = csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE
        for path in file_names(self.names):
            with open_text(path, self.compression) as text:
                rows = csv.reader(
                    text, delimiter=self.delimiter, quoting=quoting, strict=True
                )
                try:
                    for row in rows:
                        if (rows.line_num == 1 and self.header) or not row:
                            continue
                        yield self._row(row, path, rows.line_num)
                except csv.Error as error:
                    raise InvalidArgumentError(
                        None, None, f"{path}, line {rows.line_num}: {error}"
                    ) from error

    def _row(self, row: list[str], path: str, line: int) -> tuple:
        if self.columns is not None:
            if max(self.columns) >= len(row):
                raise InvalidArgumentError(
                    None,
                    None,
                    f"{path}, line {line}: column {max(self.columns)} was "
                    f"selected, but the row has {len(row)} fields.",
                )
            row = [row[index] for index in self.columns]
        if len(row) != len(self._columns):
            raise InvalidArgumentError(
                None,
                None,
                f"Expect {len(self._columns)} fields but have {len(row)} in "
                f"record ({path}, line {line}).",
            )
        pairs = zip(row, self._columns, strict=True)
        return tuple(
            self._field(text, dtype, default, index, path, line)
            for index, (text, (dtype, default)) in enumerate(pairs)
        )

    def _field(self, text, dtype, default, index, path, line):
        where = f"{path}, line {line}, field {index}"
        if text in ("", self.missing):
            if default is None:
                raise InvalidArgumentError(
                    None,
                    None,
                    f"Field {index} is required but missing in record! ({where})",
                )
            return default
        if dtype == dtypes.string:
            return text.encode("utf-8", "surrogateescape")
        try:
            return dtype.np.type(text if dtype.is_floating else int(text))
        except (ValueError, OverflowError):
            raise InvalidArgumentError(
                None,
                None,
                f"Field {index} in record is not a valid {dtype.name}: "
                f"{text} ({where})",
            ) from None
