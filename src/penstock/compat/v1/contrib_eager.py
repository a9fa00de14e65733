"""`tf.contrib.eager`: eager execution as 1.x programs met it first."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator as Items
from typing import Any

from penstock.api.variable import Variable
from penstock.core import nest
from penstock.core.errors import OutOfRangeError
from penstock.ir import context
from penstock.v1.default_graph import enable_eager_execution
from penstock.v2.tape import GradientTape


class Iterator:
    """The elements of a dataset one after the other. As `tfe.Iterator`."""

    def __init__(self, dataset):
        self._items: Items = iter(dataset)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._items)

    def next(self):
        return next(self._items)

    def get_next(self, name=None):
        """The next element. Raises OutOfRangeError after the last."""
        del name
        try:
            return next(self._items)
        except StopIteration:
            raise OutOfRangeError(None, None, "End of sequence") from None


def _seen(tape: GradientTape) -> list:
    return list(tape.watched_variables())


def implicit_value_and_gradients(f: Callable) -> Callable:
    """A function that gives (f(...), [(gradient, variable)]) for what f reads."""

    def graded(*args, **kwargs):
        with GradientTape() as tape:
            value = f(*args, **kwargs)
        variables = _seen(tape)
        if not variables:
            raise ValueError("No trainable variables were accessed while f ran.")
        grads = tape.gradient(value, variables)
        return value, list(zip(grads, variables, strict=True))

    return graded


def implicit_gradients(f: Callable) -> Callable:
    """A function that gives [(gradient, variable)] for the variables f reads."""
    graded = implicit_value_and_gradients(f)
    return lambda *args, **kwargs: graded(*args, **kwargs)[1]


def value_and_gradients_function(f: Callable, params=None) -> Callable:
    """A function that gives (f(...), gradients of its arguments `params`)."""

    def graded(*args):
        from penstock.api.scopes import tensor

        args = [nest.map_structure(tensor, a) for a in args]
        chosen = range(len(args)) if params is None else params
        with GradientTape() as tape:
            for i in chosen:
                nest.map_structure(tape.watch, args[i])
            value = f(*args)
        return value, tape.gradient(value, [args[i] for i in chosen])

    return graded


def gradients_function(f: Callable, params=None) -> Callable:
    """A function that gives the gradients of f in its arguments."""
    graded = value_and_gradients_function(f, params)
    return lambda *args: graded(*args)[1]


def executing_eagerly() -> bool:
    return context.executing_eagerly()


in_eager_mode = executing_eagerly


def num_gpus() -> int:
    from penstock.runtime import devices

    found: Any = getattr(devices, "gpus", None)
    return 0 if found is None else len(found())


def run(main=None, argv=None):
    """As `tf.app.run`, eagerly."""
    from penstock.v1.app import run as run_app

    enable_eager_execution()
    run_app(main, argv)


__all__ = [
    "GradientTape", "Iterator", "Variable", "enable_eager_execution",
    "executing_eagerly", "gradients_function", "implicit_gradients",
    "implicit_value_and_gradients", "in_eager_mode", "num_gpus", "run",
    "value_and_gradients_function",
]  # fmt: skip
