"""One thread's pending records, and their computation in a single compiled call."""

from __future__ import annotations

import threading
import weakref
from typing import Any

import numpy as np

from penstock.core.errors import InvalidArgumentError
from penstock.lowering import body_here
from penstock.ops.xla import jax, jnp
from penstock.runtime.eager.tensor import EagerTensor
from penstock.runtime.eager.trail import Baked, Recipe, Step

ROOT = Step()

#: Compiled windows kept; beyond it the tree is planted anew (changing shapes).
_MOST_COMPILED = 1024
_compiled_count = 0
_compiled_total = 0


class Window:
    """Records between two looks. `step` is where they stand in the tree."""

    __slots__ = ("leaves", "live", "read_at", "site", "step")

    def __init__(self):
        self.step: Step = ROOT
        self.leaves: list[tuple[int, EagerTensor]] = []
        self.live: list[tuple[int, weakref.ref]] = []
        self.read_at: set[Any] = set()
        self.site: Any = None

    def look(self, tensor: EagerTensor) -> Any:
        """Compute everything pending here; the value of `tensor`."""
        self.flush()
        return tensor._value

    def flush(self) -> None:
        """Compute what is still referred to, in one compiled call."""
        step = self.step
        if step is ROOT:
            return
        wanted = []
        for slot, reference in self.live:
            tensor = reference()
            if tensor is not None:
                wanted.append((slot, tensor))
        leaves = self.leaves
        self.step, self.leaves, self.live = ROOT, [], []
        self.read_at.clear()
        self.site = None
        slots = tuple([slot for slot, _ in wanted])
        for _, leaf in leaves:
            leaf._window = None
        if not wanted:
            return
        compiled = step.compiled.get(slots)
        try:
            if compiled is None:
                compiled = _compile(step, slots, [slot for slot, _ in leaves])
            outputs = compiled(*[leaf._value for _, leaf in leaves])
        except BaseException as error:
            for _, tensor in wanted:
                tensor._window = _Failed(error)
            raise
        for (_, tensor), value in zip(wanted, outputs, strict=True):
            tensor._value = value
            tensor._window = None


class _Failed:
    """Stands where a window was whose computation failed: looking says so again."""

    def __init__(self, error: BaseException):
        self.error = error

    def look(self, tensor: EagerTensor) -> Any:
        raise self.error


def _compile(step: Step, wanted: tuple[int, ...], leaves: list[int]):
    global _compiled_count, _compiled_total
    _compiled_count += 1
    _compiled_total += 1
    if _compiled_count > _MOST_COMPILED:
        _compiled_count = 0
        ROOT.children.clear()
        ROOT.compiled.clear()
    path = step.path()
    guards: list[tuple[Recipe, str]] = []

    def run(*arrays):
        values: dict[int, Any] = dict(zip(leaves, arrays, strict=True))
        checks = []
        for at in path:
            checks += _evaluate(at.recipe, values)  # type: ignore[arg-type]
        guards[:] = [(recipe, message) for recipe, _, message in checks]
        return [jnp.asarray(values[s]) for s in wanted], [ok for _, ok, _ in checks]

    jitted = jax.jit(run)

    def call(*arrays):
        outputs, holds = jitted(*arrays)
        for (recipe, message), ok in zip(guards, holds, strict=True):
            if not np.asarray(ok).all():
                raise _refused(recipe, message)
        return outputs

    step.compiled[wanted] = call
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
