"""The builtins that a Python-2 program sees, in place of Python 3's.

A module's `__builtins__` may be any dict: what stands here reaches the converted
program and nobody else.
"""

from __future__ import annotations

import builtins
import codecs
import functools
import importlib.util
import itertools
import math
import operator
import sys
from collections.abc import ItemsView, KeysView, Mapping, ValuesView
from typing import Any

from penstock.cli.python2 import dynamic, stdlib

# Python 2 spells them as encodings of text.
_CODECS_OF_BYTES = ("hex", "base64", "zlib", "bz2")


def divide(a, b):
    """`a / b` as Python 2: whole numbers floor, `__div__` goes before `__truediv__`."""
    if isinstance(a, int) and isinstance(b, int):
        return a // b
    for value, other, name in ((a, b, "__div__"), (b, a, "__rdiv__")):
        method = getattr(type(value), name, None)
        if method is not None:
            result = method(value, other)
            if result is not NotImplemented:
                return result
    if _whole(a) and _whole(b):
        return a // b
    return a / b


def divide_in(a, b):
    """The new value of `a` after `a /= b`; arrays are changed in place."""
    method = getattr(type(a), "__idiv__", None)
    if method is not None:
        return method(a, b)
    if not _whole(a):
        if hasattr(type(a), "__itruediv__"):
            return operator.itruediv(a, b)
        return divide(a, b)
    return operator.ifloordiv(a, b) if _whole(b) else operator.itruediv(a, b)


def divide_attribute(owner, name, b):
    setattr(owner, name, divide_in(getattr(owner, name), b))


def divide_item(owner, key, b):
    owner[key] = divide_in(owner[key], b)


def _whole(value):
    """Whether NumPy (or Python) counts `value` as whole numbers."""
    if isinstance(value, int):
        return True
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, (numpy.ndarray, numpy.generic)):
        return False
    return value.dtype.kind in "biu"


def method(owner: Any, name: str, /, *args, **kwargs):
    """`owner.name(...)` where Python 2 and 3 differ, for the names in METHODS."""
    if name == "sort" and isinstance(owner, list):
        key = _cmp_key(*args, **kwargs)
        return owner.sort(**key)
    if owner is math:
        return float(getattr(math, name)(*args))
    if name in ("encode", "decode") and isinstance(owner, str):
        if args and args[0] in _CODECS_OF_BYTES:
            coded = getattr(codecs, name)(owner.encode("latin-1"), args[0])
            return coded.decode("latin-1")
    found = getattr(owner, name, None)
    if found is not None:
        result = found(*args, **kwargs)
        if isinstance(result, (KeysView, ValuesView, ItemsView)):
            return list(result) if name in ("keys", "values", "items") else result
        return result
    if isinstance(owner, Mapping):
        if name == "has_key":
            return args[0] in owner
        if name.startswith(("iter", "view")):
            view = getattr(owner, name[4:])()
            return iter(view) if name.startswith("iter") else view
    if name == "next" and hasattr(owner, "__next__"):
        return type(owner).__next__(owner)  # pyright: ignore
    if name == "decode" and isinstance(owner, str):
        return owner  # a Python-2 string that is text here already
    return getattr(owner, name)(*args, **kwargs)  # raises, naming owner's type


def ordered(kind: Any):
    """`kind`, compared by its `__cmp__`."""
    for name in ("lt", "le", "eq", "ne", "ge", "gt"):
        if f"__{name}__" not in vars(kind):
            compare = getattr(operator, name)
            by_order = functools.partialmethod(_compared, compare)
            setattr(kind, f"__{name}__", by_order)
    if "__hash__" not in vars(kind):
        kind.__hash__ = object.__hash__
    return kind


def _compared(self, compare, other):
    return compare(self.__cmp__(other), 0)


def message(error):
    """`error.message`: the one argument, or nothing where there are several."""
    own = getattr(error, "message", None)
    if own is not None:
        return own
    arguments = getattr(error, "args", ())
    return arguments[0] if len(arguments) == 1 else ""


def _cmp_key(cmp=None, key=None, reverse=False) -> dict[str, Any]:
    if cmp is not None:
        of = key or (lambda item: item)
        ordered = functools.cmp_to_key(cmp)
        return {"key": lambda item: ordered(of(item)), "reverse": reverse}
    return {"key": key, "reverse": reverse}


def sorted_(iterable, cmp=None, key=None, reverse=False):
    return sorted(iterable, **_cmp_key(cmp, key, reverse))


def map_(function, *iterables):
    rows = itertools.zip_longest(*iterables)
    if function is None:
        return [row[0] if len(iterables) == 1 else row for row in rows]
    return [function(*row) for row in rows]


def filter_(function, iterable):
    kept = filter(function, iterable)
    if isinstance(iterable, str):
        return "".join(kept)
    return tuple(kept) if isinstance(iterable, tuple) else list(kept)


def zip_(*iterables):
    return list(zip(*iterables, strict=False))


def range_(*args):
    return list(range(*args))


def round_(number, ndigits=0):
    """Halves go away from zero, and the answer is a float."""
    if not isinstance(number, (int, float)):
        return float(round(number, ndigits))
    scale = 10.0**ndigits
    size = math.floor(abs(number) * scale + 0.5) / scale
    return math.copysign(size, number)


class _Text(type):
    """Makes a class count as `str`: all text is."""

    def __instancecheck__(cls, instance):
        return isinstance(instance, str)

    def __eq__(cls, other):
        return other is str or other is cls

    def __hash__(cls):
        return hash(str)


class unicode_(str, metaclass=_Text):
    """`unicode(text, encoding)`: what is text already stays."""

    def __new__(cls, value: Any = "", encoding="utf-8", errors="strict"):
        if isinstance(value, (bytes, bytearray)):
            return str(value, encoding, errors)
        return str(value)


def oct_(number):
    return builtins.oct(number).replace("0o", "0") if number else "0"


def cmp(a, b):
    return (a > b) - (a < b)


def coerce(a, b):
    if isinstance(a, complex) or isinstance(b, complex):
        return complex(a), complex(b)
    if isinstance(a, float) or isinstance(b, float):
        return float(a), float(b)
    return a, b


def apply(function, args=(), kwargs=None):
    return function(*args, **(kwargs or {}))


def reload_(module):
    """`reload(sys)` only ever brought `setdefaultencoding` back."""
    return module if module is sys else importlib.reload(module)


def import_(name, globals=None, locals=None, fromlist=(), level=0):
    """`__import__` with Python 2's module names and implicit relative imports."""
    package = (globals or {}).get("__package__")
    first = name.partition(".")[0]
    if level == 0 and package and _sibling(package, first):
        return builtins.__import__(name, globals, locals, fromlist, 1)
    try:
        module = builtins.__import__(name, globals, locals, fromlist, level)
    except ModuleNotFoundError as error:
        if level or error.name not in (name, first):
            raise
        module = stdlib.legacy_module(name, bool(fromlist))
        if module is None:
            raise
    stdlib.complete(module)
    return module


def _sibling(package, name):
    try:
        return importlib.util.find_spec(f"{package}.{name}") is not None
    except (ImportError, ValueError):
        return False


@functools.cache
def namespace() -> dict:
    """The dict for `__builtins__` of converted modules, one for the program."""
    own = {
        "__import__": import_,
        "apply": apply,
        "basestring": str,
        "buffer": memoryview,
        "cmp": cmp,
        "coerce": coerce,
        "compile": dynamic.compile_,
        "eval": dynamic.eval_,
        "exec": dynamic.exec_,
        "execfile": dynamic.execfile,
        "file": open,
        "filter": filter_,
        "input": dynamic.input_,
        "intern": sys.intern,
        "long": int,
        "map": map_,
        "range": range_,
        "oct": oct_,
        "raw_input": builtins.input,
        "reduce": functools.reduce,
        "reload": reload_,
        "round": round_,
        "sorted": sorted_,
        "StandardError": Exception,
        "unichr": chr,
        "unicode": unicode_,
        "xrange": range,
        "zip": zip_,
        "__penstock_divide__": divide,
        "__penstock_divide_in__": divide_in,
        "__penstock_divide_attribute__": divide_attribute,
        "__penstock_divide_item__": divide_item,
        "__penstock_message__": message,
        "__penstock_method__": method,
        "__penstock_ordered__": ordered,
    }
    return vars(builtins) | own
