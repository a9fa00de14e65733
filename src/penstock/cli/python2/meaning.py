"""What Python 3 parses but understands differently, put back to Python 2's meaning.

Works on the tree, so that lines stay the user's. The names that it puts in are
builtins of the program (see namespace.py), not globals: `dir()` stays clean.
"""

from __future__ import annotations

import ast
from typing import Any

from penstock.cli.python2.signs import future_features, leftmost_print

METHODS = frozenset(
    "has_key iteritems iterkeys itervalues viewitems viewkeys viewvalues"
    " keys values items next decode encode sort"
    # Of `math`, whose answers were floats.
    " ceil floor".split()
)
# Python 2's method name -> Python 3's, for classes that define only the former.
RENAMED = {
    "next": "__next__",
    "__nonzero__": "__bool__",
    "__div__": "__truediv__",
    "__rdiv__": "__rtruediv__",
    "__idiv__": "__itruediv__",
    "__unicode__": "__str__",
}


def python2_meaning(tree: ast.Module, divides: bool = True) -> ast.Module:
    """`tree` with Python 2's `/`, dict methods, classes and print statements.

    Where not `divides`, `/` is Python 3's already; so it is where `tree` says so.
    """
    divides = divides and "division" not in future_features(tree)
    return ast.fix_missing_locations(_Meaning(divides).visit(tree))


def helper(name: str, arguments: list[ast.expr], keywords=()) -> ast.Call:
    """A call of the program's builtin `name`."""
    return ast.Call(ast.Name(name, ast.Load()), arguments, list(keywords))


class _Meaning(ast.NodeTransformer):
    def __init__(self, divides):
        self.divides = divides

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not (self.divides and isinstance(node.op, ast.Div)):
            return node
        if any(_is_float(part) for part in (node.left, node.right)):
            return node
        call = helper("__penstock_divide__", [node.left, node.right])
        return ast.copy_location(call, node)

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if not (self.divides and isinstance(node.op, ast.Div)):
            return node
        if _is_float(node.value):
            return node
        match node.target:
            case ast.Name(name):
                old = ast.Name(name, ast.Load())
                call = helper("__penstock_divide_in__", [old, node.value])
                new = ast.Assign([ast.Name(name, ast.Store())], call)
            case ast.Attribute(value=owner, attr=name):
                arguments = [owner, ast.Constant(name), node.value]
                new = ast.Expr(helper("__penstock_divide_attribute__", arguments))
            case ast.Subscript(value=owner, slice=key):
                arguments = [owner, _key(key), node.value]
                new = ast.Expr(helper("__penstock_divide_item__", arguments))
        return ast.copy_location(new, node)

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            arguments = [node.func.value, ast.Constant(node.func.attr), *node.args]
            call = helper("__penstock_method__", arguments, node.keywords)
            return ast.copy_location(call, node)
        return node

    def visit_Expr(self, node):
        """`print("...") % x`, where fissix had to leave the file alone."""
        first = leftmost_print(node.value)
        if isinstance(first, ast.Call) and first is not node.value:
            if len(first.args) == 1 and not first.keywords:
                inner = _Replace(first, first.args[0]).visit(node.value)
                node.value = ast.copy_location(helper("print", [inner]), node)
        return self.generic_visit(node)

    def visit_ExceptHandler(self, node):
        """`error.message`, which exceptions of Python 3 lack."""
        self.generic_visit(node)
        if node.name:
            inside = _Messages(node.name)
            node.body = [inside.visit(statement) for statement in node.body]
        return node

    def visit_ClassDef(self, node):
        self.generic_visit(node)
        defined = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
        for old, new in RENAMED.items():
            if old in defined and new not in defined:
                value = ast.Name(old, ast.Load())
                alias = ast.Assign([ast.Name(new, ast.Store())], value)
                node.body.append(ast.copy_location(alias, node))
        if "__cmp__" in defined:
            node.decorator_list.append(ast.Name("__penstock_ordered__", ast.Load()))
        for item in node.body:
            match item:
                case ast.Assign([ast.Name("__metaclass__")], value):
                    if not node.keywords:
                        node.keywords.append(ast.keyword("metaclass", value))
        return node


class _Messages(ast.NodeTransformer):
    """`NAME.message`, read, becomes what Python 2 found there."""

    def __init__(self, name: str):
        self.name = name

    def visit_Attribute(self, node):
        self.generic_visit(node)
        match node:
            case ast.Attribute(ast.Name(name), "message", ast.Load()) if (
                name == self.name
            ):
                call = helper("__penstock_message__", [node.value])
                return ast.copy_location(call, node)
        return node


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.expr, new: ast.expr):
        self.old, self.new = old, new

    def visit(self, node) -> Any:
        return self.new if node is self.old else self.generic_visit(node)


def _is_float(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _key(node):
    """A subscript as an expression: `a[1:2, 3]` -> `(slice(1, 2, None), 3)`."""
    if isinstance(node, ast.Slice):
        parts = (node.lower, node.upper, node.step)
        return helper("slice", [part or ast.Constant(None) for part in parts])
    if isinstance(node, ast.Tuple):
        return ast.Tuple([_key(part) for part in node.elts], ast.Load())
    return node
