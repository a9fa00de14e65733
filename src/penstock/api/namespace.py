"""`Namespace`: a module whose names come from other modules, found when asked for."""

from __future__ import annotations

import fnmatch
import functools
import importlib
import pkgutil
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FunctionType, ModuleType
from typing import Any

from penstock.core.errors import UnsupportedError
from penstock.ir.node import user_line


class Namespace(ModuleType):
    """One dotted place of a face, such as `tf.nn`.

    `shown` is what programs call it, `names` says where single names are
    ("module:attribute"; "module" alone is the module), `sources` are modules whose
    public names are all in: their `__all__`, or what they define themselves; a `*`
    stands for modules of one package. The first that has a name wins. Programs may
    set names of their own.
    """

    _shown: str
    _names: Mapping[str, str]
    _sources: Sequence[str]
    #: What is made of a function found under a name, where a face wants more of it.
    _adapt: Callable[[str, Any], Any] | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        found = self._find(name)
        if self._adapt is not None:
            found = self._adapt(name, found)
        vars(self)[name] = found
        return found

    def _find(self, name: str) -> Any:
        place = self._names.get(name)
        if place is not None:
            module, _, attribute = place.partition(":")
            value = _module(module)
            if value is None:
                raise UnsupportedError(self._missing(name))
            return getattr(value, attribute) if attribute else value
        for module in self._modules():
            if name in _public(module):
                return getattr(module, name)
        raise UnsupportedError(self._missing(name))

    def _missing(self, name: str) -> str:
        file, line = user_line()
        where = f" ({file}, line {line})" if file else ""
        return f"{self._shown}.{name} is not in Penstock{where}"

    def __dir__(self) -> list[str]:
        names = {n for n in vars(self) if not n.startswith("_")} | set(self._names)
        for module in self._modules():
            names |= _public(module)
        return sorted(names)

    def _modules(self) -> Iterator[ModuleType]:
        for source in self._sources:
            for name in _expanded(source):
                module = _module(name)
                if module is not None:
                    yield module

    def __repr__(self):
        return f"<module '{self.__name__}' from Penstock>"


@functools.cache
def _expanded(source: str) -> tuple[str, ...]:
    """`source`, or with a `*` in its last part the modules that match, sorted."""
    if "*" not in source:
        return (source,)
    package, _, pattern = source.rpartition(".")
    places = importlib.import_module(package).__path__
    found = sorted(m.name for m in pkgutil.iter_modules(places))
    return tuple(f"{package}.{n}" for n in fnmatch.filter(found, pattern))


def _module(name: str) -> ModuleType | None:
    """The module `name`; None where this build lacks it."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        return None


_public_names: dict[str, frozenset[str]] = {}


def _public(module: ModuleType) -> frozenset[str]:
    found = _public_names.get(module.__name__)
    if found is None:
        found = _public_names[module.__name__] = frozenset(_list_public(module))
    return found


def _list_public(module: ModuleType) -> Iterator[str]:
    listed = getattr(module, "__all__", None)
    if listed is not None:
        yield from listed
        return
    package = hasattr(module, "__path__")
    for name, value in vars(module).items():
        if name.startswith("_") or isinstance(value, ModuleType):
            continue
        home = getattr(value, "__module__", None) or ""
        inside = home == module.__name__ or (
            package and home.startswith(module.__name__ + ".")
        )
        if inside:
            yield name


def grow(module: ModuleType, shown: str, tree: Mapping[str, Any], adapt=None) -> None:
    """Make `module` the root of namespaces: `tree` maps dotted paths to
    (names, sources), "" being the root. `adapt(name, found)` gives what is shown.
    """
    module.__class__ = Namespace
    for path, (names, sources) in tree.items():
        target = module if not path else _place(module, path, shown)
        vars(target).update(_shown=f"{shown}.{path}" if path else shown)
        vars(target).update(_names=names, _sources=sources, _adapt=adapt)


#: Modules that keep what they took from namespaces.
_mirrors: weakref.WeakSet = weakref.WeakSet()


def mirror(module: ModuleType) -> None:
    """Let `adapt` reach what `module` keeps of names it took from namespaces."""
    _mirrors.add(module)


def adapt(root: str, paths: Sequence[str], wrap: Callable[[str, str, Any], Any]):
    """Show `wrap(path, name, found)` for names at `paths` below `root` from now on,
    also for functions that were looked up before."""
    changed: dict[int, Any] = {}
    for path in paths:
        target = importlib.import_module(f"{root}.{path}" if path else root)
        earlier = vars(target).get("_adapt")

        def both(name, found, path=path, earlier=earlier):
            return wrap(path, name, earlier(name, found) if earlier else found)

        vars(target)["_adapt"] = both
        for name, value in list(vars(target).items()):
            ours = isinstance(value, FunctionType) and (
                value.__module__.startswith("penstock.")
            )
            if ours and not name.startswith("_"):
                vars(target)[name] = changed[id(value)] = wrap(path, name, value)
    for module in list(_mirrors):
        for name, value in list(vars(module).items()):
            if id(value) in changed:
                vars(module)[name] = changed[id(value)]


def _place(module: ModuleType, path: str, shown: str) -> ModuleType:
    """The namespace at `path` below `module`, made with those on the way."""
    at, full = module, module.__name__
    for part in path.split("."):
        full = f"{full}.{part}"
        child = vars(at).get(part)
        if not isinstance(child, Namespace):
            child = Namespace(full)
            vars(child).update(__path__=[], _names={}, _sources=())
            vars(child).update(_shown=shown + full[len(module.__name__) :])
            vars(at)[part] = sys.modules[full] = child
        at = child
    return at
