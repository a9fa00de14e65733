"""`tf.io` of 2.x: what only Python writes."""

from __future__ import annotations

from penstock.formats.tfrecord import RecordWriter
from penstock.saving.graph_io import write_graph


class TFRecordOptions:
    """How a TFRecord file is compressed."""

    def __init__(self, compression_type=None, flush_mode=None, input_buffer_size=None,
                 output_buffer_size=None, window_bits=None, compression_level=None,
                 compression_method=None, mem_level=None,
                 compression_strategy=None):  # fmt: skip
        if compression_type not in (None, "", "GZIP", "ZLIB"):
            raise ValueError(
                "compression_type must be '', 'GZIP' or 'ZLIB', not "
                f"{compression_type!r}."
            )
        self.compression_type = compression_type or ""
        self.compression_level = compression_level


class TFRecordWriter(RecordWriter):
    """Writes records (bytes) to a file. As `tf.io.TFRecordWriter`."""

    def __init__(self, path, options=None):
        kind = getattr(options, "compression_type", options) or ""
        level = getattr(options, "compression_level", None)
        super().__init__(path, kind, -1 if level is None else level)


__all__ = ["TFRecordOptions", "TFRecordWriter", "write_graph"]
