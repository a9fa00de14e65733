"""What TensorFlow gave for each sample: `tests/fixtures/ops_<family>.npz`.

The file holds an index (JSON) and all numbers in one block of bytes: hundreds of small
arrays would otherwise cost more in headers than in values.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import ml_dtypes  # noqa: F401  (gives NumPy the dtype named bfloat16)
import numpy as np

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"


class Block:
    """Arrays written one after the other."""

    def __init__(self):
        self.parts: list[bytes] = []
        self.size = 0

    def add(self, array: np.ndarray) -> list[Any]:
        """Append `array`; what to write in the index to find it again."""
        if array.dtype == object:
            texts = [
                item.decode("latin-1") if isinstance(item, bytes) else item
                for item in array.ravel()
            ]
            return ["string", list(array.shape), texts]
        raw = np.ascontiguousarray(array).tobytes()
        entry = [array.dtype.name, list(array.shape), self.size]
        self.parts.append(raw)
        self.size += len(raw)
        return entry


def save(family: str, index: dict, block: Block) -> None:
    FIXTURES.mkdir(exist_ok=True)
    text = json.dumps(index, separators=(",", ":")).encode()
    np.savez_compressed(
        FIXTURES / f"ops_{family}.npz",
        index=np.frombuffer(text, np.uint8),
        data=np.frombuffer(b"".join(block.parts), np.uint8),
    )


@cache
def load(family: str) -> tuple[dict, bytes]:
    path = FIXTURES / f"ops_{family}.npz"
    if not path.exists():
        return {"samples": {}}, b""
    with np.load(path, allow_pickle=False) as file:
        return json.loads(file["index"].tobytes()), file["data"].tobytes()


def recorded(family: str, key: str) -> dict[str, Any] | None:
    """The record of one sample with its arrays read, or None."""
    index, data = load(family)
    entry = index["samples"].get(key)
    if entry is None:
        return None
    out = dict(entry)
    for name in {"outputs", "grads"} & set(entry):
        out[name] = [None if e is None else _read(e, data) for e in entry[name]]
    return out


def _read(entry, data: bytes) -> np.ndarray:
    kind, shape, at = entry
    if kind == "string":
        flat = [t.encode("latin-1") for t in at]
        out = np.empty(len(flat), object)
        out[:] = flat
        return out.reshape(shape)
    dtype = np.dtype(kind)
    count = int(np.prod(shape, dtype=np.int64))
    return np.frombuffer(data, dtype, count, at).reshape(shape)
