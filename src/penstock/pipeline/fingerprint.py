"""A number for what a data set computes: equal for pipelines that are written alike."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

#: What takes part by its `repr`.
_PLAIN = (bool, int, float, str, bytes, type(None), np.generic)


def fingerprint(node) -> int:
    """64 bits of the node, what is behind it, its data and its functions' code."""
    digest = hashlib.sha256()
    _take(digest, node, {})
    return int.from_bytes(digest.digest()[:8], "little")


def _take(digest, value: Any, seen: dict[int, Any]) -> None:
    digest.update(type(value).__name__.encode())
    if isinstance(value, _PLAIN):
        digest.update(repr(value).encode())
        return
    if id(value) in seen:
        return
    seen[id(value)] = value  # kept: the id of what is gone may come again
    for part in _parts(value):
        if isinstance(part, bytes):
            digest.update(part)
        else:
            _take(digest, part, seen)


def _parts(value: Any) -> list:
    if isinstance(value, np.ndarray):
        return [value.tolist()] if value.dtype.hasobject else [value.tobytes()]
    if isinstance(value, list | tuple | set):
        return list(value)
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if is_dataclass(value):
        return [getattr(value, field.name) for field in fields(value) if field.init]
    if hasattr(value, "__code__"):
        cells = [cell.cell_contents for cell in value.__closure__ or () if _set(cell)]
        return [value.__code__, *cells]
    if hasattr(value, "co_code"):
        return [value.co_code, list(value.co_consts), list(value.co_names)]
    inner = getattr(value, "function", None)
    return [] if inner is None else [inner]


def _set(cell) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False
