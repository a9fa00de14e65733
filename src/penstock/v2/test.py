"""`tf.test`: what 2.x adds to 1.x's names."""

from __future__ import annotations

from penstock.runtime.devices import has_gpu


def is_built_with_gpu_support() -> bool:
    return has_gpu()


def is_built_with_rocm() -> bool:
    return False


def is_built_with_xla() -> bool:
    return True


def is_cpu_target_available(target: str) -> bool:
    return target == "x86"


__all__ = [
    "is_built_with_gpu_support", "is_built_with_rocm", "is_built_with_xla",
    "is_cpu_target_available",
]  # fmt: skip
