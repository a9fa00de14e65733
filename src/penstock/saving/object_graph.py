"""Checkpoints by objects: TensorFlow 2's files, in which names are paths of attributes.

An object takes part when it is a variable, when it has `_trackable_children()` (name
-> object), or when its attributes hold such. Optimizers may add
`_slot_references()`: (variable, slot name, slot variable). A checkpoint restored into
an object that is not whole yet completes it as attributes are set (`track`).
Source: tensorflow/core/protobuf/trackable_object_graph.proto.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from penstock.api.variable import Variable
from penstock.core.errors import NotFoundError
from penstock.formats import messages
from penstock.formats.bundle import BundleReader, read_bundle
from penstock.formats.bundle_writer import write_bundle
from penstock.saving.checkpoint import check_fit, told

GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
_VALUE = "VARIABLE_VALUE"


def children(thing: Any) -> dict[str, Any]:
    """What `thing` keeps in a checkpoint, by name, in order."""
    if isinstance(thing, Variable):
        return {}
    given = getattr(thing, "_trackable_children", None)
    if callable(given):
        own: Any = given()
        return dict(own)
    if isinstance(thing, list | tuple):
        return {str(i): v for i, v in enumerate(thing) if _takes_part(v)}
    if isinstance(thing, Mapping):
        return {str(k): v for k, v in thing.items() if _takes_part(v)}
    held = getattr(thing, "__dict__", {})
    return {k: v for k, v in held.items() if k not in _IGNORED and _takes_part(v)}


_IGNORED = frozenset({"_self_setattr_tracking", "_root"})


def _takes_part(value: Any) -> bool:
    if isinstance(value, Variable) or hasattr(value, "_trackable_children"):
        return True
    if isinstance(value, list | tuple):
        return any(map(_takes_part, value))
    if isinstance(value, Mapping):
        return any(map(_takes_part, value.values()))
    return hasattr(value, "_is_trackable")


def _escaped(name: str) -> str:
    return name.replace(".", "..").replace("/", ".S")


@dataclass
class _Found:
    """One object of the graph: its number and its path from the root."""

    number: int
    thing: Any
    path: str
    children: dict[str, Any] = field(default_factory=dict)


def walk(root: Any) -> list[_Found]:
    """Every object reachable from `root`, breadth first, each once."""
    found = [_Found(0, root, "")]
    known = {id(root): found[0]}
    for entry in found:
        entry.children = children(entry.thing)
        for name, child in entry.children.items():
            if id(child) not in known:
                path = (
                    f"{entry.path}/{_escaped(name)}" if entry.path else _escaped(name)
                )
                known[id(child)] = _Found(len(found), child, path)
                found.append(known[id(child)])
    return found


def value_key(path: str) -> str:
    return f"{path}/.ATTRIBUTES/{_VALUE}"


def write_objects(prefix: str, root: Any) -> None:
    """Write the variables below `root` as the checkpoint `prefix`."""
    found = walk(root)
    numbers = {id(f.thing): f.number for f in found}
    graph = messages.TrackableObjectGraph()
    tensors: dict[str, Any] = {}
    slots: dict[int, str] = {}
    nodes = [graph.nodes.add() for _ in found]
    for entry, node in zip(found, nodes, strict=True):
        for name, child in entry.children.items():
            node.children.add(node_id=numbers[id(child)], local_name=name)
        for variable, slot_name, slot in _slots(entry.thing):
            if id(variable) not in numbers:
                continue
            if id(slot) not in numbers:
                numbers[id(slot)] = len(graph.nodes)
                graph.nodes.add()
                home = found[numbers[id(variable)]].path
                slots[id(slot)] = (
                    f"{home}/.OPTIMIZER_SLOT/{entry.path}/{_escaped(slot_name)}"
                )
                _add_value(graph.nodes[-1], slot, slots[id(slot)], tensors)
            node.slot_variables.add(
                original_variable_node_id=numbers[id(variable)], slot_name=slot_name,
                slot_variable_node_id=numbers[id(slot)],
            )  # fmt: skip
        if isinstance(entry.thing, Variable):
            _add_value(node, entry.thing, entry.path, tensors)
    _mark(graph)
    tensors[GRAPH_KEY] = np.array(graph.SerializeToString(), object)
    write_bundle(prefix, tensors)


def _slots(thing: Any) -> Iterator[tuple[Any, str, Any]]:
    given = getattr(thing, "_slot_references", None)
    made: Any = given() if callable(given) else ()
    return iter(made)


def _add_value(node: Any, variable: Variable, path: str, tensors: dict) -> None:
    key = value_key(path)
    node.attributes.add(
        name=_VALUE, full_name=variable._shared_name, checkpoint_key=key
    )
    tensors[key] = np.array(variable._tensor.array())


def _mark(graph: Any) -> None:
    """Say of each object whether there are values at or below it."""
    holding = {i for i, node in enumerate(graph.nodes) if node.attributes}
    changed = True
    while changed:
        before = len(holding)
        for i, node in enumerate(graph.nodes):
            if any(c.node_id in holding for c in node.children):
                holding.add(i)
        changed = len(holding) != before
    for i, node in enumerate(graph.nodes):
        node.has_checkpoint_values.value = i in holding


# --- reading ------------------------------------------------------------------------


class Restoration:
    """One checkpoint being read into objects; what `restore` hands out as status."""

    def __init__(self, prefix: str, root: Any):
        with told(prefix):
            self._reader: BundleReader = read_bundle(prefix)
            self._by_name = GRAPH_KEY not in self._reader
            self._graph = messages.TrackableObjectGraph()
            if not self._by_name:
                data = self._reader.read(GRAPH_KEY).item()
                self._graph = messages.parse(
                    messages.TrackableObjectGraph, data, f"{prefix}: its object graph"
                )
        self.prefix = prefix
        self._root = weakref.ref(root)
        self._things: dict[int, Any] = {}
        self._restored: set[int] = set()
        if self._by_name:
            self._match_names(root)
        else:
            self._bind(0, root)

    # --- matching -------------------------------------------------------------------

    def _bind(self, number: int, thing: Any) -> None:
        """`thing` is object `number` of the checkpoint: fill it and what it holds."""
        if not 0 <= number < len(self._graph.nodes) or number in self._things:
            return
        self._things[number] = thing
        node = self._graph.nodes[number]
        if isinstance(thing, Variable):
            for attribute in node.attributes:
                if attribute.name == _VALUE:
                    self._assign(thing, attribute.checkpoint_key)
            return
        _remember(thing, self, number)
        held = children(thing)
        for child in node.children:
            if child.local_name in held:
                self._bind(child.node_id, held[child.local_name])
        self._bind_slots(node, thing)

    def _bind_slots(self, node: Any, optimizer: Any) -> None:
        have = {(id(v), name): slot for v, name, slot in _slots(optimizer)}
        for reference in node.slot_variables:
            variable = self._things.get(reference.original_variable_node_id)
            slot = have.get((id(variable), reference.slot_name))
            if slot is not None:
                self._bind(reference.slot_variable_node_id, slot)

    def child(self, number: int, name: str, value: Any) -> None:
        """An attribute was set on object `number`."""
        for child in self._graph.nodes[number].children:
            if child.local_name == name:
                self._bind(child.node_id, value)

    def _assign(self, variable: Variable, key: str) -> None:
        with told(self.prefix):
            if key not in self._reader:
                raise NotFoundError(
                    None, None, f"Key {key} not found in checkpoint {self.prefix}."
                )
            values = self._reader.read(key)
        check_fit(key, values, variable.dtype, variable.shape._dims)
        variable.assign(values)
        self._restored.add(id(variable))

    def _match_names(self, root: Any) -> None:
        """A checkpoint of 1.x: variables by their names."""
        for entry in walk(root):
            if isinstance(entry.thing, Variable):
                name = entry.thing._shared_name
                if name in self._reader:
                    self._assign(entry.thing, name)

    def _again(self) -> None:
        """Look for objects that came into lists and dicts since."""
        for number, thing in list(self._things.items()):
            if isinstance(thing, Variable):
                continue
            held = children(thing)
            node = self._graph.nodes[number]
            for child in node.children:
                if child.local_name in held and child.node_id not in self._things:
                    self._bind(child.node_id, held[child.local_name])
            self._bind_slots(node, thing)

    # --- what programs ask ----------------------------------------------------------

    def assert_consumed(self) -> Restoration:
        """Raises AssertionError where an object or a value found no partner."""
        self.assert_existing_objects_matched()
        missing = [
            i
            for i, node in enumerate(self._graph.nodes)
            if node.attributes and i not in self._things
        ]
        if missing:
            keys = [self._graph.nodes[i].attributes[0].checkpoint_key for i in missing]
            raise AssertionError(
                f"Unresolved object in checkpoint {self.prefix}: {', '.join(keys[:5])}"
                f" ({len(keys)} in all). Make the objects first, or call "
                "expect_partial()."
            )
        return self

    def assert_existing_objects_matched(self) -> Restoration:
        """Raises AssertionError where a variable of the program got no value."""
        self._again()
        root = self._root()
        without = [
            e.path
            for e in walk(root)
            if isinstance(e.thing, Variable) and id(e.thing) not in self._restored
            and e.path != "save_counter"
        ]  # fmt: skip
        if without:
            raise AssertionError(
                f"No checkpointed value found in {self.prefix} for: "
                f"{', '.join(without[:5])} ({len(without)} in all)."
            )
        return self

    def assert_nontrivial_match(self) -> Restoration:
        """Raises AssertionError where nothing at all was found."""
        if not self._restored:
            raise AssertionError(
                f"Nothing except the root object matched a checkpointed value in "
                f"{self.prefix}."
            )
        return self

    def expect_partial(self) -> Restoration:
        """Say that not everything in the checkpoint has a partner."""
        return self

    def initialize_or_restore(self, session=None) -> None:
        """Done already."""

    run_restore_ops = initialize_or_restore


#: Object -> the checkpoints that it is being restored from, with its number there.
_bound: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def _remember(thing: Any, restoration: Restoration, number: int) -> None:
    try:
        _bound.setdefault(thing, []).append((restoration, number))
    except TypeError:
        return  # a list or a dict: looked at again by `_again`


def track(owner: Any, name: str, value: Any) -> None:
    """An attribute was set: if `owner` is being restored, so is `value`."""
    if not _bound:
        return
    for restoration, number in _bound.get(owner, ()):
        if _takes_part(value):
            restoration.child(number, name, value)


def grown(owner: Any) -> None:
    """Lists of `owner` got longer: what they hold now is restored, too."""
    if _bound:
        for restoration, _ in _bound.get(owner, ()):
            restoration._again()
