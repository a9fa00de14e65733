"""`tf.python_io`: TFRecord files written and read by Python itself."""

from __future__ import annotations

from penstock.formats.tfrecord import RecordWriter, read_records


class TFRecordCompressionType:
    """How a TFRecord file is compressed, as numbers."""

    NONE, ZLIB, GZIP = 0, 1, 2


_NAMES = {0: "", 1: "ZLIB", 2: "GZIP", None: ""}


class TFRecordOptions:
    """How a TFRecord file is compressed: a name, or a number of the class above."""

    compression_type_map = _NAMES

    def __init__(self, compression_type=None, flush_mode=None, **settings):
        del flush_mode, settings
        kind = _NAMES.get(compression_type, compression_type)
        if kind not in ("", "ZLIB", "GZIP"):
            raise ValueError(f"Unknown compression type {compression_type!r}.")
        self.compression_type = kind

    @classmethod
    def get_compression_type_string(cls, options) -> str:
        return _kind(options)


def _kind(options) -> str:
    return getattr(options, "compression_type", options) or ""


class TFRecordWriter(RecordWriter):
    """Writes records (bytes) to a file. As `tf.python_io.TFRecordWriter`."""

    def __init__(self, path, options=None):
        super().__init__(path, _kind(options))


def tf_record_iterator(path, options=None):
    """The records (bytes) of the file at `path`."""
    return read_records(path, _kind(options) or None)


__all__ = [
    "TFRecordCompressionType", "TFRecordOptions", "TFRecordWriter",
    "tf_record_iterator",
]  # fmt: skip
