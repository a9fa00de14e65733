"""What drifted beside TensorFlow since a program was written, bridged while it runs.

A bridge is applied when its module is imported by anybody, and only adds what the
module lacks: a NumPy that still has `np.int` keeps its own.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Bridge:
    """`apply` gets `module` right after its import; `what` is for `penstock doctor`."""

    module: str
    what: str
    apply: Callable[[ModuleType], None]


@dataclass(frozen=True, slots=True)
class Absent:
    """A module that is gone: `make` fills an empty one, when nothing else is found."""

    module: str
    what: str
    make: Callable[[ModuleType], None]


def add(module: ModuleType, names: dict) -> None:
    """Sets each of `names` that `module` lacks; a callable without args gives it."""
    for name, make in names.items():
        if name not in vars(module):
            setattr(module, name, make())


def table() -> tuple[list[Bridge], list[Absent]]:
    """All bridges: onto modules that are there, and in place of modules that aren't."""
    from penstock.cli.bridges import images, numpy, plotting, standard, tables

    parts = (numpy, images, plotting, standard, tables)
    return (
        [bridge for part in parts for bridge in part.BRIDGES],
        [absent for part in parts for absent in part.ABSENT],
    )


def install() -> None:
    """Bridges everything imported from now on, and what is imported already."""
    from penstock.cli.bridges import calls

    calls.install()
    present, absent = table()
    wanted: dict[str, list[Bridge]] = {}
    for bridge in present:
        if bridge.module in sys.modules:
            bridge.apply(sys.modules[bridge.module])
        else:
            wanted.setdefault(bridge.module, []).append(bridge)
    sys.meta_path.insert(0, _Bridging(wanted))
    sys.meta_path.append(_Gone({part.module: part for part in absent}))


class _Bridging:
    """Finds nothing itself: lets the others find, then applies the bridges."""

    def __init__(self, wanted):
        self.wanted = wanted

    def find_spec(self, fullname, path=None, target=None):
        bridges = self.wanted.pop(fullname, None)
        if not bridges:
            return None
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            bridged: Any = _BridgedLoader(spec.loader, bridges)
            spec.loader = bridged
        return spec


class _BridgedLoader:
    def __init__(self, loader, bridges):
        self.loader, self.bridges = loader, bridges

    def __getattr__(self, name):  # get_data, get_resource_reader, is_package, ...
        return getattr(self.loader, name)

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self.loader
        self.loader.exec_module(module)
        for bridge in self.bridges:
            bridge.apply(module)


class _Gone:
    """The last finder: modules that nobody else has."""

    def __init__(self, parts):
        self.parts = parts

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in self.parts:
            return None
        package = any(name.startswith(fullname + ".") for name in self.parts)
        loader: Any = self  # a loader by its methods, without importlib.abc's cost
        return importlib.util.spec_from_loader(fullname, loader, is_package=package)

    def create_module(self, spec):
        return None  # an ordinary module

    def exec_module(self, module):
        self.parts[module.__name__].make(module)
