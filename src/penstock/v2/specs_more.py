"""Small names of the root."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from penstock.core import nest
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE


class VariableSynchronization(Enum):
    """When copies of a variable are brought together; one process has no copies."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(Enum):
    """How copies of a variable are brought together."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3


class AggregationMethod:
    """How gradients are added up: accepted names, one way."""

    ADD_N = DEFAULT = 0
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


@dataclass
class DeviceSpec:
    """A device by its parts. As `tf.DeviceSpec`."""

    job: str | None = None
    replica: int | None = None
    task: int | None = None
    device_type: str | None = None
    device_index: int | None = None

    @classmethod
    def from_string(cls, spec: str) -> DeviceSpec:
        """Read "/job:x/replica:0/task:0/device:CPU:0"; parts may be missing."""
        found: dict[str, Any] = {}
        for part in filter(None, spec.split("/")):
            name, *rest = part.split(":")
            if name in ("cpu", "gpu", "CPU", "GPU"):
                found.update(device_type=name.upper(), device_index=int(rest[0]))
            elif name == "device":
                found.update(device_type=rest[0])
                if len(rest) > 1 and rest[1] != "*":
                    found["device_index"] = int(rest[1])
            elif name in ("job", "replica", "task"):
                found[name] = rest[0] if name == "job" else int(rest[0])
            else:
                raise ValueError(f"Unknown attribute '{name}' in device '{spec}'.")
        return cls(**found)

    def to_string(self) -> str:
        parts = [
            f"/{name}:{value}"
            for name in ("job", "replica", "task")
            if (value := getattr(self, name)) is not None
        ]
        if self.device_type is not None:
            index = "*" if self.device_index is None else self.device_index
            parts.append(f"/device:{self.device_type}:{index}")
        return "".join(parts)


def get_logger():
    """TensorFlow's logger."""
    import logging

    return logging.getLogger("tensorflow")


def timestamp(name=None):
    """Seconds since 1970, a float64 scalar."""
    import time

    import numpy as np

    from penstock.v2.constant import constant

    return constant(np.float64(time.time()))


def vectorized_map(fn, elems, fallback_to_while_loop=True, warn=True):
    """`fn` of each entry of `elems`; here the loop that `map_fn` makes."""
    flat = [as_tensor(context.landing(), e, None, None) for e in nest.flatten(elems)]
    first = flat[0]
    rows = [
        fn(nest.pack(elems, [t[i] for t in flat])) for i in range(int(first.shape[0]))
    ]
    columns = zip(*[nest.flatten(r) for r in rows], strict=True)
    return nest.pack(rows[0], [TABLE["Pack"](list(c), axis=0) for c in columns])


def gradients(ys, xs, grad_ys=None, name="gradients", **options):
    """Symbolic derivatives, inside a function. RuntimeError under eager execution."""
    import penstock.backward as backward

    where = context.landing()
    if where.eager:
        raise RuntimeError(
            "tf.gradients is not supported when eager execution is enabled. Use "
            "tf.GradientTape instead."
        )
    stops = nest.flatten(options.get("stop_gradients") or [])
    targets = [as_tensor(where, y, None, None) for y in nest.flatten(ys)]
    sources = [
        x._resource() if hasattr(x, "_resource") else as_tensor(where, x, None, None)
        for x in nest.flatten(xs)
    ]
    given = None if grad_ys is None else nest.flatten(grad_ys)
    return backward.gradients(targets, sources, given, stops)


__all__ = [
    "AggregationMethod", "DeviceSpec", "VariableAggregation",
    "VariableSynchronization", "get_logger", "gradients", "timestamp", "vectorized_map",
]  # fmt: skip
