"""`tf.config.experimental`: the names that later moved to `tf.config`."""

from penstock.ops.xla import jax
from penstock.runtime import devices
from penstock.v2.config import (
    VirtualDeviceConfiguration,
    get_device_details,
    get_memory_growth,
    get_visible_devices,
    list_logical_devices,
    list_physical_devices,
    set_memory_growth,
    set_visible_devices,
)
from penstock.v2.config import (
    get_logical_device_configuration as get_virtual_device_configuration,
)
from penstock.v2.config import (
    set_logical_device_configuration as set_virtual_device_configuration,
)
from penstock.v2.function import functions_run_eagerly, run_functions_eagerly

experimental_run_functions_eagerly = run_functions_eagerly
experimental_functions_run_eagerly = functions_run_eagerly


def enable_op_determinism() -> None:
    """Accepted: the same program gives the same numbers already."""


def get_memory_info(device: str) -> dict[str, int]:
    """The bytes of a device that are in use, and the most that ever were.

    Raises ValueError for the CPU, and for a device that is not there.
    """
    kind, _, index = device.rsplit("device:", 1)[-1].upper().partition(":")
    used = devices.memory(kind, int(index or 0))
    if not used:
        raise ValueError(f"No memory statistics are kept for the device {device!r}.")
    return {
        "current": used.get("bytes_in_use", 0), "peak": used.get("peak_bytes_in_use", 0)
    }  # fmt: skip


def reset_memory_stats(device: str) -> None:
    """Accepted: the peak is the process's."""


def get_memory_usage(device: str) -> int:
    return get_memory_info(device)["current"]


_switches = {"tensor_float_32": True, "synchronous": True}


def enable_tensor_float_32_execution(enabled: bool) -> None:
    """Whether an accelerator may round factors of products to 10 bits (the default).

    The CPU never does.
    """
    _switches["tensor_float_32"] = bool(enabled)
    jax.config.update("jax_default_matmul_precision", None if enabled else "highest")


def tensor_float_32_execution_enabled() -> bool:
    return _switches["tensor_float_32"]


def set_synchronous_execution(enable: bool) -> None:
    """Kept and told; values are computed when they are looked at."""
    _switches["synchronous"] = bool(enable)


def get_synchronous_execution() -> bool:
    return _switches["synchronous"]


__all__ = [
    "VirtualDeviceConfiguration",
    "enable_op_determinism",
    "enable_tensor_float_32_execution",
    "experimental_functions_run_eagerly",
    "experimental_run_functions_eagerly",
    "get_device_details",
    "get_memory_growth",
    "get_memory_info",
    "get_memory_usage",
    "get_synchronous_execution",
    "get_virtual_device_configuration",
    "get_visible_devices",
    "list_logical_devices",
    "list_physical_devices",
    "reset_memory_stats",
    "set_memory_growth",
    "set_synchronous_execution",
    "set_virtual_device_configuration",
    "set_visible_devices",
    "tensor_float_32_execution_enabled",
]
