"""NVIDIA's GPUs as their driver tells them, without taking hold of one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any


@dataclass(frozen=True, slots=True)
class Gpu:
    """What the driver tells of one GPU; `memory` in bytes."""

    model: str
    memory: int
    capability: tuple[int, int]


def gpus() -> list[Gpu] | None:
    """The GPUs that JAX will find when it starts; None where only JAX can tell.

    Those that CUDA_VISIBLE_DEVICES names, in its order; none where JAX has no plugin
    for CUDA. Asks the driver by `nvidia-ml-py`, which comes with `penstock[cuda]`.
    """
    if not any(find_spec(f"jax_cuda{version}_plugin") for version in (12, 13)):
        return []
    if os.environ.get("JAX_PLATFORMS") or not find_spec("pynvml"):
        return None
    pynvml: Any = import_module("pynvml")
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    try:
        visible = _visible(pynvml.nvmlDeviceGetCount())
        return None if visible is None else [_told(pynvml, n) for n in visible]
    finally:
        pynvml.nvmlShutdown()


def _visible(count: int) -> list[int] | None:
    """The numbers of the GPUs that may be seen; None where they are told otherwise."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is None:
        return list(range(count))
    if named.strip() in ("", "-1"):
        return []
    words = [word.strip() for word in named.split(",")]
    if not all(word.isdigit() and int(word) < count for word in words):
        return None
    return [int(word) for word in words]


def _told(pynvml, number: int) -> Gpu:
    handle = pynvml.nvmlDeviceGetHandleByIndex(number)
    major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(handle)
    memory = int(pynvml.nvmlDeviceGetMemoryInfo(handle).total)
    return Gpu(str(pynvml.nvmlDeviceGetName(handle)), memory, (major, minor))
