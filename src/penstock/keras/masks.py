"""Masks travel beside their tensors."""

from __future__ import annotations

import weakref
from typing import Any

from penstock.ir.tensor import Tensor

_masks_by_id: dict[int, tuple[weakref.ref, Any]] = {}


def getattr_mask(tensor):
    """The mask that travels with `tensor`, or None."""
    found = _masks_by_id.get(id(tensor))
    if found is None or found[0]() is not tensor:
        return None
    return found[1]


def set_mask(tensor, mask) -> None:
    """Let `mask` travel with `tensor`."""
    if mask is None or not isinstance(tensor, Tensor):
        return
    key = id(tensor)
    _masks_by_id[key] = (
        weakref.ref(tensor, lambda _: _masks_by_id.pop(key, None)),
        mask,
    )
