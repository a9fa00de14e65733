"""What TensorFlow gave for each scenario: `tests/fixtures/v1_<family>.npz`."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np

from laws.recorded import FIXTURES, Block


def _write(value: Any, block: Block) -> Any:
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        return list(value)
    if isinstance(value, list | tuple) and any(
        isinstance(v, str | list | tuple) for v in value
    ):
        return [_write(v, block) for v in value]
    return {"array": block.add(np.asarray(value))}


def save(family: str, version: str, results: dict[str, dict[str, Any]]) -> int:
    """Write the results of a family; the size of the file in bytes."""
    block = Block()
    index = {
        name: {key: _write(value, block) for key, value in result.items()}
        for name, result in results.items()
    }
    text = json.dumps({"tensorflow": version, "scenarios": index})
    path = FIXTURES / f"v1_{family}.npz"
    np.savez_compressed(
        path,
        index=np.frombuffer(text.encode(), np.uint8),
        data=np.frombuffer(b"".join(block.parts), np.uint8),
    )
    return path.stat().st_size


@cache
def load(family: str) -> dict[str, dict[str, Any]]:
    """Scenario -> name -> array or text; empty where nothing was recorded."""
    path = FIXTURES / f"v1_{family}.npz"
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as file:
        index = json.loads(file["index"].tobytes())
        data = file["data"].tobytes()
    return {
        name: {key: _read(value, data) for key, value in result.items()}
        for name, result in index["scenarios"].items()
    }


def _read(value: Any, data: bytes) -> Any:
    if not isinstance(value, dict):
        return value
    kind, shape, at = value["array"]
    if kind == "string":
        return np.array([t.encode("latin-1") for t in at], object).reshape(shape)
    dtype = np.dtype(kind)
    count = int(np.prod(shape, dtype=np.int64))
    return np.frombuffer(data, dtype, count, at).reshape(shape)
