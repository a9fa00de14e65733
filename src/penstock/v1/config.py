"""`tf.ConfigProto` and its parts: the real protocol buffers.

Of their many wishes two reach the device: how much of a GPU's memory to take, and
whether to take it as it is needed. The rest says where and how wide TensorFlow's own
executor runs, which the compiler decides here.
"""

from __future__ import annotations

from penstock.formats.messages import (
    ConfigProto,
    GPUOptions,
    GraphOptions,
    OptimizerOptions,
    RunMetadata,
    RunOptions,
)
from penstock.runtime import devices


def apply_config(config) -> dict[str, str]:
    """Pass the wishes of a ConfigProto on to the device runtime.

    Gives the settings that were made; warns where the device runs already.
    """
    options = config.gpu_options
    fraction = options.per_process_gpu_memory_fraction
    return devices.configure(
        memory_fraction=fraction if fraction else None,
        allow_growth=options.allow_growth,
        visible=options.visible_device_list or None,
        use_gpu=config.device_count.get("GPU", 1) > 0,
    )


__all__ = [
    "ConfigProto", "GPUOptions", "GraphOptions", "OptimizerOptions", "RunMetadata",
    "RunOptions",
]  # fmt: skip
