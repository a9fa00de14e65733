"""`model.summary()`: Keras 2's table of layers, output shapes and parameters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from penstock.keras import scratch, tracking
from penstock.keras.operations import shown_class

#: After these a cell goes on in its next line.
_BREAKS = re.compile(r"\),|\},|\],|',")


@dataclass(frozen=True)
class _Table:
    """Where the columns end, and how a line is written."""

    ends: tuple[int, ...]
    write: Callable[[str], Any]

    @property
    def width(self) -> int:
        return self.ends[-1]

    def row(self, cells: list[str], level: int = 0) -> None:
        """Print `cells`, each in as many lines as its column needs."""
        left = list(cells)
        while any(left):
            line = ""
            for column, end in enumerate(self.ends):
                last = column == len(self.ends) - 1
                start = self.ends[column - 1] if column else 0
                room = end - start - (0 if last else 2)
                if column == 0:
                    line = "|" * level + " "
                    room -= len(line)
                elif last:
                    room -= level
                part, left[column] = _cut(left[column], room)
                stop = end - level if last else end
                line = (line + part).ljust(stop)
            self.write(line + "|" * level)

    def blank(self, level: int = 0) -> None:
        self.write("|" * level + " " * (self.width - 2 * level) + "|" * level)

    def roof(self, level: int) -> None:
        self.write("|" * level + "¯" * (self.width - 2 * level) + "|" * level)

    def rule(self, sign: str) -> None:
        self.write(sign * self.width)


def _cut(text: str, room: int) -> tuple[str, str]:
    """(what fits in a line of `room`, the rest)."""
    found = _BREAKS.search(text[:room])
    at = found.end() if found else max(room, 1)
    return text[:at], text[at:]


def print_summary(
    model, line_length=None, positions=None, print_fn=None, expand_nested=False,
    show_trainable=False, layer_range=None,
):  # fmt: skip
    """Print `model` as a table through `print_fn` (a function of one line).

    positions: where columns end, as shares of `line_length` or in characters.
    layer_range: two patterns; only layers from the first to the second are shown.
    """
    write = print_fn or print
    connected = not _is_chain(model)
    titles = ["Layer (type)", "Output Shape", "Param #"]
    length = line_length or (98 if connected else 65)
    shares = list(
        positions or ((0.3, 0.6, 0.7, 1.0) if connected else (0.45, 0.85, 1.0))
    )
    ends = [int(length * p) if shares[-1] <= 1 else int(p) for p in shares]
    if connected:
        titles.append("Connected to")
    if show_trainable:
        titles.append("Trainable")
        ends.append(ends[-1] + 11)
    table = _Table(tuple(ends[: len(titles)]), write)
    write(f'Model: "{model.name}"')
    table.rule("_")
    table.row(titles)
    table.rule("=")
    layers = _between(_layers(model), layer_range)
    _rows(table, layers, model, connected, expand_nested, show_trainable, 0)
    table.rule("=")
    _totals(model, write)
    table.rule("_")


def _rows(table, layers, model, connected, expand, trainable, level) -> None:
    for i, layer in enumerate(layers):
        cells = [f"{layer.name} ({shown_class(layer)})", _shape(layer), _count(layer)]
        if connected:
            cells.append(_sources(layer, model))
        if trainable:
            cells.append("Y" if layer.trainable else "N")
        table.row(cells, level)
        inner = _layers(layer) if expand and hasattr(layer, "layers") else []
        if inner:
            table.roof(level + 1)
            _rows(table, inner, layer, connected, expand, trainable, level + 1)
            if level:
                table.roof(level)
            else:
                table.rule("¯")
        elif level == 0 or i < len(layers) - 1:
            table.blank(level)


def _layers(model) -> list:
    """The layers that have rows: of a Sequential those that were added."""
    return list(model.layers)


def _between(layers: list, names) -> list:
    if not names:
        return layers
    if len(names) != 2:
        raise ValueError(
            f"layer_range must be a list or tuple of length 2, not {names!r}."
        )
    at = [[i for i, x in enumerate(layers) if re.match(n, x.name)] for n in names]
    if not at[0] or not at[1]:
        raise ValueError(
            f"Passed layer_names {list(names)} do not match the layer names in the "
            "model."
        )
    ends = sorted((min(at[0]), max(at[1])))
    return layers[ends[0] : ends[1] + 1]


def _is_chain(model) -> bool:
    """Whether each layer feeds the next one only."""
    steps = getattr(model, "_steps", None)
    if steps is None:
        return True
    if len(model.inputs) > 1 or len(model.outputs) > 1:
        return False
    used: dict[int, int] = {}
    layers: dict[int, int] = {}
    for step in steps:
        tensors = list(
            getattr(step, "input_tensors", None) or getattr(step, "inputs", ())
        )
        if len(tensors) > 1:
            return False
        for tensor in tensors:
            used[id(tensor)] = used.get(id(tensor), 0) + 1
        layer = getattr(step, "layer", step)
        layers[id(layer)] = layers.get(id(layer), 0) + 1
    return all(n == 1 for n in [*used.values(), *layers.values()])


def _shape(layer) -> str:
    calls = getattr(layer, "_calls_made", [])
    shapes = [
        [tuple(t.shape.as_list()) if t.dims is not None else None for t in call.outputs]
        for call in calls
    ]
    if not shapes:
        if hasattr(layer, "layers") and getattr(layer, "_graph", None) is not None:
            return str(layer.output_shape)
        return "multiple"
    if any(s != shapes[0] for s in shapes):
        return "multiple"
    first = shapes[0]
    single = len(first) == 1 and type(layer).__name__ != "InputLayer"
    return str(first[0] if single else first)


def _count(layer) -> str:
    if not layer.built and not _weights(layer):
        return "0 (unused)" if type(layer).__name__ == "InputLayer" else "0"
    return str(_elements(_weights(layer)))


def _weights(layer) -> list:
    try:
        return list(layer.weights)
    except ValueError:
        return []


def _elements(weights) -> int:
    weights = tracking.unique(iter(weights))
    return int(sum(np.prod(w.shape.as_list(), dtype=np.int64) for w in weights))


def _sources(layer, model) -> str:
    """Where the layer's inputs come from, in this model."""
    steps = getattr(model, "_steps", ())
    if not steps:
        return "[]"  # a Sequential inside another model
    inside = {id(t) for step in steps for t in getattr(step, "outputs", ())}
    found = []
    for call in getattr(layer, "_calls_made", ()):
        if steps and not any(call is step for step in steps):
            continue
        for tensor in call.input_tensors:
            found += _names(tensor, inside)
    return str(found)


def _names(tensor, inside) -> list[str]:
    made = scratch.history(tensor)
    if made is None:
        # made by plain operations: what they were given
        return [n for t in tensor._node.inputs for n in _names(t, inside)]
    call, position = made
    if (
        inside
        and id(tensor) not in inside
        and type(call.layer).__name__ != "InputLayer"
    ):
        return []
    return [f"{call.layer.name}[{call.index}][{position}]"]


def _totals(model, write) -> None:
    trained = tracking.unique(iter(model.trainable_weights))
    fixed = tracking.unique(iter(model.non_trainable_weights))
    for title, weights in (
        ("Total", [*trained, *fixed]), ("Trainable", trained), ("Non-trainable", fixed)
    ):  # fmt: skip
        count = _elements(weights)
        size = sum(_elements([w]) * w.dtype.np.itemsize for w in weights)
        write(f"{title} params: {count} ({_size(size)})")


def _size(count: int) -> str:
    """Bytes as people read them."""
    size, units = float(count), ["Byte", "KB", "MB", "GB", "TB"]
    while size >= 1024 and len(units) > 1:
        size /= 1024
        units.pop(0)
    return f"{size:.2f} {units[0]}"
