"""`rewritten`: a function whose control flow works on tensors."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import site
import sysconfig
import types
import weakref
from collections.abc import Callable
from typing import Any

from penstock.api.rewriting.jumps import Flags, Unsuited, own_nodes, without_jumps
from penstock.api.rewriting.statements import STAGED, Statements

_FLOW = (ast.If, ast.While, ast.For, ast.IfExp, ast.BoolOp, ast.Assert, ast.Call)
_NEVER = (ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr)
_codes: dict[types.CodeType, types.CodeType | None] = {}
_made: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


def rewritten(function: Callable) -> Callable:
    """`function` with its control flow on tensors staged; itself where it can't be.

    It can't where its source is unknown, where it is a generator, or where it belongs
    to a library.
    """
    if isinstance(function, types.MethodType):
        inner = rewritten(function.__func__)
        same = inner is function.__func__
        return function if same else types.MethodType(inner, function.__self__)
    if isinstance(function, functools.partial):
        inner = rewritten(function.func)
        return functools.partial(inner, *function.args, **function.keywords)
    if not isinstance(function, types.FunctionType):
        return function
    if getattr(function, "_penstock_as_it_is", False):
        return function
    made = _made.get(function)
    if made is None:
        made = _remade(function)
        _made[function] = function if made is None else made
    return function if made is None else made


def _remade(function: types.FunctionType) -> types.FunctionType | None:
    code = function.__code__
    if code not in _codes:
        _codes[code] = _compiled(function)
    new = _codes[code]
    if new is None:
        return None
    from penstock.api.rewriting import staged

    cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
    cells[STAGED] = types.CellType(staged)
    closure = tuple(cells[name] for name in new.co_freevars)
    made = types.FunctionType(
        new, function.__globals__, function.__name__, function.__defaults__, closure
    )
    made.__kwdefaults__ = function.__kwdefaults__
    made.__qualname__ = function.__qualname__
    made.__module__ = function.__module__
    made._penstock_as_it_is = True  # type: ignore[attr-defined]
    return made


def code_of(function: Callable) -> str:
    """The source that `function` is rewritten to; its own where nothing is.

    Raises OSError where no source is found.
    """
    function = inspect.unwrap(function)
    node = _source(function.__code__)
    try:
        if node is not None:
            return ast.unparse(ast.fix_missing_locations(_rewrite(node)))
    except Unsuited:
        pass
    return inspect.getsource(function)


@functools.cache
def _libraries() -> tuple[str, ...]:
    places = [sysconfig.get_path(n) for n in ("stdlib", "platstdlib", "purelib")]
    places += [*site.getsitepackages(), __file__.rpartition("penstock/api/")[0]]
    return tuple(f"{p.rstrip('/')}/" for p in places)


def _compiled(function: types.FunctionType) -> types.CodeType | None:
    code = function.__code__
    outside = code.co_filename.startswith(_libraries())
    if outside or code.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE):
        return None
    node = _source(code)
    if node is None:
        return None
    try:
        return _code_of(_rewrite(node), code)
    except Unsuited:
        return None


@functools.lru_cache(64)
def _parsed(filename: str, text: str) -> list[ast.AST]:
    try:
        tree = ast.parse(text, filename)
    except SyntaxError:
        return []
    kinds = (ast.FunctionDef, ast.Lambda)
    return [n for n in ast.walk(tree) if isinstance(n, kinds)]


def _source(code: types.CodeType) -> ast.FunctionDef | None:
    """The definition that `code` was compiled from, None where it is not found."""
    text = "".join(linecache.getlines(code.co_filename))
    found = [n for n in _parsed(code.co_filename, text) if _matches(n, code)]
    if len(found) != 1:
        return None
    # A tree of its own: the rewriting changes it.
    node = next(
        n
        for n in ast.walk(ast.parse(text, code.co_filename))
        if type(n) is type(found[0]) and _place(n) == _place(found[0])
    )
    if isinstance(node, ast.Lambda):
        returns = ast.copy_location(ast.Return(node.body), node.body)
        made = ast.FunctionDef("_lambda", node.args, [returns], [], None, None)
        made.type_params = []  # type: ignore
        return ast.copy_location(made, node)
    return node  # type: ignore[return-value]


def _place(node) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _matches(node: ast.AST, code: types.CodeType) -> bool:
    if isinstance(node, ast.Lambda):
        return code.co_name == "<lambda>" and node.lineno == code.co_firstlineno
    assert isinstance(node, ast.FunctionDef)
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return node.name == code.co_name and code.co_firstlineno in (first, node.lineno)


def _rewrite(node: ast.FunctionDef) -> ast.FunctionDef:
    inside = list(own_nodes(node.body))
    if any(isinstance(n, _NEVER) for n in inside):
        raise Unsuited("it yields, awaits or assigns inside an expression")
    if not any(isinstance(n, _FLOW) for n in inside):
        raise Unsuited("nothing to rewrite")
    shared = {
        name: type(n).__name__.lower()
        for n in inside
        if isinstance(n, ast.Global | ast.Nonlocal)
        for name in n.names
    }
    flags = Flags()
    body = without_jumps(node.body, flags)
    arguments = _parameters(node.args)
    rewriter = Statements(flags, shared, arguments[0] if arguments else None)
    body = [s for b in body for s in _several(rewriter.visit(b))]
    declared = [s for s in body if isinstance(s, ast.Global | ast.Nonlocal)]
    rest = [s for s in body if s not in declared]
    unset = [_unset(n, node) for n in rewriter.undefined if n not in arguments]
    node.body = [*declared, *unset, *rest]
    node.decorator_list = []
    node.returns = None
    for argument in ast.walk(node.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return node


def _unset(name: str, like: ast.AST) -> ast.stmt:
    """`name = staged.Undefined('name')`"""
    made = ast.parse(f"{name} = {STAGED}.Undefined({name!r})").body[0]
    for inner in ast.walk(made):
        if "lineno" in inner._attributes:
            ast.copy_location(inner, like)
    return made


def _several(made) -> list[ast.stmt]:
    return made if isinstance(made, list) else [made]


def _parameters(arguments: ast.arguments) -> list[str]:
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    more = [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return [a.arg for a in [*named, *more]]


def _code_of(node: ast.FunctionDef, old: types.CodeType) -> types.CodeType:
    """Compile inside a function that has the free variables as its parameters."""
    defaults = node.args
    defaults.defaults = [ast.Constant(None) for _ in defaults.defaults]
    defaults.kw_defaults = [
        None if d is None else ast.Constant(None) for d in defaults.kw_defaults
    ]
    node.name = "_rewritten"  # its own name is what it was outside
    free = [*old.co_freevars, STAGED]
    if "__class__" not in free:
        free.append("__class__")
    around = ast.FunctionDef(
        name="_around",
        args=ast.arguments([], [ast.arg(n) for n in free], None, [], [], None, []),
        body=[node, ast.Return(ast.Name(node.name, ast.Load()))],
        decorator_list=[], returns=None, type_comment=None,
    )  # fmt: skip
    around.type_params = []  # type: ignore
    module = ast.fix_missing_locations(ast.Module([around], []))
    whole = compile(module, old.co_filename, "exec", dont_inherit=True)
    outer = next(c for c in whole.co_consts if isinstance(c, types.CodeType))
    code = next(
        c
        for c in outer.co_consts
        if isinstance(c, types.CodeType) and c.co_name == node.name
    )
    if "__class__" in code.co_freevars and "__class__" not in old.co_freevars:
        raise Unsuited("super() outside a class")
    return code.replace(co_name=old.co_name, co_qualname=old.co_qualname)
