"""`tf.config`: devices, and how functions and eager operations run."""

from __future__ import annotations

from dataclasses import dataclass

from penstock.runtime import devices as runtime
from penstock.runtime.eager import RECORDER
from penstock.v2.function import functions_run_eagerly, run_functions_eagerly


@dataclass(frozen=True, slots=True)
class PhysicalDevice:
    """A device of this machine. As `tf.config.PhysicalDevice`."""

    name: str
    device_type: str


@dataclass(frozen=True, slots=True)
class LogicalDevice:
    """A device that operations can be placed on."""

    name: str
    device_type: str


@dataclass(frozen=True, slots=True)
class LogicalDeviceConfiguration:
    """Part of a physical device; `memory_limit` in MiB."""

    memory_limit: float | None = None
    experimental_priority: int | None = None
    experimental_device_ordinal: int = 0


VirtualDeviceConfiguration = LogicalDeviceConfiguration

_visible: dict[str, list] = {}
_logical: dict[str, list] = {}
_growth: dict[str, bool] = {}


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices of this machine, of one type where given ("CPU", "GPU")."""
    found = []
    for device in runtime.physical():
        short = device.name.split("device:")[-1]
        name = f"/physical_device:{short}"
        found.append(PhysicalDevice(name, device.device_type))
    return [d for d in found if device_type in (None, d.device_type)]


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The devices that operations can be placed on."""
    out = []
    for physical in get_visible_devices(device_type):
        parts = _logical.get(physical.name, [None])
        kind = physical.device_type
        for _ in parts:
            n = sum(d.device_type == kind for d in out)
            out.append(LogicalDevice(f"/device:{kind}:{n}", kind))
    return out


def set_visible_devices(devices, device_type: str | None = None) -> None:
    """Let the program see only `devices`, for one type or for all."""
    chosen = devices if isinstance(devices, list | tuple) else [devices]
    kinds = [device_type] if device_type else {d.device_type for d in chosen}
    for kind in kinds:
        _visible[kind] = [d for d in chosen if d.device_type == kind]
        if kind == "GPU" and list_physical_devices("GPU"):
            numbers = [d.name.rpartition(":")[2] for d in _visible[kind]]
            runtime.configure(visible=",".join(numbers), use_gpu=bool(numbers))


def get_visible_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    out = []
    for device in list_physical_devices(device_type):
        kept = _visible.get(device.device_type)
        if kept is None or device in kept:
            out.append(device)
    return out


def set_logical_device_configuration(device, logical_devices) -> None:
    """Split `device` into parts; of a GPU no more memory is taken than they may have.

    Raises ValueError for parts of a GPU without a `memory_limit`, if there are several.
    """
    parts = list(logical_devices)
    _logical[device.name] = parts
    limits = [part.memory_limit for part in parts]
    if device.device_type != "GPU" or not any(limits):
        return
    if not all(limits):
        raise ValueError(
            f"Some parts of {device.name} have a memory_limit and some have none; "
            "give each its share in MiB."
        )
    total = _found(device).memory_limit_bytes
    if total:
        share = min(1.0, sum(limits) * 2**20 / total)
        runtime.configure(memory_fraction=share)


def get_logical_device_configuration(device):
    return _logical.get(device.name)


def set_memory_growth(device, enable: bool) -> None:
    """Let the runtime take GPU memory as it is needed, not all at the start.

    Has an effect before the first computation only, as in TensorFlow.
    """
    _growth[device.name] = bool(enable)
    if device.device_type != "CPU":
        runtime.configure(allow_growth=enable)


def get_memory_growth(device) -> bool:
    return _growth.get(device.name, False)


def set_soft_device_placement(enabled: bool) -> None:
    """Accepted: placement is the compiler's choice here."""


def get_soft_device_placement() -> bool:
    return True


def get_device_details(device) -> dict:
    """What a GPU is called and can compute; empty for the CPU."""
    found = _found(device)
    told = {"device_name": found.model, "compute_capability": found.capability}
    return {key: value for key, value in told.items() if value}


def _found(device) -> runtime.Device:
    """What is known of a physical device."""
    number = device.name.partition("device:")[2]
    return next(d for d in runtime.physical() if d.name.endswith(f"device:{number}"))


def enable_op_determinism() -> None:
    """Nothing to do: the compiled computations are deterministic on a CPU."""


def set_eager_strictness(strict: bool) -> None:
    """Compute every eager operation at once, for debugging. Beyond TensorFlow."""
    RECORDER.flush()
    RECORDER.strict = bool(strict)


class optimizer:
    """`tf.config.optimizer`: XLA compiles everything here in any case."""

    @staticmethod
    def set_jit(enabled) -> None:
        """Accepted."""

    @staticmethod
    def get_jit() -> str:
        return "autoclustering"

    @staticmethod
    def set_experimental_options(options) -> None:
        """Accepted."""

    @staticmethod
    def get_experimental_options() -> dict:
        return {}


class threading:
    """`tf.config.threading`: the compiler's runtime has one pool for all."""

    @staticmethod
    def set_inter_op_parallelism_threads(num_threads: int) -> None:
        """Accepted."""

    @staticmethod
    def set_intra_op_parallelism_threads(num_threads: int) -> None:
        """Accepted."""

    @staticmethod
    def get_inter_op_parallelism_threads() -> int:
        return 0

    @staticmethod
    def get_intra_op_parallelism_threads() -> int:
        return 0


__all__ = [
    "LogicalDevice", "LogicalDeviceConfiguration", "PhysicalDevice",
    "VirtualDeviceConfiguration", "enable_op_determinism", "functions_run_eagerly",
    "get_device_details", "get_logical_device_configuration", "get_memory_growth",
    "get_soft_device_placement", "get_visible_devices", "list_logical_devices",
    "list_physical_devices", "optimizer", "run_functions_eagerly",
    "set_eager_strictness", "set_logical_device_configuration", "set_memory_growth",
    "set_soft_device_placement", "set_visible_devices", "threading",
]  # fmt: skip
