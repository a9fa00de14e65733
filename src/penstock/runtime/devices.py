"""Devices: which there are, what they are called, and how much memory JAX may take.

JAX reads its memory settings once, when it first touches a device; what a program
asks for in its ConfigProto is therefore passed on before that, or not at all.
"""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from penstock.ops.xla import jax
from penstock.runtime import nvidia

log = logging.getLogger("tensorflow")

_FRACTION = "XLA_PYTHON_CLIENT_MEM_FRACTION"
_PREALLOCATE = "XLA_PYTHON_CLIENT_PREALLOCATE"
_VISIBLE = "CUDA_VISIBLE_DEVICES"


@dataclass(frozen=True, slots=True)
class Device:
    """One device as `Session.list_devices` gives it; memory in bytes, 0 if unknown."""

    name: str
    device_type: str
    memory_limit_bytes: int = 0
    incarnation: int = 0
    #: What its maker calls it, and what it can compute ((9, 0) for 9.0), if known.
    model: str = field(default="", repr=False)
    capability: tuple[int, ...] = field(default=(), repr=False)


_TASK = "/job:localhost/replica:0/task:0"
_CPU = Device(f"{_TASK}/device:CPU:0", "CPU", 256 << 20)


def started() -> bool:
    """Whether JAX was imported, after which it may have read its settings."""
    return "jax" in sys.modules


def configure(
    memory_fraction: float | None = None,
    allow_growth: bool | None = None,
    visible: str | None = None,
    use_gpu: bool = True,
) -> dict[str, str]:
    """Pass a program's wishes on to JAX; gives the settings that were made.

    `memory_fraction` in (0, 1]; `visible` as in CUDA_VISIBLE_DEVICES. What the
    environment says already is left alone. Warns where JAX runs already. Raises
    ValueError for a fraction outside its range.
    """
    if memory_fraction is not None and not 0 < memory_fraction <= 1:
        raise ValueError(
            "per_process_gpu_memory_fraction must be above 0 and at most 1, received "
            f"{memory_fraction}."
        )
    wanted: dict[str, str] = {}
    if memory_fraction is not None:
        wanted[_FRACTION] = f"{memory_fraction:g}"
    if allow_growth:
        wanted[_PREALLOCATE] = "false"
    if visible:
        wanted[_VISIBLE] = visible
    if not use_gpu:
        wanted["JAX_PLATFORMS"] = "cpu"
        if started():  # too late to leave it out, not to leave it alone
            jax.config.update("jax_default_device", jax.devices("cpu")[0])
            return wanted
    missing = {k: v for k, v in wanted.items() if os.environ.get(k) != v}
    if not missing:
        return {}
    if started():
        log.warning(
            "The device runs already; %s of this ConfigProto has no effect. Make the "
            "first session with it.",
            ", ".join(sorted(missing)),
        )
        return {}
    fresh = {k: v for k, v in missing.items() if k not in os.environ}
    os.environ.update(fresh)
    return fresh


def devices() -> list[Device]:
    """Every device that a run may use: the CPU first, then accelerators."""
    return [_CPU, *map(_described, accelerators())]


def _described(device) -> Device:
    name = name_of(device)
    limit = int((device.memory_stats() or {}).get("bytes_limit", 0))
    version = str(getattr(device, "compute_capability", ""))
    capability = tuple(int(n) for n in version.split(".") if n.isdigit())
    kind = name.rsplit(":", 2)[-2]
    return Device(name, kind, limit, 0, device.device_kind, capability)


@cache
def physical() -> list[Device]:
    """The devices of this machine, without touching them where that can be had.

    Programs list their GPUs to say how much memory may be taken of them, which JAX
    reads once, when it starts.
    """
    if started():
        return devices()
    found = nvidia.gpus()
    if found is None:
        os.environ.setdefault(_PREALLOCATE, "false")  # leave the choice open
        return devices()
    return [
        _CPU,
        *(
            Device(
                f"{_TASK}/device:GPU:{n}",
                "GPU",
                gpu.memory,
                0,
                gpu.model,
                gpu.capability,
            )
            for n, gpu in enumerate(found)
        ),
    ]


def place(name: Any) -> Any:
    """The JAX device that `name` means, where there is a choice; else None.

    `name` as programs write it: "/GPU:0", "/cpu:0", "/job:localhost/device:GPU:0", a
    `DeviceSpec`, None. A device that is not there means the default one: TensorFlow's
    eager mode places softly.
    """
    text = str(getattr(name, "to_string", lambda: name or "")()).lower()
    kind, _, index = text.rsplit("/", 1)[-1].removeprefix("device:").partition(":")
    if kind not in ("cpu", "gpu", "tpu") or not accelerators():
        return None
    found = jax.devices("cpu") if kind == "cpu" else accelerators()
    at = int(index) if index.isdigit() else 0
    return found[at] if at < len(found) else None


@cache
def accelerators() -> list[Any]:
    """JAX's devices that are not the CPU."""
    return [d for d in jax.devices() if d.platform != "cpu"]


def name_of(device: Any = None) -> str:
    """TensorFlow's full name of a JAX device; without one, of the default device."""
    device = device or jax.config.jax_default_device
    device = device or (accelerators() or jax.devices("cpu"))[0]
    kind = device.platform.upper()
    kind = "GPU" if kind in ("CUDA", "ROCM") else kind
    return f"{_TASK}/device:{kind}:{device.id}"


def memory(kind: str, index: int) -> dict[str, int]:
    """What JAX tells of an accelerator's memory, in bytes; {} where there is none."""
    found = [d for d in accelerators() if d.id == index]
    return dict(found[0].memory_stats() or {}) if found and kind != "CPU" else {}


def session_devices() -> list[Device]:
    """As `Session.list_devices`."""
    return devices()


def has_gpu() -> bool:
    """Whether there is a GPU that JAX can use."""
    return any(d.device_type == "GPU" for d in devices())
