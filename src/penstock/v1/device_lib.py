"""`tensorflow.python.client.device_lib`: the devices of this machine."""

from __future__ import annotations

from dataclasses import dataclass

from penstock.runtime import devices


@dataclass(frozen=True)
class DeviceAttributes:
    """One device; printed as TensorFlow's message of that name prints.

    `memory_limit` in bytes.
    """

    name: str
    device_type: str
    memory_limit: int
    incarnation: int
    physical_device_desc: str

    def __repr__(self) -> str:
        lines = [
            f'name: "{self.name}"',
            f'device_type: "{self.device_type}"',
            f"memory_limit: {self.memory_limit}",
            "locality {\n}",
            f"incarnation: {self.incarnation}",
        ]
        if self.physical_device_desc:
            lines.append(f'physical_device_desc: "{self.physical_device_desc}"')
        return "\n".join(lines) + "\n"


def list_local_devices(session_config=None) -> list[DeviceAttributes]:
    """The CPU and the accelerators. Starts the device runtime, as in TensorFlow."""
    if session_config is not None:
        from penstock.v1.config import apply_config

        apply_config(session_config)
    return [_attributes(n, device) for n, device in enumerate(devices.devices())]


def _attributes(n: int, device: devices.Device) -> DeviceAttributes:
    short = device.name.partition("device:")[2]
    told = ""
    if device.device_type != "CPU":
        version = ".".join(map(str, device.capability))
        told = f"device: {short.rpartition(':')[2]}, name: {device.model}"
        told += f", compute capability: {version}" if version else ""
    return DeviceAttributes(
        f"/device:{short}", device.device_type, device.memory_limit_bytes, n + 1, told
    )
