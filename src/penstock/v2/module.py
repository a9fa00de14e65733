"""`tf.Module`: a named holder of variables and of other modules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from penstock.api.variable import Variable
from penstock.saving.object_graph import track
from penstock.v2.scopes import name_scope


class Module:
    """Finds the variables and modules among its attributes. As `tf.Module`."""

    def __init__(self, name: str | None = None):
        if name is None:
            name = _snake(type(self).__name__)
        elif not re.match(r"^[A-Za-z_]\w*$", name):
            raise ValueError(
                f"{name!r} is not a valid module name. Module names must be valid "
                "Python identifiers (e.g. a valid class name)."
            )
        self._name = name

    _is_trackable = True

    def __setattr__(self, name: str, value) -> None:
        object.__setattr__(self, name, value)
        track(self, name, value)

    @property
    def name(self) -> str:
        return self._name

    @property
    def name_scope(self) -> name_scope:
        return name_scope(f"{self._name}/")

    @property
    def variables(self) -> tuple:
        """Every variable of this module and of those it holds."""
        return tuple(_found(self, lambda v: isinstance(v, Variable)))

    @property
    def trainable_variables(self) -> tuple:
        return tuple(v for v in self.variables if v.trainable)

    @property
    def non_trainable_variables(self) -> tuple:
        return tuple(v for v in self.variables if not v.trainable)

    @property
    def submodules(self) -> tuple:
        return tuple(_found(self, lambda v: isinstance(v, Module)))

    @classmethod
    def with_name_scope(cls, method: Callable) -> Callable:
        """Run `method` inside the module's name scope (decorator)."""

        def wrapped(self, *args, **kwargs):
            with self.name_scope:
                return method(self, *args, **kwargs)

        wrapped.__name__ = method.__name__
        return wrapped


def _snake(name: str) -> str:
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def _found(root: Module, wanted: Callable) -> Iterator:
    """What `wanted` accepts below `root`: its attributes by name, then their own."""
    seen = {id(root)}

    def attributes(module) -> Iterator:
        inner = []
        for key in sorted(vars(module)):
            if key in _OWN:
                continue
            for leaf in _leaves(vars(module)[key]):
                if id(leaf) in seen:
                    continue
                seen.add(id(leaf))
                if wanted(leaf):
                    yield leaf
                if isinstance(leaf, Module) or hasattr(leaf, "_tracked_children"):
                    inner.append(leaf)
        for leaf in inner:
            yield from attributes(leaf)

    yield from attributes(root)


#: Attributes that hold nothing of a module's own.
_OWN = frozenset({"_self_unconditional_checkpoint_dependencies"})


def _leaves(value) -> Iterator:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, dict):
        for key in sorted(value, key=str):
            yield from _leaves(value[key])
    else:
        yield value
