"""Contexts of 2.x: names, devices, order, and stepping out of a function."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager

import penstock.backward as backward
from penstock.ir import context


class name_scope:
    """Prefix the names of what is made inside a `with`. As `tf.name_scope`."""

    def __init__(self, name: str):
        if not isinstance(name, str):
            raise ValueError("name for name_scope must be a string.")
        self._name = name
        self._entered: list = []

    @property
    def name(self) -> str:
        return self._name

    def __enter__(self) -> str:
        manager = context.landing().name_scope(self._name)
        self._entered.append(manager)
        return manager.__enter__()

    def __exit__(self, kind, error, traceback):
        return self._entered.pop().__exit__(kind, error, traceback)


def control_dependencies(control_inputs):
    """What is made inside the `with` runs after `control_inputs`."""
    return context.landing().control_dependencies(control_inputs)


def device(device_name):
    """Ask for what is made inside the `with` to run on a device."""
    return context.landing().device(device_name)


@contextmanager
def init_scope():
    """Step out of every function that is being traced, to eager execution."""
    outer = context.outermost()
    with context.entered(outer):
        yield


class RegisterGradient:
    """Register a gradient rule `rule(op, *grads)` under a name, as a decorator."""

    def __init__(self, op_type: str):
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string.")
        self._name = op_type

    def __call__(self, rule: Callable) -> Callable:
        if self._name in backward.REGISTERED:
            raise KeyError(f"Registering two gradients with name {self._name!r}!")
        backward.REGISTERED[self._name] = rule
        return rule


def no_gradient(op_type: str) -> None:
    """Declare that `op_type` lets no gradient through."""
    backward.REGISTERED[op_type] = lambda op, *grads: [None] * len(op.inputs)


def get_current_name_scope() -> str:
    return context.landing().get_name_scope()
