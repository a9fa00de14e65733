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


def _forget_mask(tensor) -> None:
    if getattr_mask(tensor) is None:
        raise AttributeError("_keras_mask")
    del _masks_by_id[id(tensor)]


#: Programs read, set and delete it under Keras' name: `del logits._keras_mask`.
Tensor._keras_mask = property(  # type: ignore[attr-defined]
    getattr_mask, set_mask, _forget_mask
)
