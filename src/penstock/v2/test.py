"""`tf.test`: what test files of programs use."""

from __future__ import annotations

from penstock.v1.testing import (
    TestCase,
    get_temp_dir,
    gpu_device_name,
    is_built_with_cuda,
    is_gpu_available,
    main,
)


def is_built_with_gpu_support() -> bool:
    return is_built_with_cuda()


def is_built_with_rocm() -> bool:
    return False


def is_built_with_xla() -> bool:
    return True


def is_cpu_target_available(target: str) -> bool:
    return target == "x86"


__all__ = [
    "TestCase", "get_temp_dir", "gpu_device_name", "is_built_with_cuda",
    "is_built_with_gpu_support", "is_built_with_rocm", "is_built_with_xla",
    "is_cpu_target_available", "is_gpu_available", "main",
]  # fmt: skip
