"""`tf.experimental.dlpack`: tensors handed to other libraries and taken from them."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api.scopes import tensor


class _Capsule:
    """What `np.from_dlpack` asks for, around a capsule of this machine's memory."""

    def __init__(self, capsule):
        self._capsule = capsule

    def __dlpack__(self, **_: Any):
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0  # kDLCPU


def to_dlpack(tf_tensor):
    """A DLPack capsule of the tensor's values."""
    return np.array(tf_tensor.numpy()).__dlpack__()


def from_dlpack(dlcapsule):
    """A tensor of what a capsule, or an array that makes one, holds."""
    if not hasattr(dlcapsule, "__dlpack__"):
        dlcapsule = _Capsule(dlcapsule)
    return tensor(np.array(np.from_dlpack(dlcapsule)))


__all__ = ["from_dlpack", "to_dlpack"]
