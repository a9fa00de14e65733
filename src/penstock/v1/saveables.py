"""What a `Saver` saves: each variable, or piece of one, with its key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from penstock.core.shapes import TensorShape
from penstock.formats.bundle_writer import Partitioned
from penstock.ir import context
from penstock.ir.constant import constant_value
from penstock.ir.op import TABLE
from penstock.ops import state
from penstock.ops.source import identity, no_op, placeholder_with_default
from penstock.v1.partitioned import PartitionedVariable
from penstock.v1.resource_variables import ResourceVariable
from penstock.v1.variables import Variable


@dataclass(frozen=True, slots=True)
class Saveable:
    """A variable under the `key` it has in the checkpoint; `piece` of that tensor."""

    key: str
    variable: Any
    piece: Any = None

    @property
    def validate_shape(self) -> bool:
        attrs = self.variable.initializer.attrs
        return bool(attrs.get("validate_shape", True)) or isinstance(
            self.variable, ResourceVariable
        )

    @property
    def spec(self) -> str:
        return "" if self.piece is None else self.piece.spec


def saveables(given) -> list[Saveable]:
    """The variables of a list or dictionary, sorted by key as TensorFlow saves them.

    Raises TypeError for what is no variable, ValueError where two share a key.
    """
    if isinstance(given, Mapping):
        pairs = [(str(k), v) for k, v in given.items()]
    elif isinstance(given, Iterable):
        pairs = [(None, v) for v in given]
    else:
        raise TypeError(f"var_list must be a list or dictionary, received {given!r}.")
    out: list[Saveable] = []
    seen: set[tuple[str, str]] = set()
    for key, value in pairs:
        for item in _of(key, value):
            mark = (item.key, item.spec)
            whole = item.piece is None and any(s[0] == item.key for s in seen)
            if mark in seen or whole:
                raise ValueError(
                    f"At least two variables have the same name: {item.key}"
                )
            seen.add(mark)
            out.append(item)
    if isinstance(given, Mapping):
        out.sort(key=lambda item: item.key)
    return out


def _of(key: str | None, value) -> list[Saveable]:
    value = getattr(value, "graph_variable", value)
    if isinstance(value, PartitionedVariable):
        return [s for piece in value for s in _of(key, piece)]
    if isinstance(value, list | tuple) and value:
        return [s for piece in value for s in _of(key, piece)]
    value = getattr(value, "_variable_to_save", value)
    if not isinstance(value, Variable):
        if key is None:
            raise TypeError(f"Variable to save is not a Variable: {value}")
        raise TypeError(
            "names_to_saveables must be a dict mapping string names to "
            f"Tensors/Variables. Not a variable: {value}"
        )
    info = value._save_slice_info
    if info is not None and info.full_shape:
        return [Saveable(key or info.full_name, value, info)]
    return [Saveable(key or value._tensor.op.name, value)]


def _is_resource(value) -> bool:
    return isinstance(value, ResourceVariable)


def gathered(items: list[Saveable], session) -> dict[str, Any]:
    """The values by key, pieces of one tensor together."""
    out: dict[str, Any] = {}
    pieces: dict[str, list] = {}
    shapes: dict[str, tuple[int, ...]] = {}
    for item in items:
        values = session.variable_value(item.variable)
        if item.piece is None:
            out[item.key] = values
        else:
            start = tuple(map(int, item.piece.var_offset))
            pieces.setdefault(item.key, []).append((start, values))
            shapes[item.key] = tuple(map(int, item.piece.full_shape))
    for key, parts in pieces.items():
        out[key] = Partitioned(shapes[key], tuple(parts))
    return out


def saved_part(item: Saveable, values: np.ndarray) -> np.ndarray:
    """The part of the saved tensor that belongs to the variable."""
    if item.piece is None:
        return values
    where = tuple(
        slice(o, o + s)
        for o, s in zip(item.piece.var_offset, item.piece.var_shape, strict=True)
    )
    return values[where]


@dataclass(frozen=True, slots=True)
class NodeVariable:
    """A variable that only its node tells of: one of an imported graph."""

    _tensor: Any

    @property
    def _attrs(self):
        return self._tensor.op.attrs

    @property
    def dtype(self):
        return self._attrs["dtype"]

    @property
    def shape(self) -> TensorShape:
        return TensorShape(self._attrs["shape"])

    @property
    def initializer(self):
        return self._tensor.op


def imported(saver_def, graph) -> list[Saveable]:
    """What the saver of an imported MetaGraph saves, read from its nodes.

    Raises ValueError where the nodes are not as a saver leaves them.
    """
    found: dict[tuple, Saveable] = {}
    stack = [graph.as_graph_element(saver_def.restore_op_name)]
    while stack:
        node = stack.pop()
        if node.op.writes:
            item = _restored(node)
            found[item.key, item.spec] = item
        else:
            stack.extend(node.control_inputs)
    return sorted(found.values(), key=lambda item: (item.key, item.spec))


def _restored(node) -> Saveable:
    """The variable that an assignment restores, and from which key."""
    source = node.inputs[1]
    while source.op.type in ("Identity", "Reshape"):
        source = source.op.inputs[0]
    if source.op.type != "RestoreV2":
        raise ValueError(
            f"The saver's node '{node.name}' takes its value from a {source.op.type}, "
            "not from a RestoreV2. Restore by a Saver of the variables."
        )
    key, spec = (
        constant_value(t).ravel()[source.value_index].decode()  # type: ignore
        for t in source.op.inputs[1:3]
    )
    return Saveable(key, NodeVariable(node.inputs[0]), _slice_info(key, spec))


def _slice_info(key: str, spec: str):
    """The slice of a text such as "5 3 0,3:0,3"; None for the empty one."""
    if not spec:
        return None
    *full, extents = spec.split(" ")
    sizes = list(map(int, full))
    pairs = [
        (0, size) if extent == "-" else tuple(map(int, extent.split(",")))
        for extent, size in zip(extents.split(":"), sizes, strict=True)
    ]
    offset, shape = [p[0] for p in pairs], [p[1] for p in pairs]
    return Variable.SaveSliceInfo(key, sizes, offset, shape)


@dataclass(frozen=True, slots=True)
class SaverNodes:
    """Names of a saver's nodes: where the prefix is fed, what saves, what restores."""

    filename: str
    save: str
    restore: str


def build_nodes(items: list[Saveable], name: str, reshape: bool) -> SaverNodes:
    """The nodes that save and restore, as TensorFlow makes them.

    `Saver` itself needs none of them; the MetaGraph that it writes does, for
    TensorFlow, and programs that run `saver_def.restore_op_name`.
    """
    del reshape
    where = context.landing()
    text = TensorShape([])
    with where.name_scope(name), where.control_dependencies(None):
        default = where.constant(np.array(b"model", object), "filename/input")
        filename = placeholder_with_default(default, shape=text, name="filename")
        prefix = placeholder_with_default(filename, shape=text, name="Const")
        tensors = [_saved_tensor(item.variable) for item in items]
        keys = _texts([i.key for i in items])
        specs = _texts([i.spec for i in items])
        saved = TABLE["SaveV2"](prefix, keys, specs, tensors)
        with where.control_dependencies([saved]):
            done = identity(prefix, name="control_dependency")
        kinds = tuple(i.variable.dtype.base_dtype for i in items)
        values = TABLE["RestoreV2"](prefix, keys, specs, dtypes=kinds)
        assigned = [
            _assigned(item.variable, value)
            for item, value in zip(items, values, strict=True)
        ]
        with where.control_dependencies(assigned):
            restored = no_op(name="restore_all")
    return SaverNodes(prefix.name, done.name, restored.name)


def _saved_tensor(variable):
    return variable._snapshot if _is_resource(variable) else variable._tensor


def _assigned(variable, value):
    if _is_resource(variable):
        same = identity(value)
        return state.assign_variable(variable._tensor, same, dtype=variable.dtype)
    validate = bool(variable.initializer.attrs.get("validate_shape", True))
    return state.assign(variable._tensor, value, validate_shape=validate)


def _texts(items: list[str]) -> np.ndarray:
    out = np.empty(len(items), object)
    out[:] = [item.encode() for item in items]
    return out
