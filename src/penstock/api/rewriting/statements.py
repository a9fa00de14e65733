"""Statements and expressions that look at values, as calls of `staged`."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from penstock.api.rewriting.jumps import Flags, own_nodes

#: The name by which rewritten code finds `staged`.
STAGED = "_penstock_staged"


def assigned(statements: Sequence[ast.stmt]) -> list[str]:
    """The names that `statements` bind in their function, in order."""
    found: dict[str, None] = {}
    nodes = list(own_nodes(statements))
    inside = {  # a comprehension's variables are its own
        id(t)
        for node in nodes
        if isinstance(node, ast.comprehension)
        for t in ast.walk(node.target)
    }
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            if id(node) not in inside:
                found[node.id] = None
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = None
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.asname or a.name.split(".")[0] for a in node.names]
            found.update(dict.fromkeys(names))
    return sorted(found)


class Statements(ast.NodeTransformer):
    """Rewrites one function's body. `shared` are names declared global or nonlocal."""

    def __init__(self, flags: Flags, shared: dict[str, str], me: str | None):
        self.flags = flags
        self.shared = shared
        self.me = me  # the first parameter, for super()
        self.undefined: dict[str, None] = {}

    # --- inner scopes --------------------------------------------------------------

    def visit_FunctionDef(self, node):
        return node  # rewritten when it is called

    def visit_Lambda(self, node):
        return node

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef  # type: ignore

    # --- expressions ---------------------------------------------------------------

    def visit_BoolOp(self, node):
        self.generic_visit(node)
        name = "and_" if isinstance(node.op, ast.And) else "or_"
        return _call(node, name, *(_later(v) for v in node.values))

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.Not):
            return _call(node, "not_", node.operand)
        return node

    def visit_IfExp(self, node):
        self.generic_visit(node)
        return _call(node, "if_expression", node.test, _later(node.body),
                     _later(node.orelse))  # fmt: skip

    def visit_Compare(self, node):
        self.generic_visit(node)
        simple = all(isinstance(c, ast.Name | ast.Constant) for c in node.comparators)
        if len(node.ops) == 1 or not simple:
            return node
        pairs = zip([node.left, *node.comparators], node.ops, node.comparators,
                    strict=False)  # fmt: skip
        parts = [ast.Compare(left, [op], [right]) for left, op, right in pairs]
        return _call(node, "and_", *(_later(ast.copy_location(p, node)) for p in parts))

    def visit_Call(self, node):
        self.generic_visit(node)
        function = node.func
        if isinstance(function, ast.Name) and function.id == "super" and not node.args:
            if self.me is not None:
                node.args = [ast.Name(n, ast.Load()) for n in ("__class__", self.me)]
            return ast.fix_missing_locations(node)
        if isinstance(function, ast.Name) and function.id in ("locals", "globals"):
            return node
        node.func = _call(function, "called", function)
        return node

    # --- statements ----------------------------------------------------------------

    def visit_Assert(self, node):
        self.generic_visit(node)
        message = node.msg or ast.Constant("")
        return ast.copy_location(
            ast.Expr(_call(node, "assert_", node.test, _later(message))), node
        )

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        if not isinstance(node.target, ast.Name):
            return node
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_If(self, node):
        names = assigned([*node.body, *node.orelse])
        returns = getattr(node, "returns", False)
        self.generic_visit(node)
        then, other = self.flags.new("then"), self.flags.new("otherwise")
        get, put, made = self._state(node, names)
        made += [
            self._function(node, then, node.body, names),
            self._function(node, other, node.orelse or [ast.Pass()], names),
        ]
        call = _call(
            node, "if_return" if returns else "if_", node.test, _name(then),
            _name(other), _name(get), _name(put), ast.Constant(tuple(names)),  # type: ignore
        )  # fmt: skip
        return [*made, _statement(node, call, returns)]

    def visit_While(self, node):
        if node.orelse:
            return self.generic_visit(node)
        names = assigned(node.body)
        broken = getattr(node, "broken", None)
        self.generic_visit(node)
        test, body = self.flags.new("test"), self.flags.new("body")
        get, put, made = self._state(node, names)
        go = node.test
        if broken is not None:
            go = _call(node, "and_", _later(_not(broken)), _later(go))
        made += [
            self._function(node, test, [ast.Return(go)], []),
            self._function(node, body, node.body, names),
        ]
        call = _call(node, "while_", _name(test), _name(body), _name(get), _name(put),
                     _words(names))  # fmt: skip
        return [*made, _statement(node, call)]

    def visit_For(self, node):
        if node.orelse:
            return self.generic_visit(node)
        names = sorted({*assigned(node.body), *assigned([_target(node)])})
        broken = getattr(node, "broken", None)
        self.generic_visit(node)
        item, body, go = (self.flags.new(k) for k in ("item", "body", "go"))
        get, put, made = self._state(node, names)
        first = ast.Assign([node.target], _name(item))
        made.append(self._function(node, body, [first, *node.body], names, item))
        test: ast.expr = ast.Constant(None)
        if broken is not None:
            made.append(self._function(node, go, [ast.Return(_not(broken))], []))
            test = _name(go)
        call = _call(node, "for_", node.iter, test, _name(body), _name(get), _name(put),
                     _words(names))  # fmt: skip
        return [*made, _statement(node, call)]

    # --- pieces --------------------------------------------------------------------

    def _state(self, node, names: list[str]):
        """Functions that read and write the variables `names`."""
        get, put = self.flags.new("get"), self.flags.new("put")
        for name in names:
            if name not in self.shared:
                self.undefined[name] = None
        values = ast.Tuple([_name(n) for n in names], ast.Load())
        made = [self._function(node, get, [ast.Return(values)], [])]
        targets = [ast.Name(n, ast.Store()) for n in names]
        write: list[ast.stmt] = [ast.Pass()]
        if names:
            write = [ast.Assign([ast.Tuple(targets, ast.Store())], _name("_values"))]  # type: ignore
        made.append(self._function(node, put, write, names, "_values"))
        return get, put, made

    def _function(self, node, name, body, names, *parameters: str):
        outside = [n for n in names if self.shared.get(n) == "global"]
        around = [n for n in names if self.shared.get(n) != "global"]
        declared: list[ast.stmt] = []
        if outside:
            declared.append(ast.Global(outside))
        if around:
            declared.append(ast.Nonlocal(around))
        made = ast.FunctionDef(
            name=name,
            args=ast.arguments([], [ast.arg(p) for p in parameters], None, [], [],
                               None, []),
            body=[*declared, *body], decorator_list=[], returns=None,
            type_comment=None,
        )  # fmt: skip
        made.type_params = []  # type: ignore
        return _placed(made, node)


def _target(loop: ast.For) -> ast.stmt:
    return ast.Assign([loop.target], ast.Constant(None))


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _not(name: str) -> ast.expr:
    return _call(None, "not_", _name(name))


def _later(expression: ast.expr) -> ast.expr:
    """The expression as a function: evaluated only where it is asked for."""
    empty = ast.arguments([], [], None, [], [], None, [])
    return ast.copy_location(ast.Lambda(empty, expression), expression)


def _call(node, name: str, *arguments: ast.expr) -> ast.expr:
    function = ast.Attribute(_name(STAGED), name, ast.Load())
    call = ast.Call(function, list(arguments), [])
    return call if node is None else _placed(call, node)


def _statement(node, call: ast.expr, returns: bool = False) -> ast.stmt:
    made = ast.Return(call) if returns else ast.Expr(call)
    return _placed(made, node)


def _placed(made, node):
    """`made` where `node` is in the source; parts of the program keep their place."""
    for inner in ast.walk(made):
        if "lineno" in inner._attributes and not hasattr(inner, "lineno"):
            ast.copy_location(inner, node)
    return made


def _words(names: list[str]) -> ast.Tuple:
    """The tuple of `names`, as text."""
    return ast.Tuple([ast.Constant(name) for name in names], ast.Load())
