"""`penstock check PROGRAM`: which names a program uses, and which are not here."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from penstock.cli import facade
from penstock.cli.facade import FaceModule
from penstock.cli.names import Use
from penstock.cli.program import Program, read_program

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Finding:
    """One name, the places that use it, and what it lacks ("" if nothing)."""

    name: str
    places: tuple[str, ...]
    missing: str


def check(path: str, face: int | None = None, only_missing: bool = False) -> int:
    """Prints what `path` and its own modules use; 1 when something is missing.

    Returns 2 when `path` cannot be read.
    """
    if os.path.isdir(path):
        path = os.path.join(path, "__main__.py")
    try:
        program = read_program(path)
    except OSError as error:
        print(f"penstock check: can't read '{path}': {error.strerror}", file=sys.stderr)
        return 2
    except SyntaxError as error:
        where = f"{error.filename}, line {error.lineno}"
        print(f"penstock check: {error.msg} ({where})", file=sys.stderr)
        return 2
    era = program.era
    found = findings(program, face or era.face)
    _report(program, found, face, only_missing)
    return 1 if any(finding.missing for finding in found) else 0


def findings(program: Program, face: int) -> list[Finding]:
    """Every name and keyword that `program` uses of TensorFlow and Keras, by name."""
    facade.install(face)
    try:
        resolve = Resolver()
        grouped: dict[tuple[str, str], list[str]] = {}
        for use in program.uses:
            place = f"{use.file}:{use.line}"
            for name, missing in resolve.judge(use):
                grouped.setdefault((name, missing), []).append(place)
    finally:
        facade.uninstall()
    by_name = sorted(grouped.items(), key=lambda item: item[0])
    return [
        Finding(name, tuple(dict.fromkeys(places)), missing)
        for (name, missing), places in by_name
    ]


class Resolver:
    """Looks names up in the modules that a program would get."""

    def __init__(self):
        self.known: dict[str, tuple[object, str]] = {}

    def judge(self, use: Use):
        """(name, what is missing) for the name of `use` and for its keywords."""
        value, missing = self.value(use.path)
        name = _shown(use.path)
        if use.method is not None:
            if not missing and _lacks_method(value, use.method):
                yield f"{name}().{use.method}", "missing"
            return
        yield name, missing
        if missing or value is _MISSING or use.keywords is None:
            return
        unknown = _unknown_keywords(value, use.keywords)
        for keyword in use.keywords:
            yield f"{name}({keyword}=)", "missing" if keyword in unknown else ""

    def value(self, path: str) -> tuple[object, str]:
        """The object at `path` (_MISSING where unknown), and "missing" or ""."""
        if path not in self.known:
            self.known[path] = self._value(path)
        return self.known[path]

    def _value(self, path):
        above, _, name = path.rpartition(".")
        if not above:
            return _imported(path)
        parent, missing = self.value(above)
        if missing or parent is _MISSING:
            return _MISSING, missing
        if isinstance(parent, FaceModule):
            try:
                return getattr(parent, name), ""
            except AttributeError:
                value, _ = _imported(path)
                return value, "missing" if value is _MISSING else ""
        if isinstance(parent, type):
            found = inspect.getattr_static(parent, name, _MISSING)
            # An attribute that instances get is not known to the class.
            known = found is not _MISSING
            return (getattr(parent, name) if known else _MISSING), ""
        return getattr(parent, name, _MISSING), ""


def _imported(path: str) -> tuple[object, str]:
    import importlib

    try:
        return importlib.import_module(path), ""
    except ModuleNotFoundError:
        return _MISSING, "missing"


def _shown(path: str) -> str:
    return "tf" + path[len("tensorflow") :] if path.startswith("tensorflow.") else path


def _lacks_method(kind: object, name: str) -> bool:
    if not isinstance(kind, type) or hasattr(kind, "__getattr__"):
        return False
    # A class whose `__new__` makes something else says nothing about methods.
    if kind.__new__ is not object.__new__:
        return False
    return not hasattr(kind, name) and not _sets_itself(kind, name)


def _sets_itself(kind: type, name: str) -> bool:
    """Whether a method of `kind` stores something under `name`."""
    for base in kind.__mro__:
        for member in vars(base).values():
            code = getattr(member, "__code__", None)
            if code is not None and name in code.co_names:
                return True
    return False


def _unknown_keywords(value: object, keywords: tuple[str, ...]) -> list[str]:
    if not isinstance(value, Callable):
        return []
    taken: set[str] = set()
    for function in _passed_on(value):
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            return []
        taken |= {p.name for p in parameters if p.kind is not p.POSITIONAL_ONLY}
        # What it takes out of its ** by name.
        constants = getattr(getattr(function, "__code__", None), "co_consts", ())
        taken |= {c for c in constants if isinstance(c, str)}
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            return [keyword for keyword in keywords if keyword not in taken]
    return []


def _passed_on(value: Any) -> list[Any]:
    """What gets the keywords of a call: `value`, or a class's own `__init__`s.

    An `__init__` with ** passes the rest on to the next class's.
    """
    own = [vars(c)["__init__"] for c in getattr(value, "__mro__", ())
           if "__init__" in vars(c) and c is not object]  # fmt: skip
    return own or [value]


def _report(program, found, face, only_missing):
    era = program.era
    main = next(iter(program.files))
    why = "asked for" if face else era.why
    print(f"{main}: TensorFlow {face or era.face}.x ({why})")
    others = list(program.files)[1:]
    if others:
        print(f"with its own modules {', '.join(others)}")
    for file, sign in program.signs:
        print(f"Python 2: {sign.what} ({file}:{sign.line}), converted when it runs")
    shown = [f for f in found if f.missing or not only_missing]
    width = max((len(finding.name) for finding in shown), default=0)
    for finding in shown:
        mark = "ok" if not finding.missing else finding.missing
        places = ", ".join(finding.places[:6])
        more = len(finding.places) - 6
        if more > 0:
            places += f" and {more} more"
        print(f"  {finding.name:<{width}}  {mark:<8}  {places}".rstrip())
    lost = [finding for finding in found if finding.missing]
    if lost:
        count = len(lost)
        print(f"{count} of {len(found)} names and keywords are not in Penstock.")
    else:
        print(f"All {len(found)} names and keywords are in Penstock.")
