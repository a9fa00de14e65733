"""What an initializer is."""

from __future__ import annotations

from typing import Any

from penstock.ir import context
from penstock.keras.registry import Family
from penstock.runtime.eager.tensor import EagerTensor

FAMILY = Family("initializer", "keras.initializers")


class Initializer:
    """Called with a shape and a dtype, gives the tensor to start from."""

    def __call__(self, shape, dtype=None, **kwargs):
        raise NotImplementedError("Initializer subclasses must implement `__call__`.")

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config):
        config = {k: v for k, v in config.items() if k != "dtype"}
        return cls(**config)


def ready(array, kind):
    """`array` as a tensor of the graph that is being built, or an eager one."""
    tensor = EagerTensor(kind, tuple(array.shape), array)
    return context.landing().own(tensor) if not context.executing_eagerly() else tensor
