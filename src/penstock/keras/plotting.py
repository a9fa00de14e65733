"""Pictures of models: `plot_model` and `model_to_dot`, drawn by pydot and Graphviz."""

from __future__ import annotations

import os
from typing import Any

from penstock.keras import scratch
from penstock.keras.functional import Step
from penstock.keras.layers.wrappers import Wrapper
from penstock.keras.model import Model
from penstock.keras.scratch import LayerCall

_MISSING = (
    "You must install pydot (`pip install pydot`) and install graphviz (see "
    "instructions at https://graphviz.gitlab.io/download/) for plot_model to work."
)


def _pydot() -> Any:
    try:
        import pydot
    except ImportError as error:
        raise ImportError(_MISSING) from error
    return pydot


def model_to_dot(
    model, show_shapes=False, show_dtype=False, show_layer_names=True, rankdir="TB",
    expand_nested=False, dpi=96, subgraph=False, show_layer_activations=False,
    show_trainable=False, layer_range=None,
):  # fmt: skip
    """`model` as a `pydot.Dot` (a `pydot.Cluster` with `subgraph`).

    One box for each layer and each operation between layers; `expand_nested` draws the
    models inside. `layer_range`: names of the first and last layer to draw. Raises
    ImportError without pydot, ValueError before the model is built.
    """
    pydot = _pydot()
    if not model.built:
        raise ValueError(
            "This model has not yet been built. Build the model first by calling "
            "`build()` or by calling the model on a batch of data."
        )
    shown = _Shown(show_shapes, show_dtype, show_layer_names, show_layer_activations,
                   show_trainable)  # fmt: skip
    if subgraph:
        dot = pydot.Cluster(style="dashed", graph_name=model.name)
        dot.set("label", model.name)
        dot.set("labeljust", "l")
    else:
        dot = pydot.Dot()
        dot.set("rankdir", rankdir)
        dot.set("concentrate", True)
        dot.set("dpi", dpi)
        dot.set_node_defaults(shape="record")
    graph = _graph_of(model)
    if graph is None:
        dot.add_node(pydot.Node(str(id(model)), label=_quoted(model.name)))
        return dot
    _draw(dot, graph, shown, expand_nested, _drawn_names(graph, layer_range))
    return dot


class _Shown:
    """What a box tells."""

    def __init__(self, shapes, dtype, names, activations, trainable):
        self.shapes, self.dtype, self.names = shapes, dtype, names
        self.activations, self.trainable = activations, trainable

    def label(self, step: Step) -> str:
        if not isinstance(step, LayerCall):
            return _quoted(f"tf.{step.type}")
        layer = step.layer
        kind = type(layer).__name__
        if isinstance(layer, Wrapper):
            kind += f"({type(layer.layer).__name__})"
        if self.activations and hasattr(layer, "activation"):
            name = getattr(layer.activation, "__name__", str(layer.activation))
            kind += f"|{name}"
        text = f"{layer.name}: {kind}" if self.names else kind
        if self.dtype:
            text += f"|{layer.dtype}"
        if self.shapes:
            text = f"{text}|{{input:|output:}}|{{{_shapes(step.input_tensors or step.outputs)}|{_shapes(step.outputs)}}}"  # noqa: E501
        return _quoted(f"{{{text}}}" if self.shapes else text)

    def color(self, step: Step) -> dict[str, str]:
        if (
            not self.trainable
            or not isinstance(step, LayerCall)
            or not step.layer.weights
        ):
            return {}
        warm = "#FFD8AF" if step.layer.trainable else "#CFE8FF"
        return {"style": "filled", "fillcolor": warm}


def _quoted(text: str) -> str:
    return '"' + text.replace('"', r"\"") + '"'


def _shapes(tensors) -> str:
    shapes = [str(tuple(t.shape.as_list())) for t in tensors]
    return shapes[0] if len(shapes) == 1 else "[" + ", ".join(shapes) + "]"


def _graph_of(model):
    """The functional model that `model` is or holds; None for a subclass."""
    if hasattr(model, "_steps"):
        return model
    return getattr(model, "_graph", None)


def _drawn_names(model, layer_range) -> set[str] | None:
    if layer_range is None:
        return None
    names = [layer.name for layer in model._layers_list]
    if len(layer_range) != 2 or any(n not in names for n in layer_range):
        raise ValueError(
            "layer_range is the names of two of the model's layers; received "
            f"{layer_range}."
        )
    first, last = sorted(names.index(n) for n in layer_range)
    return set(names[first : last + 1])


def _key(step: Step) -> str:
    return str(id(step.layer if isinstance(step, LayerCall) else step))


def _draw(dot, model, shown: _Shown, expand: bool, names: set[str] | None) -> None:
    pydot = _pydot()
    steps = [s for s in _starts(model) + list(model._steps) if _is_drawn(s, names)]
    drawn: set[str] = set()
    for step in steps:
        inner = _inside(step) if expand else None
        if inner is not None:
            if _key(step) not in drawn:
                cluster = model_to_dot(
                    inner, shown.shapes, shown.dtype, shown.names, expand_nested=True,
                    subgraph=True, show_layer_activations=shown.activations,
                    show_trainable=shown.trainable,
                )  # fmt: skip
                dot.add_subgraph(cluster)
        elif _key(step) not in drawn:
            label = shown.label(step)
            dot.add_node(pydot.Node(_key(step), label=label, **shown.color(step)))
        drawn.add(_key(step))
    for step in steps:
        for tensor in _inputs(step):
            made = scratch.history(tensor)
            before = made[0] if made is not None else tensor._node
            if _key(before) in drawn:
                ends = _end(before, expand), _start(step, expand)
                dot.add_edge(pydot.Edge(*ends))


def _starts(model) -> list[LayerCall]:
    return [x._calls_made[0] for x in model._layers_list if not x._calls_made[0].args]


def _is_drawn(step: Step, names: set[str] | None) -> bool:
    if not isinstance(step, LayerCall):
        return step.type != "Const" and names is None
    return names is None or step.layer.name in names


def _inputs(step: Step):
    return step.input_tensors if isinstance(step, LayerCall) else step.inputs


def _inside(step: Step):
    """The functional model that this step calls, or None."""
    if isinstance(step, LayerCall) and isinstance(step.layer, Model):
        return _graph_of(step.layer)
    return None


def _start(step: Step, expand: bool) -> str:
    inner = _inside(step) if expand else None
    return _key(step) if inner is None else _key(_starts(inner)[0])


def _end(step: Step, expand: bool) -> str:
    inner = _inside(step) if expand else None
    if inner is None:
        return _key(step)
    made = scratch.history(inner.outputs[0])
    return _end(made[0], expand) if made is not None else _key(inner.outputs[0]._node)


def plot_model(
    model, to_file="model.png", show_shapes=False, show_dtype=False,
    show_layer_names=True, rankdir="TB", expand_nested=False, dpi=96, layer_range=None,
    show_layer_activations=False, show_trainable=False,
):  # fmt: skip
    """Draw `model` to the file `to_file`, whose ending says the format.

    In a notebook gives the picture too. Raises ImportError without pydot or Graphviz.
    """
    pydot = _pydot()
    dot = model_to_dot(
        model, show_shapes, show_dtype, show_layer_names, rankdir, expand_nested, dpi,
        show_layer_activations=show_layer_activations, show_trainable=show_trainable,
        layer_range=layer_range,
    )  # fmt: skip
    path = os.fspath(to_file)
    _, ending = os.path.splitext(path)
    kind = ending[1:] or "png"
    path = path if ending else f"{path}.png"
    try:
        dot.write(path, format=kind)
    except (FileNotFoundError, pydot.PydotException) as error:
        raise ImportError(f"{_MISSING} (Graphviz said: {error})") from error
    if kind in ("png", "jpg", "jpeg", "gif"):
        return _notebook_picture(path)
    return None


def _notebook_picture(path: str):
    try:
        from IPython import display  # pyright: ignore[reportMissingImports]
    except ImportError:
        return None
    return display.Image(filename=path)
