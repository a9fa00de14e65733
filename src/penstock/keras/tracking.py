"""What a layer finds among its attributes: variables, layers, metrics, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from penstock.api.variable import Variable
from penstock.v2.module import Module


class Open:
    """An object that programs, and options read by name, hang attributes on."""

    if TYPE_CHECKING:  # which ones there are, no checker can know

        def __getattr__(self, name: str) -> Any: ...


class TrackedList(list):
    """A list attribute whose layers and variables count as the owner's."""


class TrackedDict(dict):
    """A dict attribute whose layers and variables count as the owner's."""


def wrap(value: Any) -> Any:
    """Lists and dicts as tracked ones, so that later additions count too."""
    if type(value) is list:
        return TrackedList(value)
    if type(value) is dict:
        return TrackedDict(value)
    return value


def leaves(value: Any) -> Iterator[Any]:
    """Everything inside tracked containers; the value itself where it is none."""
    if isinstance(value, TrackedList | tuple):
        for item in value:
            yield from leaves(wrap(item))
    elif isinstance(value, TrackedDict):
        for key in sorted(value, key=str):  # Keras goes by sorted keys
            yield from leaves(wrap(value[key]))
    else:
        yield value


def unique(items: Iterator[Any]) -> list[Any]:
    """Each item once, the first time it comes, by identity."""
    seen: set[int] = set()
    out = []
    for item in items:
        if id(item) not in seen:
            seen.add(id(item))
            out.append(item)
    return out


def attributes(owner: Any, wanted: Callable[[Any], bool]) -> list[Any]:
    """What `wanted` accepts among the tracked attributes of `owner`, in their order."""
    found = (
        leaf
        for value in owner._tracked.values()
        for leaf in leaves(value)
        if wanted(leaf)
    )
    return unique(found)


def carriers(owner: Any, is_layer: Callable[[Any], bool]) -> list[list[Any]]:
    """The layers held directly, grouped by the attribute that holds them.

    The members of a list come as one group: Keras counts their trained weights first.
    """
    groups = []
    for value in owner._tracked.values():
        found = [leaf for leaf in leaves(value) if is_layer(leaf)]
        if found:
            groups.append(found)
    return groups


def is_variable(value: Any) -> bool:
    return isinstance(value, Variable)


def is_module(value: Any) -> bool:
    """Whether `value` is a `tf.Module` and no layer."""
    return isinstance(value, Module) and not is_layer(value)


def is_layer(value: Any) -> bool:
    return getattr(value, "_is_keras_layer", False) is True
