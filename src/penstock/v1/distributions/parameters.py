"""Parameters of distributions: converted, of one dtype, as logits and probabilities."""

from __future__ import annotations

from typing import Any

from penstock.api import math_functions as m
from penstock.api import nn
from penstock.api.scopes import tensor
from penstock.ir.tensor import Tensor


def floats(**given) -> tuple[Any, ...]:
    """The values as tensors of one floating dtype, each with its keyword's name.

    Raises ValueError where they are not floating or of several dtypes.
    """
    kinds = [v.dtype.base_dtype for v in given.values() if isinstance(v, Tensor)]
    first, out = None, []
    for name, value in given.items():
        held = tensor(value, name=name) if not kinds else _like(value, kinds[0], name)
        if not held.dtype.is_floating:
            raise ValueError(f"Expected floating point type, got {held.dtype}.")
        if first is not None and held.dtype.base_dtype is not first.dtype.base_dtype:
            raise ValueError(
                f"{held.name}, type={held.dtype}, must be of the same type"
                f" ({first.dtype}) as {first.name}."
            )
        first = held if first is None else first
        out.append(held)
    return tuple(out)


def _like(value, kind, name):
    if isinstance(value, Tensor):
        return tensor(value)
    held = tensor(value, name=name)
    plain = not hasattr(value, "dtype")
    return m.cast(held, kind) if plain and held.dtype.is_floating else held


def logits_and_probs(logits, probs, several: bool = False) -> tuple[Any, Any]:
    """Both, from the one that was given; `several` classes stand on the last axis.

    Raises ValueError where both or none were given.
    """
    if (logits is None) == (probs is None):
        raise ValueError("Must pass probs or logits, but not both.")
    if probs is None:
        logits = tensor(logits, name="logits")
        _floating(logits, "logits")
        return logits, (nn.softmax(logits) if several else m.sigmoid(logits))
    probs = tensor(probs, name="probs")
    _floating(probs, "probs")
    if several:
        return m.log(probs), probs
    return m.log(probs) - m.log1p(-probs), probs


def _floating(value, name: str) -> None:
    if not value.dtype.is_floating:
        raise TypeError(f"{name} must having floating type.")
