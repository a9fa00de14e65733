"""Readers: records of the files whose names a queue gives."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from penstock.core.errors import NotFoundError
from penstock.formats.tfrecord import read_records
from penstock.ir.op import STOPS, op
from penstock.ops import rules

_HOST: dict[str, Any] = {"gradient": STOPS, "host": True, "stateful": True}
_FRAME = 16  # bytes around a record: its length and two checksums
#: The file's name -> (key, record) for each record.
Open = Callable[[str], Iterator[tuple[str, bytes]]]


class Reader:
    """Where a session's reader is: in which file, after which record."""

    def __init__(self, open_file: Open):
        self._open = open_file
        self._records: Iterator[tuple[str, bytes]] | None = None
        self._lock = threading.Lock()  # several threads may fill one queue
        self.produced = self.files = 0

    def read(self, queue) -> tuple[str, bytes]:
        """The next (key, record); the next file's name is taken where one ends."""
        with self._lock:
            return self._next(queue)

    def _next(self, queue) -> tuple[str, bytes]:
        while True:
            if self._records is None:
                name = np.asarray(queue.take(1)[0][0], object).item().decode()
                self._records = self._open(name)
            try:
                found = next(self._records)
            except StopIteration:
                self._records = None
                self.files += 1
                continue
            except FileNotFoundError as error:
                self._records = None
                raise NotFoundError(
                    f"{error.filename}; No such file or directory"
                ) from None
            self.produced += 1
            return found

    def reset(self) -> None:
        self._records = None
        self.produced = self.files = 0


def _tfrecords(compression: str) -> Open:
    def records(path: str):
        at = 0
        for record in read_records(path, compression or None):
            yield f"{path}:{at}", record
            at += len(record) + _FRAME

    return records


def _lines(skipped: int) -> Open:
    def lines(path: str):
        with open(path, "rb") as file:
            for number, line in enumerate(file, 1):
                if number > skipped:
                    yield f"{path}:{number}", line.rstrip(b"\n").removesuffix(b"\r")

    return lines


def _whole(path: str):
    with open(path, "rb") as file:
        yield path, file.read()


def _fixed(node) -> Open:
    attrs = node.attrs
    size, header, footer = (
        attrs[k] for k in ("record_bytes", "header_bytes", "footer_bytes")
    )
    hop = attrs["hop_bytes"] or size

    def records(path: str):
        with open(path, "rb") as file:
            data = file.read()
        data = data[header : len(data) - footer]
        for number, at in enumerate(range(0, len(data) - size + 1, hop)):
            yield f"{path}:{number}", data[at : at + size]

    return records


def _reader(type_name: str, make: Callable[[Any], Open], **attrs) -> None:
    @op(
        type_name,
        "-> reader_handle: resource",
        shape=rules.scalar,
        attrs={"container": "", "shared_name": "", **attrs},
        keeps=lambda node: Reader(make(node)),
        **_HOST,
    )
    def handle(*, kept):
        return kept, kept


_reader(
    "TFRecordReaderV2", lambda n: _tfrecords(n.attrs["compression_type"]),
    compression_type="",
)  # fmt: skip
_reader(
    "TextLineReaderV2", lambda n: _lines(n.attrs["skip_header_lines"]),
    skip_header_lines=0,
)  # fmt: skip
_reader("WholeFileReaderV2", lambda n: _whole)
_reader("IdentityReaderV2", lambda n: lambda name: iter([(name, name.encode())]))
_reader(
    "FixedLengthRecordReaderV2", _fixed, record_bytes=1, header_bytes=0,
    footer_bytes=0, hop_bytes=0, encoding="",
)  # fmt: skip


@op(
    "ReaderReadV2",
    "reader_handle: resource, queue_handle: resource -> key: string, value: string",
    shape=lambda *_, **__: [(), ()],
    **_HOST,
)
def reader_read(reader_handle, queue_handle):
    key, value = reader_handle.read(queue_handle)
    return np.array(key.encode(), object), np.array(value, object)


@op(
    "ReaderReadUpToV2",
    "reader_handle: resource, queue_handle: resource, num_records: int64"
    " -> keys: string, values: string",
    shape=lambda *_, **__: [(None,), (None,)],
    **_HOST,
)
def reader_read_up_to(reader_handle, queue_handle, num_records):
    pairs = [reader_handle.read(queue_handle) for _ in range(int(num_records))]
    keys = np.array([k.encode() for k, _ in pairs], object)
    return keys, np.array([v for _, v in pairs], object)


@op("ReaderNumRecordsProducedV2", "reader_handle: resource -> records_produced: int64",
    shape=rules.scalar, **_HOST)  # fmt: skip
def records_produced(reader_handle):
    return np.array(reader_handle.produced, np.int64)


@op("ReaderNumWorkUnitsCompletedV2",
    "reader_handle: resource -> units_completed: int64", shape=rules.scalar,
    **_HOST)  # fmt: skip
def units_completed(reader_handle):
    return np.array(reader_handle.files, np.int64)


@op("ReaderResetV2", "reader_handle: resource ->", shape=rules.none, **_HOST)
def reader_reset(reader_handle):
    reader_handle.reset()
    return ()
