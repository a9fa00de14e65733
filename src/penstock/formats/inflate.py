"""Decompression that never holds more than was asked for."""

from __future__ import annotations

import zlib
from typing import BinaryIO

from penstock.formats.errors import MalformedError, TruncatedError

CHUNK = 1 << 18

_WINDOW = {"GZIP": 31, "ZLIB": 15}


class Inflater:
    """Reads the plain bytes of a GZIP (also of several members) or ZLIB stream."""

    def __init__(self, file: BinaryIO, compression: str, what: str) -> None:
        self._file = file
        self._window = _WINDOW[compression]
        self._what = what
        self._stream = zlib.decompressobj(self._window)
        self._input = b""
        self._started = False
        self._plain = bytearray()

    def read(self, size: int) -> bytes:
        """The next `size` plain bytes; fewer at the end of the stream."""
        while len(self._plain) < size:
            piece = self._more()
            if piece is None:
                break
            self._plain += piece
        out = bytes(self._plain[:size])
        del self._plain[:size]
        return out

    def _more(self) -> bytes | None:
        if not self._input:
            self._input = self._file.read(CHUNK)
        if self._stream.eof and self._input:
            if self._window == 15:
                raise MalformedError(f"{self._what}: bytes behind the ZLIB stream")
            self._stream = zlib.decompressobj(self._window)
        if not self._input:
            if self._started and not self._stream.eof:
                raise TruncatedError(f"{self._what}: the compressed data end early")
            return None
        self._started = True
        try:
            piece = self._stream.decompress(self._input, CHUNK)
        except zlib.error as error:
            raise MalformedError(f"{self._what}: damaged compression ({error})") from (
                error
            )
        self._input = self._stream.unused_data or self._stream.unconsumed_tail
        return piece
