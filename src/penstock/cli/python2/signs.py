"""Signs that a source which Python 3 parses was nevertheless written for Python 2."""

from __future__ import annotations

import ast
from dataclasses import dataclass

# Builtins that Python 3 lacks; naming one that the program never binds is a sign.
GONE_BUILTINS = frozenset(
    "apply basestring buffer cmp coerce execfile file intern long raw_input reduce"
    " reload unichr unicode xrange StandardError".split()
)
# Methods of dict that Python 3 lacks. pandas had its own `iteritems`.
GONE_METHODS = frozenset("has_key iteritems iterkeys itervalues".split())
# Calls whose result Python 3 can neither index nor add to a list.
NO_LONGER_LISTS = frozenset(("map", "zip", "filter", "range"))
NO_LONGER_LIST_METHODS = frozenset(("keys", "values", "items"))


@dataclass(frozen=True, slots=True)
class Sign:
    """`what` in line `line` would not run under Python 3."""

    line: int
    what: str


def signs(tree: ast.Module, legacy_modules, gone_attributes) -> list[Sign]:
    """What in `tree` only Python 2 can run; empty for a Python-3 program.

    `legacy_modules` are module names that Python 3 lacks, `gone_attributes` dotted
    names (`string.letters`). A program that asks for Python's version is taken to
    know what it does: nothing is a sign there.
    """
    if knows_its_python(tree):
        return []
    imports = _import_names(tree)
    found = []
    bound = _bound(tree) | imports
    guarded = _guarded_imports(tree)
    printing = "print_function" not in future_features(tree)
    for node in ast.walk(tree):
        what = None
        if isinstance(node, ast.Expr) and printing:
            what = _print_sign(node.value)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            if node.id in GONE_BUILTINS and node.id not in bound:
                what = node.id
        elif isinstance(node, ast.Attribute):
            what = _attribute_sign(node, imports, gone_attributes)
        elif isinstance(node, (ast.Import, ast.ImportFrom)) and node not in guarded:
            what = _import_sign(node, legacy_modules)
        elif isinstance(node, (ast.Subscript, ast.BinOp)):
            what = _list_sign(node, bound)
        if what:
            found.append(Sign(getattr(node, "lineno", 1), what))
    return sorted(found, key=lambda sign: sign.line)


def knows_its_python(tree: ast.Module) -> bool:
    """Whether the program asks which Python it runs under, itself or through six."""
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return bool({"six", "PY2", "PY3"} & (names | _import_names(tree))) or (
        _asks_version(tree)
    )


#: Statements and expressions that Python 2 cannot read.
_ONLY_3 = (
    ast.AnnAssign, ast.AsyncFunctionDef, ast.JoinedStr, ast.MatMult, ast.NamedExpr,
    ast.Nonlocal, ast.Starred, ast.YieldFrom,
)  # fmt: skip


def only_python3(tree: ast.Module) -> bool:
    """Whether `tree` has what only Python 3 reads: it is no part of Python 2."""
    called = {id(a) for n in ast.walk(tree) if isinstance(n, ast.Call) for a in n.args}
    for node in ast.walk(tree):
        match node:
            case ast.Starred() if id(node) in called:
                continue
            case ast.arguments(kwonlyargs=[_, *_]) | ast.Raise(cause=ast.expr()):
                return True
            case ast.arg(annotation=ast.expr()) | ast.FunctionDef(returns=ast.expr()):
                return True
            case ast.Call(ast.Name("print"), keywords=[_, *_]):
                if "print_function" not in future_features(tree):
                    return True
        if isinstance(node, _ONLY_3):
            return True
    return False


def future_features(tree: ast.Module) -> set[str]:
    """The names that `tree` imports from `__future__`."""
    return {
        name.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        for name in node.names
    }


def leftmost_print(node: ast.expr) -> ast.expr | None:
    """The `print` or `print(...)` that the expression `node` begins with."""
    while True:
        match node:
            case ast.Name("print") | ast.Call(func=ast.Name("print")):
                return node
            case ast.BinOp(left=inner) | ast.Compare(left=inner):
                node = inner
            case ast.Attribute(value=inner) | ast.Subscript(value=inner):
                node = inner
            case ast.Call(func=inner):
                node = inner
            case ast.Tuple(elts=[inner, *_]) | ast.BoolOp(values=[inner, *_]):
                node = inner
            case ast.IfExp(body=inner):
                node = inner
            case _:
                return None


def _print_sign(value: ast.expr) -> str | None:
    first = leftmost_print(value)
    if first is None or (first is value and isinstance(first, ast.Call)):
        return None
    if isinstance(value, ast.IfExp):  # `print(a) if b else None` is Python 3
        return None
    return "print statement"


def _attribute_sign(node, imports, gone_attributes):
    if node.attr in GONE_METHODS and "pandas" not in imports:
        return f".{node.attr}"
    if isinstance(node.value, ast.Name) and node.value.id in imports:
        name = f"{node.value.id}.{node.attr}"
        return name if name in gone_attributes else None
    return None


def _import_sign(node, legacy_modules):
    if isinstance(node, ast.ImportFrom):
        names = [] if node.level else [node.module or ""]
    else:
        names = [name.name for name in node.names]
    return next((f"import {n}" for n in names if n in legacy_modules), None)


def _list_sign(node, bound):
    parts = [node.value] if isinstance(node, ast.Subscript) else [node.left, node.right]
    if isinstance(node, ast.BinOp):
        if not isinstance(node.op, ast.Add):
            return None
    elif not isinstance(node.ctx, ast.Load):
        return None
    for part in parts:
        if not isinstance(part, ast.Call):
            continue
        match part.func:
            case ast.Name(name) if name in NO_LONGER_LISTS - bound:
                if isinstance(node, ast.BinOp) or name != "range":
                    return f"{name}() used as a list"
            case ast.Attribute(attr=name) if name in NO_LONGER_LIST_METHODS:
                if not part.args and not part.keywords:
                    return f".{name}() used as a list"
    return None


def _import_names(tree):
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for name in node.names:
                names.add((name.asname or name.name).partition(".")[0])
            if isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
    return names


def _bound(tree):
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            names.add(node.name)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
    return names


def _asks_version(tree):
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr)
        in {("sys", "version_info"), ("platform", "python_version")}
        for node in ast.walk(tree)
    )


def _guarded_imports(tree):
    """Imports inside `try`: the program has another way out."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.Try) and node.handlers
        for statement in node.body
        for inner in ast.walk(statement)
        if isinstance(inner, (ast.Import, ast.ImportFrom))
    }
