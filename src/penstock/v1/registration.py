"""Gradients that programs register, and the small words of graph construction."""

from __future__ import annotations

from collections.abc import Callable

import penstock.backward as backward
from penstock.ir.op import STOPS, TABLE, _missing


class RegisterGradient:
    """Decorator: `function(op, *grads)` differentiates what `op_type` names.

    That is an op without a gradient, or a name for `Graph.gradient_override_map`.
    Raises KeyError for a name that has a gradient, TypeError for no name.
    """

    def __init__(self, op_type: str):
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string")
        self._type = op_type

    def __call__(self, function: Callable) -> Callable:
        _register(self._type, function)
        return function


def _register(op_type: str, rule: Callable) -> None:
    op = TABLE.get(op_type)
    taken = op_type in backward.REGISTERED
    if taken or (op is not None and op.gradient_rule is not _missing):
        raise KeyError(
            f"Registering two gradient with name '{op_type}'! Choose another name and "
            "use it by Graph.gradient_override_map."
        )
    if op is not None:
        op.gradient_rule = rule
    backward.REGISTERED[op_type] = rule


def NotDifferentiable(op_type: str) -> None:
    """Let no gradient through ops of `op_type`."""
    if not isinstance(op_type, str):
        raise TypeError("op_type must be a string")
    _register(op_type, STOPS)


NoGradient = no_gradient = NotDifferentiable


class AggregationMethod:
    """How `tf.gradients` may add up: accepted, the compiler decides here."""

    ADD_N = 0
    DEFAULT = 0
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


class UnconnectedGradients:
    """What `tf.gradients` gives where no path leads: None or zeros."""

    NONE = "none"
    ZERO = "zero"


class VariableSynchronization:
    AUTO, NONE, ON_WRITE, ON_READ = range(4)


class VariableAggregation:
    NONE, SUM, MEAN, ONLY_FIRST_REPLICA = range(4)


class DeviceSpec:
    """The parts of a device's name; `to_string` gives the name."""

    def __init__(
        self, job=None, replica=None, task=None, device_type=None, device_index=None
    ):
        self.job, self.replica, self.task = job, replica, task
        self.device_type, self.device_index = device_type, device_index

    @classmethod
    def from_string(cls, spec: str) -> DeviceSpec:
        """The parts of a name such as "/job:worker/task:1/device:GPU:0".

        Raises ValueError for a part that no device has.
        """
        made = cls()
        for part in filter(None, spec.split("/")):
            fields = part.split(":")
            if fields[0] in ("job", "replica", "task") and len(fields) == 2:
                value = fields[1] if fields[0] == "job" else int(fields[1])
                setattr(made, fields[0], value)
                continue
            if fields[0] == "device":
                fields = fields[1:]
            if len(fields) not in (1, 2) or not fields[0].isalpha():
                raise ValueError(f"Unknown attribute: '{part}' in '{spec}'")
            made.device_type = fields[0].upper()
            if len(fields) == 2 and fields[1] != "*":
                made.device_index = int(fields[1])
        return made

    def to_string(self) -> str:
        out = [
            f"/{name}:{value}"
            for name in ("job", "replica", "task")
            if (value := getattr(self, name)) is not None
        ]
        if self.device_type is not None:
            index = "*" if self.device_index is None else self.device_index
            out.append(f"/device:{self.device_type}:{index}")
        return "".join(out)


__all__ = [
    "AggregationMethod", "DeviceSpec", "NoGradient", "NotDifferentiable",
    "RegisterGradient", "UnconnectedGradients", "VariableAggregation",
    "VariableSynchronization", "no_gradient",
]  # fmt: skip
