"""Gradients kept within bounds before they are used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from penstock.api import math
from penstock.api.scopes import tensor


@dataclass(frozen=True, slots=True)
class Clipping:
    """`norm`: the most that each gradient's norm may be; `value`: each entry's; `all`:
    the norm of all together. One of them at most.
    """

    norm: float | None = None
    value: float | None = None
    all: float | None = None

    def __post_init__(self):
        given = [v for v in (self.norm, self.value, self.all) if v is not None]
        if any(v < 0 for v in given):
            raise ValueError(f"Bounds of gradients must not be negative: {given}.")
        if self.norm is not None and self.all is not None:
            raise ValueError(
                "At most one of `clipnorm` and `global_clipnorm` can be set. Received: "
                f"clipnorm={self.norm}, global_clipnorm={self.all}."
            )

    def __call__(self, grads: list) -> list:
        """The gradients, bounded."""
        if self.norm is not None:
            grads = [math.clip_by_norm(g, self.norm) for g in grads]
        if self.all is not None:
            grads, _ = math.clip_by_global_norm(grads, self.all)
        if self.value is not None:
            grads = [
                math.clip_by_value(
                    g, *(tensor(s * self.value, g.dtype) for s in (-1, 1))
                )
                for g in grads
            ]
        return list(grads)

    def get_config(self) -> dict[str, Any]:
        return {
            "clipnorm": self.norm, "global_clipnorm": self.all, "clipvalue": self.value
        }  # fmt: skip
