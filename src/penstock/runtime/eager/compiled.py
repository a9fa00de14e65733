"""The records of a window as one compiled function."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.core.errors import InvalidArgumentError
from penstock.lowering import body_here
from penstock.ops.xla import jax, jnp
from penstock.runtime.eager.trail import ROOT, Baked, Recipe, Step

#: Compiled windows kept; beyond it the tree is planted anew (changing shapes).
_MOST_COMPILED = 1024
_compiled_count = 0
_compiled_total = 0


def compile_window(
    step: Step, wanted: tuple[int, ...]
) -> Callable[[list[Any]], list[Any]]:
    """The records up to `step`: arrays of their leaves -> arrays of the slots `wanted`.

    The call raises InvalidArgumentError where a guard does not hold.
    """
    global _compiled_count, _compiled_total
    _compiled_count += 1
    _compiled_total += 1
    if _compiled_count > _MOST_COMPILED:
        _compiled_count = 0
        ROOT.children.clear()
        ROOT.endings.clear()
    path = step.path()
    leaves = [slot for at in path for slot in at.leaves]
    guards: list[tuple[Recipe, str]] = []

    def run(*arrays):
        values: dict[int, Any] = dict(zip(leaves, arrays, strict=True))
        checks = []
        for at in path:
            checks += _evaluate(at.recipe, values)
        guards[:] = [(recipe, message) for recipe, _, message in checks]
        broken = jnp.int32(-1)  # the first guard that does not hold
        for number, (_, holds, _) in reversed(list(enumerate(checks))):
            broken = jnp.where(jnp.all(holds), broken, number)
        return [jnp.asarray(values[s]) for s in wanted], broken if checks else None

    jitted = jax.jit(run)

    def call(arrays):
        outputs, broken = jitted(*arrays)
        if broken is not None and (number := np.asarray(broken).item()) >= 0:
            raise _refused(*guards[number])
        return outputs

    return call


def _refused(recipe: Recipe, message: str) -> InvalidArgumentError:
    file, line = recipe.line
    where = f", recorded at {file}:{line}" if file else ""
    return InvalidArgumentError(None, None, f"{message} [Op:{recipe.op.type}{where}]")


class _Noted(threading.local):
    """Checks that the body of a composite record made while it was traced."""

    def __init__(self):
        self.checks: list[tuple[Any, str]] = []


_noted = _Noted()


def note_guard(holds: Any, message: str) -> None:
    """A composite's body says what must hold of values inside it."""
    _noted.checks.append((holds, message))


def compiled_count() -> int:
    """How many windows were compiled since the tree was planted."""
    return _compiled_count


def compiled_total() -> int:
    """How many windows were compiled in this process."""
    return _compiled_total


def _evaluate(recipe: Recipe, values: dict[int, Any]) -> list[tuple[Recipe, Any, str]]:
    """Run one record's body; its results go into `values`. The guards it set up."""
    op = recipe.op

    def argument(item):
        if isinstance(item, Baked):
            return item.value
        if isinstance(item, tuple):
            return [argument(i) for i in item]
        return values[item]

    args = [argument(item) for item in recipe.args]
    _noted.checks.clear()
    attrs = op.body_attrs(recipe.attrs)
    checks = []
    if op.guard is not None:
        holds, message = op.guard(*args, **attrs)
        checks.append((recipe, holds, message))
    body = body_here(op, args, attrs)
    if recipe.kept is not None:
        out, state = body(*args, kept=values[recipe.kept], **attrs)
        outs = [*(out if isinstance(out, tuple | list) else [out]), state]
    else:
        out = body(*args, **attrs)
        outs = list(out) if isinstance(out, tuple | list) else [out]
    for i, value in enumerate(outs):
        values[recipe.first + i] = value
    checks += [(recipe, holds, message) for holds, message in _noted.checks]
    _noted.checks.clear()
    return checks
