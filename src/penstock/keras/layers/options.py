"""What constructors of layers share: initialisers and their kin by name, and back."""

from __future__ import annotations

from typing import Any

from penstock.api import control_flow
from penstock.ir.tensor import Tensor
from penstock.keras import activations, constraints, initializers, regularizers

_KINDS = (
    ("initializer", initializers),
    ("regularizer", regularizers),
    ("constraint", constraints),
    ("activation", activations),
)


def _kind(name: str):
    return next(module for suffix, module in _KINDS if name.endswith(suffix))


def take(layer: Any, **options: Any) -> None:
    """Set each option on `layer` as the object it names.

    What an option is follows from its name: `bias_initializer` is an initialiser.
    """
    for name, value in options.items():
        setattr(layer, name, _kind(name).get(value))


def given(layer: Any, *names: str) -> dict[str, Any]:
    """Options of `layer` as its config stores them: objects serialised."""
    out = {}
    for name in names:
        value = getattr(layer, name)
        if name.endswith(tuple(suffix for suffix, _ in _KINDS)):
            value = _kind(name).serialize(value)
        out[name] = value
    return out


def when_training(training: Any, yes, no):
    """`yes()` in training, else `no()`; `training` may be a tensor."""
    if isinstance(training, Tensor) or hasattr(training, "_dense_tensor"):
        flag = training if training.dtype.name == "bool" else training != 0
        return control_flow.cond(flag, yes, no)
    return yes() if training else no()


def sizes(value: Any, rank: int, what: str, zero: bool = False) -> tuple[int, ...]:
    """An int or `rank` of them as a tuple. Raises ValueError for anything else."""
    items = (value,) * rank if isinstance(value, int) else value
    try:
        out = tuple(int(v) for v in items)
    except (TypeError, ValueError):
        out = ()
    if len(out) != rank or any(v < 0 or (v == 0 and not zero) for v in out):
        least = "non-negative" if zero else "positive"
        raise ValueError(
            f"The `{what}` argument must be an integer or a tuple of {rank} {least} "
            f"integers. Received: {value}"
        )
    return out
