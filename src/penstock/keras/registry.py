"""Objects by name: what `get`, `serialize` and `deserialize` of each kind share.

Programs add their own objects for a while (`custom_object_scope`), for good
(`register_keras_serializable`), or for one call (`custom_objects=`).
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

#: A class or function: a decorator gives back what it was given.
_Named = TypeVar("_Named", bound=Any)


class _Scopes(threading.local):
    def __init__(self):
        self.stack: list[dict[str, Any]] = []


_global: dict[str, Any] = {}
_registered: dict[str, Any] = {}
_names: dict[Any, str] = {}
_scopes = _Scopes()


def get_custom_objects() -> dict[str, Any]:
    """The dictionary of objects known everywhere; programs add to it."""
    return _global


@contextmanager
def custom_object_scope(*args: Mapping[str, Any]) -> Generator[None, None, None]:
    """Know the objects of `args` (name -> class or function) inside a `with`."""
    _scopes.stack.append({k: v for given in args for k, v in given.items()})
    try:
        yield
    finally:
        _scopes.stack.pop()


CustomObjectScope = custom_object_scope


def register_keras_serializable(package: str = "Custom", name: str | None = None):
    """A decorator: the class or function is stored and found as `package>name`."""

    def register(target):
        if inspect.isclass(target) and not hasattr(target, "get_config"):
            raise ValueError(
                "Cannot register a class that does not have a get_config() method: "
                f"{target.__name__}."
            )
        full = f"{package}>{name or target.__name__}"
        _registered[full] = target
        _names[target] = full
        return target

    return register


def get_registered_name(target) -> str:
    """`package>name` of a registered object, else its own name."""
    target = getattr(target, "_written_as", target)
    return _names.get(target) or getattr(target, "__name__", str(target))


def get_registered_object(name, custom_objects=None, module_objects=None):
    """The object known as `name`, or None."""
    found = find_custom(name, custom_objects)
    if found is None and module_objects:
        found = module_objects.get(name)
    return found


def find_custom(name: str, custom_objects: Mapping[str, Any] | None = None):
    """What a program registered under `name`, or None."""
    for place in (custom_objects or {}, *reversed(_scopes.stack), _global, _registered):
        if name in place:
            return place[name]
    # registered as package>name, asked for by name alone
    ends = [v for k, v in _registered.items() if k.rpartition(">")[2] == name]
    return ends[-1] if ends else None


@dataclass(frozen=True)
class Family:
    """One kind of object: what it is called in errors and configs, and its names."""

    kind: str
    module: str
    named: dict[str, Any] = field(default_factory=dict)

    def add(self, *aliases: str) -> Callable[[_Named], _Named]:
        """A decorator: the object is found by its name and by `aliases`."""

        def enter(target: _Named) -> _Named:
            for name in (target.__name__, *aliases):
                self.named[name] = target
            return target

        return enter

    def find(self, name: str, custom_objects=None):
        """The class or function called `name`. Raises ValueError for none."""
        found = find_custom(name, custom_objects)
        if found is None:
            found = self.named.get(name)
        if found is None:
            raise ValueError(
                f"Unknown {self.kind}: {name!r}. Please ensure you are using a "
                "`keras.utils.custom_object_scope` and that this object is included in "
                "the scope, or pass `custom_objects`."
            )
        return found

    def get(self, identifier, custom_objects=None):
        """An object from its name, config, class or itself; None stays None."""
        if identifier is None:
            return None
        if isinstance(identifier, str):
            found = self.find(identifier, custom_objects)
            return found() if inspect.isclass(found) else found
        if isinstance(identifier, Mapping):
            return self.deserialize(identifier, custom_objects)
        if inspect.isclass(identifier):
            return identifier()
        if callable(identifier) or hasattr(identifier, "get_config"):
            return identifier
        raise ValueError(
            f"Could not interpret {self.kind} identifier: {identifier!r}. Give a name, "
            "an object or its config."
        )

    def serialize(self, value):
        """What `deserialize` makes `value` again from; functions by name."""
        if value is None:
            return None
        if hasattr(value, "get_config"):
            return config_of(value, self.module)
        if hasattr(value, "__name__"):
            return get_registered_name(value)
        raise ValueError(f"Cannot serialize {value!r}: it has no get_config().")

    def deserialize(self, config, custom_objects=None):
        """The object that `config` describes; a string names a function or class.

        Raises ValueError for an unknown name.
        """
        if config is None:
            return None
        if isinstance(config, str):
            return self.get(config, custom_objects)
        name = config.get("class_name")
        if name == "function":
            return self.find(config["config"], custom_objects)
        found = None
        if config.get("registered_name"):
            found = find_custom(config["registered_name"], custom_objects)
        if found is None:
            found = self.find(name, custom_objects)
        inner = dict(config.get("config") or {})
        if not inspect.isclass(found):
            return found
        kind: Any = found
        return kind.from_config(inner)


def config_of(value, module: str) -> dict[str, Any]:
    """An object with `get_config` as Keras stores it."""
    cls = type(value)
    own = cls.__module__.startswith("penstock.")
    return {
        "module": module if own else None,
        "class_name": cls.__name__,
        "config": value.get_config(),
        "registered_name": None if own else get_registered_name(cls),
    }
