"""Functions without jumps: no return, break or continue inside `if` and loops.

A loop that breaks sets a flag, which its test and what follows in its body look at. A
return inside a loop sets a flag and a value, and breaks. After that a return stands
below `if` only; what follows such an `if` moves into the branches that go on, so that
each path ends in a return of its own.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence

#: Functions that grow beyond this many statements are left as they are.
_LARGEST = 2000
_LOOPS = (ast.While, ast.For)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class Unsuited(Exception):
    """The function cannot be rewritten; it runs as it is."""


class Flags:
    """Names for flags and values that the rewriting adds."""

    def __init__(self):
        self._count = 0

    def new(self, kind: str) -> str:
        self._count += 1
        return f"_{kind}_{self._count}"


def own_nodes(statements: Sequence[ast.stmt], stop: tuple = ()) -> Iterator[ast.AST]:
    """All nodes inside, but not those of inner functions or of `stop` statements."""
    todo: list[ast.AST] = list(statements)
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, _SCOPES) or isinstance(node, stop):
            continue
        todo.extend(ast.iter_child_nodes(node))


def _has(statements: Sequence[ast.stmt], kinds, stop: tuple = ()) -> bool:
    return any(isinstance(n, kinds) for n in own_nodes(statements, stop))


def without_jumps(body: list[ast.stmt], flags: Flags) -> list[ast.stmt]:
    """`body` of a function in that form. Raises Unsuited where it is too large."""
    body = _loops(body, flags)
    budget = [_LARGEST]
    return _tail(body, budget)


# --- loops -----------------------------------------------------------------------


def _loops(block: list[ast.stmt], flags: Flags) -> list[ast.stmt]:
    out: list[ast.stmt] = []
    for statement in block:
        for inner in _blocks(statement):
            inner[:] = _loops(inner, flags)
        if isinstance(statement, _LOOPS) and not statement.orelse:
            out += _loop(statement, flags)
        else:
            out.append(statement)
    return out


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The lists of statements directly inside, but not an inner function's."""
    if isinstance(statement, _SCOPES):
        return
    for field in ("body", "orelse", "finalbody"):
        block = getattr(statement, field, None)
        if isinstance(block, list):
            yield block
    for handler in getattr(statement, "handlers", ()):
        yield handler.body
    for case in getattr(statement, "cases", ()):
        yield case.body


def _loop(loop: ast.While | ast.For, flags: Flags) -> list[ast.stmt]:
    """A loop whose body has no jumps; what comes before and after it."""
    before: list[ast.stmt] = []
    after: list[ast.stmt] = []
    if _has(loop.body, ast.Return):
        done, value = flags.new("returned"), flags.new("result")
        before.append(_set(loop, done, False))
        loop.body = _returns_break(loop.body, done, value)
        result = ast.Return(ast.Name(value, ast.Load()))
        after.append(_at(loop, ast.If(ast.Name(done, ast.Load()), [result], [])))
    if _has(loop.body, ast.Continue, _LOOPS):
        skipped = flags.new("skipped")
        first = _set(loop, skipped, False)
        loop.body = [first, *_flagged(loop.body, ast.Continue, skipped)]
    if _has(loop.body, ast.Break, _LOOPS):
        broken = flags.new("broken")
        before.append(_set(loop, broken, False))
        loop.body = _flagged(loop.body, ast.Break, broken)
        loop.broken = broken  # type: ignore[union-attr]
    return [*before, loop, *after]


def _returns_break(block: list[ast.stmt], done: str, value: str) -> list[ast.stmt]:
    out: list[ast.stmt] = []
    for statement in block:
        if isinstance(statement, ast.Return):
            given = statement.value or ast.Constant(None)
            target = ast.Name(value, ast.Store())
            out.append(_at(statement, ast.Assign([target], given)))
            out += [_set(statement, done, True), _at(statement, ast.Break())]
            return out
        for inner in _blocks(statement):
            inner[:] = _returns_break(inner, done, value)
        out.append(statement)
    return out


def _flagged(block: list[ast.stmt], kind: type, flag: str) -> list[ast.stmt]:
    """`block` with `flag = True` for each jump of `kind`, and what follows guarded."""
    out: list[ast.stmt] = []
    for i, statement in enumerate(block):
        if isinstance(statement, kind):
            return [*out, _set(statement, flag, True)]
        out.append(statement)
        if isinstance(statement, _LOOPS) or not _has([statement], kind, _LOOPS):
            continue
        for inner in _blocks(statement):
            inner[:] = _flagged(inner, kind, flag)
        rest = _flagged(block[i + 1 :], kind, flag)
        if rest:
            test = ast.UnaryOp(ast.Not(), ast.Name(flag, ast.Load()))
            out.append(_at(rest[0], ast.If(test, rest, [])))
        return out
    return out


def _set(like: ast.AST, name: str, value: bool) -> ast.stmt:
    target = ast.Name(name, ast.Store())
    return _at(like, ast.Assign([target], ast.Constant(value)))


def _at(like: ast.AST, node):
    """`node` with the place in the source that `like` has."""
    for inner in ast.walk(node):
        if "lineno" in inner._attributes and not hasattr(inner, "lineno"):
            ast.copy_location(inner, like)
    return node


# --- returns ---------------------------------------------------------------------


def _tail(block: list[ast.stmt], budget: list[int]) -> list[ast.stmt]:
    """`block` so that an `if` with a return inside is its last statement."""
    budget[0] -= len(block)
    if budget[0] < 0:
        raise Unsuited("too many paths return")
    for i, statement in enumerate(block):
        if isinstance(statement, ast.Return | ast.Raise):
            return block[: i + 1]
        if not isinstance(statement, ast.If) or not _has([statement], ast.Return):
            continue
        rest = block[i + 1 :]
        statement.body = _tail([*statement.body, *copy.deepcopy(rest)], budget)
        statement.orelse = _tail([*statement.orelse, *rest], budget)
        statement.returns = True  # type: ignore[attr-defined]
        return block[: i + 1]
    return block
