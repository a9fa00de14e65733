"""How a program's own modules are loaded: converted and bridged like the program."""

from __future__ import annotations

import importlib.machinery
import sys

from penstock.cli.program import is_installed
from penstock.cli.source import Compiled, compile_source


class OwnModules(importlib.machinery.PathFinder):
    """Python's path finder, but the user's own source files get OwnLoader."""

    bridge = True
    #: The program itself is Python 2: so are the modules that do not say otherwise.
    python2 = False

    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        spec = super().find_spec(fullname, path, target)
        if spec is None:
            return None
        loader = spec.loader
        if type(loader) is importlib.machinery.SourceFileLoader:
            if spec.origin and not is_installed(spec.origin):
                spec.loader = OwnLoader(loader.name, loader.path, cls)
                spec.cached = None
        return spec


class OwnLoader(importlib.machinery.SourceFileLoader):
    """Compiles from source each time: a `.pyc` would be Python's, not ours."""

    def __init__(self, name, path, how: type[OwnModules]):
        super().__init__(name, path)
        self.how = how

    def compiled(self, fullname) -> Compiled:
        path, how = self.get_filename(fullname), self.how
        return compile_source(self.get_data(path), path, how.bridge, how.python2)

    def get_code(self, fullname):
        return self.compiled(fullname).code

    def exec_module(self, module):
        compiled = self.compiled(module.__name__)
        if compiled.builtins is not None:
            vars(module)["__builtins__"] = compiled.builtins
        exec(compiled.code, vars(module))


def install(bridge: bool = True, python2: bool = False) -> None:
    """Puts OwnModules where Python's own path finder stands, once."""
    OwnModules.bridge, OwnModules.python2 = bridge, python2
    if OwnModules in sys.meta_path:
        return
    place = len(sys.meta_path)
    for number, finder in enumerate(sys.meta_path):
        if finder is importlib.machinery.PathFinder:
            place = number
    sys.meta_path.insert(place, OwnModules)


def uninstall() -> None:
    if OwnModules in sys.meta_path:
        sys.meta_path.remove(OwnModules)
