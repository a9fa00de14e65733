"""Calls that NumPy's arrays no longer answer, rewritten in the program's own source.

Arrays are C objects that take no new methods, so the bridge stands at the call:
`int(x)`, `float(x)`, `"%f" % x`, `row[i] = x` for an `x` of one element in one or more
dimensions (an error since NumPy 2.4), and methods that went (`x.tostring()`).
"""

from __future__ import annotations

import ast
import builtins
import sys


def _single(value):
    """`value` without dimensions when it is an array of one element, else None."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, numpy.ndarray):
        return None
    return value.reshape(()) if value.size == 1 and value.ndim else None


def number(kind, value):
    """`kind(value)` for `int` and `float`, also of an array of one element."""
    try:
        return kind(value)
    except TypeError:
        single = _single(value)
        if single is None:
            raise
        return kind(single)


def percent(text, values):
    """`text % values`, also where a value is an array of one element."""
    try:
        return text % values
    except TypeError:
        row = values if isinstance(values, tuple) else (values,)
        singles = [_single(value) for value in row]
        if all(single is None for single in singles):
            raise
        pairs = zip(row, singles, strict=True)
        return text % tuple(v if s is None else s.item() for v, s in pairs)


def element(owner, value):
    """What `owner[i] = value` can store where `value` is an array of one element."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(owner, numpy.ndarray) or owner.dtype == object:
        return value
    single = _single(value)
    return value if single is None else single


def tostring(owner, *args, **kwargs):
    return owner.tobytes(*args, **kwargs)


def ptp(owner, *args, **kwargs):
    return sys.modules["numpy"].ptp(owner, *args, **kwargs)


def itemset(owner, *args):
    *place, value = args
    owner[tuple(place) if len(place) > 1 else place[0] if place else ()] = value


def newbyteorder(owner, *args):
    return owner.view(owner.dtype.newbyteorder(*args))


METHODS = {f.__name__: f for f in (tostring, ptp, itemset, newbyteorder)}


def method(owner, name, /, *args, **kwargs):
    """`owner.name(...)`, by METHODS where owner has lost that method."""
    found = getattr(owner, name, None)
    if found is not None:
        return found(*args, **kwargs)
    if type(owner).__module__.partition(".")[0] not in ("numpy", "PIL"):
        found = getattr(owner, name)  # raises, naming owner's type
    return METHODS[name](owner, *args, **kwargs)


HELPERS = {
    "__penstock_number__": number,
    "__penstock_percent__": percent,
    "__penstock_element__": element,
    "__penstock_numpy__": method,
}


def install() -> None:
    """Makes the helpers builtins, where every rewritten module finds them."""
    for name, helper in HELPERS.items():
        setattr(builtins, name, helper)


def bridged(tree: ast.Module) -> ast.Module:
    """`tree` with the calls above sent through HELPERS."""
    bound = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    kinds = {"int", "float"} - bound
    return ast.fix_missing_locations(_Calls(kinds).visit(tree))


class _Calls(ast.NodeTransformer):
    def __init__(self, kinds):
        self.kinds = kinds

    def visit_Call(self, node):
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Name(kind), [value], []) if kind in self.kinds:
                if isinstance(value, (ast.Constant, ast.Starred)):
                    return node
                return _call("__penstock_number__", [node.func, value], node)
            case ast.Call(ast.Attribute(owner, name)) if name in METHODS:
                arguments = [owner, ast.Constant(name), *node.args]
                return _call("__penstock_numpy__", arguments, node, node.keywords)
        return node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        match node:
            case ast.BinOp(ast.Constant(str()), ast.Mod(), right):
                if not isinstance(right, ast.Constant):
                    return _call("__penstock_percent__", [node.left, right], node)
        return node

    def visit_Assign(self, node):
        self.generic_visit(node)
        match node:
            case ast.Assign([ast.Subscript(ast.Name(owner), key)], value):
                simple = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Lambda)
                if not isinstance(key, ast.Slice) and not isinstance(value, simple):
                    arguments = [ast.Name(owner, ast.Load()), value]
                    node.value = _call("__penstock_element__", arguments, value)
        return node


def _call(name, arguments, place, keywords=()):
    """A call of the builtin `name`, every new node where `place` is."""
    call = ast.Call(ast.Name(name, ast.Load()), arguments, list(keywords))
    for node in (call, call.func, *arguments):
        if not hasattr(node, "lineno"):
            ast.copy_location(node, place)
    return call
