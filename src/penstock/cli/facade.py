"""The modules that a program sees under TensorFlow's and Keras' names.

`tensorflow` is a real module whose names come from a face. It takes attributes
(`tf.model = ...`), says the version of its era, and says which names are missing.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

from penstock.api import namespace
from penstock.cli import paths
from penstock.core.errors import UnsupportedError

_MISSING = object()
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class FaceModule(ModuleType):
    """One path of TensorFlow's: what `places` have, the first that has it."""

    def __init__(self, name: str, places: list, faces: Faces):
        super().__init__(name, getattr(places[0], "__doc__", None) if places else None)
        namespace.mirror(self)
        own = vars(self)
        own["__path__"] = []
        self._places, self._faces = places, faces
        version = faces.version(name)
        if version:
            own["__version__"] = version

    def __getattr__(self, name):
        if name == "__all__":
            return [name for name in self.__dir__() if hasattr(self, name)]
        if name == "__file__" and self._places:
            return getattr(self._places[0], "__file__", None)
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        value = self._faces.find(f"{self.__name__}.{name}", self._places)
        if value is _MISSING:
            raise UnsupportedError(missing(f"{self.__name__}.{name}"))
        vars(self)[name] = value
        return value

    def __dir__(self) -> list[str]:
        names = {name for name in vars(self) if not name.startswith("_")}
        for place in self._places:
            public = getattr(place, "__all__", None) or dir(place)
            above = getattr(place, "__name__", "")
            names.update(
                name
                for name in public
                if not name.startswith("_") and f"{above}.{name}" not in paths.INTERNAL
            )
        return sorted(names)

    def __repr__(self):
        return f"<module '{self.__name__}' from Penstock>"


class Faces:
    """Finds `tensorflow...` and `keras...`; `face` is 1 or 2, the program's era."""

    def __init__(self, face: int):
        self.face = face

    def version(self, name: str) -> str | None:
        if name in ("keras", "tf_keras") or name.endswith(".keras"):
            return paths.KERAS_VERSION
        if name in ("tensorflow", "tensorflow.compat.v1", "tensorflow.compat.v2"):
            return paths.VERSIONS[self.face]
        return None

    # -- import system

    def find_spec(self, fullname, path=None, target=None):
        root, _, rest = fullname.partition(".")
        if root not in paths.ROOTS or (not rest and _is_local(root)):
            return None
        if rest and not isinstance(sys.modules.get(root), FaceModule):
            return None
        if self.places(fullname) is None:
            raise ModuleNotFoundError(missing(fullname))
        loader: Any = self  # a loader by its methods, without importlib.abc's cost
        return importlib.util.spec_from_loader(fullname, loader, is_package=True)

    def create_module(self, spec):
        places = self.places(spec.name)
        return FaceModule(spec.name, places or [], self)

    def exec_module(self, module):
        pass

    # -- where a path leads

    def places(self, path: str) -> list | None:
        """The objects that give the module `path` its names; None if it isn't one."""
        found = []
        if path == "tensorflow":
            found.append(self.face_module())
        parent, _, name = path.rpartition(".")
        if parent and path not in paths.TABLE:
            above = self.places(parent)
            natural = self.attribute(name, above) if above else _MISSING
            if _is_namespace(natural):
                found.append(natural)
        for place in paths.TABLE.get(path, ()):
            value = self.place(place)
            if value is not _MISSING and value not in found:
                found.append(value)
        if found or path in paths.BETWEEN:
            return found
        return None

    def face_module(self) -> ModuleType:
        """The face that `tensorflow` itself is."""
        return importlib.import_module((paths.V1 if self.face == 1 else paths.V2)[1:])

    def place(self, place: str):
        """The object of one entry of the table, or _MISSING."""
        if place.startswith("@"):
            return _module(place[1:])
        value = self.face_module()
        for name in place.split(".") if place else ():
            value = self.attribute(name, [value])
        return value

    def attribute(self, name: str, places: list):
        """`name` of the first of `places` that has it, or _MISSING."""
        for place in places:
            if place is _MISSING:
                continue
            value = getattr(place, name, _MISSING)
            if value is _MISSING and isinstance(place, ModuleType):
                value = _submodule(place, name)
            if value is not _MISSING and not _is_internal(value):
                return value
        return _MISSING

    def find(self, path: str, places: list):
        """What a program gets for the name `path` of a module with `places`."""
        if self.face == 2 and path == "tensorflow.compat":
            keep_eager()
        if path in sys.modules:
            return sys.modules[path]
        if path in paths.TABLE or path in paths.BETWEEN:
            found = self.places(path)
            if found or path in paths.BETWEEN:
                return self.module(path)
        value = self.attribute(path.rpartition(".")[2], places)
        return self.module(path) if isinstance(value, ModuleType) else value

    def module(self, path: str) -> ModuleType:
        """The module `path`, imported if need be."""
        return importlib.import_module(path)


def _module(name: str):
    """The module `name` (or `module.attribute`) if there is one, else _MISSING."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name + ".").startswith(error.name + "."):
            raise  # the module is there and lacks something itself
    parent, _, last = name.rpartition(".")
    above = _module(parent) if parent else _MISSING
    return getattr(above, last, _MISSING) if above is not _MISSING else _MISSING


def _submodule(package: ModuleType, name: str):
    """A submodule of Keras that nobody has imported yet, or _MISSING.

    The other faces know all their names; below Keras every module is public.
    """
    if not package.__name__.startswith("penstock.keras") or name.startswith("_"):
        return _MISSING
    if not hasattr(package, "__path__"):
        return _MISSING
    full = f"{package.__name__}.{name}"
    if importlib.util.find_spec(full) is None:
        return _MISSING
    return importlib.import_module(full)


def _is_internal(value) -> bool:
    """Whether `value` is a part of Penstock that no TensorFlow has."""
    return isinstance(value, ModuleType) and value.__name__ in paths.INTERNAL


def _is_namespace(value) -> bool:
    return isinstance(value, (ModuleType, SimpleNamespace)) or (
        isinstance(value, type) and value.__init__ is object.__init__
    )


def _is_local(name: str) -> bool:
    """Whether the program has a module of that name beside it, as Python would find."""
    folder = sys.path[0] if sys.path else ""
    place = os.path.join(folder or os.getcwd(), name)
    return os.path.isfile(place + ".py") or os.path.isfile(
        os.path.join(place, "__init__.py")
    )


def missing(path: str) -> str:
    """The sentence for a name that Penstock lacks, with the user's file and line."""
    shown = "tf" + path[len("tensorflow") :] if path.startswith("tensorflow.") else path
    file, line = where()
    if not file:
        return f"{shown} is not in Penstock."
    return (
        f"{shown} is not in Penstock ({os.path.basename(file)}, line {line})."
        f" `penstock check {os.path.basename(file)}` lists all such names."
    )


def where() -> tuple[str, int]:
    """File and line of the nearest caller outside Penstock and the import system."""
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not is_ours(file):
            return file, frame.f_lineno
        frame = frame.f_back
    return "", 0


def is_ours(file: str) -> bool:
    """Whether `file` is Penstock's or the import system's, none of the user's."""
    if file.startswith("<frozen "):
        return True
    return file.startswith(PACKAGE + os.sep) or file.endswith(
        os.path.join("importlib", "__init__.py")
    )


def install(face: int) -> Faces:
    """Makes `import tensorflow` and `import keras` find Penstock, in era `face`."""
    uninstall()
    finder = Faces(face)
    sys.meta_path.insert(0, finder)
    return finder


def keep_eager() -> None:
    """Let 2.x stay the chosen face, whatever is asked of `tensorflow.compat.v1`."""
    from penstock.ir import context
    from penstock.v2 import landing

    if not context.chosen():
        landing.activate()


def uninstall() -> None:
    """Takes the finder away, and the modules that it made."""
    sys.meta_path[:] = [f for f in sys.meta_path if not isinstance(f, Faces)]
    for name, module in list(sys.modules.items()):
        if isinstance(module, FaceModule):
            del sys.modules[name]
