"""What callbacks are told about batches; looked at only when they look."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.ir.tensor import Tensor


def hooks(model, calls, kind: str, feed):
    """What `_run_epoch` calls around steps: the batch hooks of callbacks."""
    begin = getattr(calls, f"on_{kind}_batch_begin")
    end = getattr(calls, f"on_{kind}_batch_end")

    def hook(first: int, stop, result) -> bool:
        if stop is None:
            begin(first)
            return False
        for n in range(first, stop - 1):
            calls.passed(kind, n)
        end(stop - 1, Later(result))
        return kind == "train" and model.stop_training

    return hook


class Later(dict):
    """Logs whose numbers are looked at only when a callback asks for them."""

    def __init__(self, result):
        super().__init__(result if isinstance(result, dict) else {"loss": result})
        self._raw = True

    def _settle(self) -> None:
        if self._raw:
            self._raw = False
            for k, v in numbers(dict(self)).items():
                dict.__setitem__(self, k, v)

    def __getitem__(self, key):
        self._settle()
        return dict.__getitem__(self, key)

    def get(self, key, default=None):
        self._settle()
        return dict.get(self, key, default)

    def items(self):
        self._settle()
        return dict.items(self)

    def values(self):
        self._settle()
        return dict.values(self)

    def copy(self):
        self._settle()
        return dict(dict.items(self))


def numbers(result: Any) -> dict[str, float]:
    """Logs as Python floats (arrays where a metric gives several numbers)."""
    if not isinstance(result, dict):
        result = {"loss": result}
    out = {}
    for name, value in result.items():
        given: Any = value
        array = given.numpy() if isinstance(given, Tensor) else np.asarray(given)  # pyright: ignore
        out[name] = float(array) if np.ndim(array) == 0 else array
    return out
