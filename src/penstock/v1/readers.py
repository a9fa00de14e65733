"""Readers of 1.x: records of the files whose names a queue gives."""

from __future__ import annotations

from penstock.api.named_results import ReaderRead, ReaderReadUpTo
from penstock.api.scopes import tensor
from penstock.core.dtypes import int64
from penstock.ir.op import TABLE


class ReaderBase:
    """Reads records one by one. As `tf.ReaderBase`."""

    def __init__(self, reader_ref, supports_serialize=False):
        self._reader_ref, self._serializes = reader_ref, supports_serialize

    reader_ref = property(lambda self: self._reader_ref)
    supports_serialize = property(lambda self: self._serializes)

    def read(self, queue, name=None):
        """(key, record), both strings, of the next record of the queue's files."""
        read = TABLE["ReaderReadV2"](self._reader_ref, _handle(queue), name=name)
        return ReaderRead(*read)

    def read_up_to(self, queue, num_records, name=None):
        """(keys, records) of the next `num_records`."""
        read = TABLE["ReaderReadUpToV2"](
            self._reader_ref, _handle(queue), tensor(num_records, int64), name=name
        )
        return ReaderReadUpTo(*read)

    def num_records_produced(self, name=None):
        return TABLE["ReaderNumRecordsProducedV2"](self._reader_ref, name=name)

    def num_work_units_completed(self, name=None):
        return TABLE["ReaderNumWorkUnitsCompletedV2"](self._reader_ref, name=name)

    def reset(self, name=None):
        """An operation that forgets where the reader was."""
        return TABLE["ReaderResetV2"](self._reader_ref, name=name)


def _handle(queue):
    return getattr(queue, "queue_ref", queue)


class TFRecordReader(ReaderBase):
    """Records of TFRecord files; `options` says how they are compressed."""

    def __init__(self, name=None, options=None):
        kind = getattr(options, "compression_type", options) or ""
        super().__init__(TABLE["TFRecordReaderV2"](compression_type=kind, name=name))


class TextLineReader(ReaderBase):
    """Lines of text files, without their ends."""

    def __init__(self, skip_header_lines=None, name=None):
        super().__init__(
            TABLE["TextLineReaderV2"](
                skip_header_lines=int(skip_header_lines or 0), name=name
            )
        )


class WholeFileReader(ReaderBase):
    """Whole files; the key is the file's name."""

    def __init__(self, name=None):
        super().__init__(TABLE["WholeFileReaderV2"](name=name), True)


class IdentityReader(ReaderBase):
    """What the queue holds, as key and as record."""

    def __init__(self, name=None):
        super().__init__(TABLE["IdentityReaderV2"](name=name), True)


class FixedLengthRecordReader(ReaderBase):
    """Records of `record_bytes` bytes, every `hop_bytes`, between header and footer."""

    def __init__(
        self, record_bytes, header_bytes=None, footer_bytes=None, hop_bytes=None,
        name=None, encoding=None,
    ):  # fmt: skip
        super().__init__(
            TABLE["FixedLengthRecordReaderV2"](
                record_bytes=int(record_bytes), header_bytes=int(header_bytes or 0),
                footer_bytes=int(footer_bytes or 0), hop_bytes=int(hop_bytes or 0),
                encoding=encoding or "", name=name,
            ),
            True,
        )  # fmt: skip


__all__ = [
    "FixedLengthRecordReader", "IdentityReader", "ReaderBase", "TFRecordReader",
    "TextLineReader", "WholeFileReader",
]  # fmt: skip
