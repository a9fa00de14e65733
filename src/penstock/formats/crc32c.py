"""CRC-32C (Castagnoli) and the masked form that TensorFlow's files store.

A file that holds a checksum of bytes which themselves hold checksums is weak,
so the stored form is rotated right by 15 bits and offset (LevelDB's log
format). RFC 3720 appendix B.4 gives the check values.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

try:
    _library: Any = importlib.import_module("google_crc32c")
except ImportError as missing:  # pragma: no cover - a broken installation
    raise ImportError(
        "Penstock's files need the package google-crc32c. "
        "Install it: pip install google-crc32c"
    ) from missing

_OFFSET = 0xA282EAD8
_WORD = 0xFFFFFFFF

Bytes = bytes | bytearray | memoryview | np.ndarray[Any, Any]


def crc32c(data: Bytes, start: int = 0) -> int:
    """CRC-32C of `data`, continuing from the checksum `start` of what precedes."""
    return int(_library.extend(start, _read_only(data)))


def mask(crc: int) -> int:
    """The form in which a checksum is stored beside its data."""
    return ((crc >> 15 | crc << 17) + _OFFSET) & _WORD


def unmask(masked: int) -> int:
    """Inverse of `mask`."""
    rotated = (masked - _OFFSET) & _WORD
    return (rotated >> 17 | rotated << 15) & _WORD


def masked_crc32c(data: Bytes) -> int:
    """`mask(crc32c(data))`."""
    return mask(crc32c(data))


def _read_only(data: Bytes) -> Any:
    # The library takes read-only buffers alone; a view costs no copy.
    if isinstance(data, bytes):
        return data
    if isinstance(data, np.ndarray):
        view = np.ascontiguousarray(data).reshape(-1).view(np.uint8)
    else:
        view = np.frombuffer(data, np.uint8)
    view = view[:]
    view.flags.writeable = False
    return view
