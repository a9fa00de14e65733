"""`tf.config.experimental`: the names that later moved to `tf.config`."""

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
from penstock.v2.function import run_functions_eagerly

experimental_run_functions_eagerly = run_functions_eagerly

__all__ = [
    "VirtualDeviceConfiguration",
    "experimental_run_functions_eagerly",
    "get_device_details",
    "get_memory_growth",
    "get_virtual_device_configuration",
    "get_visible_devices",
    "list_logical_devices",
    "list_physical_devices",
    "set_memory_growth",
    "set_virtual_device_configuration",
    "set_visible_devices",
]
