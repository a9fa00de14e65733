"""`Model`: layers from inputs to outputs, with training and saving."""

from __future__ import annotations

import copy
from typing import Any

from penstock.api.variable import Variable
from penstock.core import nest
from penstock.core.dtypes import as_dtype
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.keras import functional, names, scratch, tracking
from penstock.keras.input_layer import InputLayer
from penstock.keras.layer import (
    Layer,
    _as_shapes,
    getattr_mask,
    set_mask,
    weight_scope,
)
from penstock.keras.training import Training


class Model(Training, Layer):
    """Layers with training and inference. As `tf.keras.Model`.

    Functional: `Model(inputs, outputs)`. Or subclass and define `call`.
    """

    def __new__(cls, *args, **kwargs):
        if cls is Model and _functional_arguments(args, kwargs):
            return super().__new__(Functional)
        return super().__new__(cls)

    def __init__(self, *args, **kwargs):
        if not isinstance(self, Functional) and _functional_arguments(args, kwargs):
            # A subclass that calls super().__init__(inputs=..., outputs=...).
            object.__setattr__(self, "_is_graph", True)
            _graph_init(self, *_split(args, kwargs))
            return
        super().__init__(*args, **kwargs)
        self._start_training()

    @property
    def layers(self) -> list[Layer]:
        """The layers held directly."""
        return [x for x in self._sublayers() if not getattr(x, "_hidden", False)]

    def _naming(self):
        return weight_scope(self._name)

    @property
    def trainable_weights(self) -> list[Variable]:
        if not self._trainable:
            return []
        own = [w for w in self._own() if w.trainable]
        return tracking.unique(iter([*self._below("trainable_weights"), *own]))

    @property
    def non_trainable_weights(self) -> list[Variable]:
        own = [w for w in self._own() if not w.trainable]
        if not self._trainable:
            own = [w for w in self._own() if w.trainable] + own
            return tracking.unique(iter([*self._below("weights"), *own]))
        return tracking.unique(iter([*self._below("non_trainable_weights"), *own]))

    @property
    def weights(self) -> list[Variable]:
        own = sorted(self._own(), key=lambda w: not w.trainable)
        return tracking.unique(iter([*self._below("weights"), *own]))

    def _trackable_children(self) -> dict[str, Any]:
        """As a layer's; layers of a graph by their numbers, then the optimizer."""
        out: dict[str, Any] = {}
        weighted = 0
        for i, layer in enumerate(self._numbered_layers()):
            out[f"layer-{i}"] = layer
            if layer.weights:
                out[f"layer_with_weights-{weighted}"] = layer
                weighted += 1
        # Values are kept under the second name, where there is one.
        out = dict(sorted(out.items(), key=lambda kv: kv[0].startswith("layer-")))
        out.update(super()._trackable_children())
        if getattr(self, "optimizer", None) is not None:
            out["optimizer"] = self.optimizer
        return out

    def _numbered_layers(self) -> list[Layer]:
        return []

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer called `name`, or at `index`. Raises ValueError for none."""
        if index is not None and name is not None:
            raise ValueError("Provide only a layer name or a layer index, not both.")
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model only has "
                    f"{len(self.layers)} layers."
                )
            return self.layers[index]
        if name is None:
            raise ValueError("Provide either a layer name or layer index.")
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"No such layer: {name}. Existing layers are: "
            f"{[x.name for x in self.layers]}."
        )

    def build(self, input_shape) -> None:
        """Make the weights by running `call` once on symbolic inputs."""
        if self.built:
            return
        shapes = _as_shapes(input_shape)
        dtype = self.compute_dtype or "float32"
        inputs = nest.map_structure(
            lambda s: scratch.placeholder(s, dtype, "input"), shapes
        )
        with context.entered(scratch.graph()), weight_scope(None):
            self.built = True
            try:
                self.call(inputs)
            except Exception:
                self.built = False
                raise

    def _build_at(self, shapes) -> None:
        # `call` itself builds the layers inside.
        self._build_shapes = shapes
        self.built = True
        if type(self).build is not Model.build:
            with context.entered(context.outermost()):
                self.build(shapes)

    def call(self, inputs, training=None, mask=None):
        raise NotImplementedError(
            f"{type(self).__name__} needs a `call` method: define "
            "`def call(self, inputs, training=None)`."
        )

    def summary(
        self, line_length=None, positions=None, print_fn=None, expand_nested=False,
        show_trainable=False, layer_range=None,
    ):  # fmt: skip
        """Print the table of layers, shapes and parameter counts.

        Raises ValueError before the model is built.
        """
        from penstock.keras.summary import print_summary

        if not self.built:
            raise ValueError(
                "This model has not yet been built. Build the model first by calling "
                "`build()` or by calling the model on a batch of data."
            )
        print_summary(
            self, line_length, positions, print_fn, expand_nested, show_trainable,
            layer_range,
        )  # fmt: skip

    # --- saving: in `archive`, which needs this class ---------------------------------

    def save_weights(self, filepath, overwrite=True, save_format=None, options=None):
        """Write the weights: TensorFlow checkpoint, `.h5` or `.weights.h5`."""
        from penstock.keras.archive import save_weights

        return save_weights(self, filepath, overwrite, save_format)

    def load_weights(self, filepath, skip_mismatch=False, by_name=False, options=None):
        """Read weights written by Penstock, Keras or TensorFlow."""
        from penstock.keras.archive import load_weights

        return load_weights(self, filepath, by_name, skip_mismatch)

    def save(self, filepath, overwrite=True, include_optimizer=True, save_format=None,
             signatures=None, options=None, save_traces=True, **kwargs):  # fmt: skip
        """Write the whole model: `.keras` or `.h5`."""
        from penstock.keras.archive import save_model

        return save_model(self, filepath, overwrite, include_optimizer, save_format)

    def to_json(self, **kwargs) -> str:
        """The architecture as JSON."""
        from penstock.keras.archive import to_json

        return to_json(self, **kwargs)


def _functional_arguments(args, kwargs) -> bool:
    return (
        len(args) >= 2 or "outputs" in kwargs or (len(args) == 1 and "inputs" in kwargs)
    )


def _split(args, kwargs):
    kwargs = dict(kwargs)
    args = list(args)
    inputs = args.pop(0) if args else kwargs.pop("inputs")
    outputs = args.pop(0) if args else kwargs.pop("outputs")
    if args:
        kwargs["name"] = args.pop(0)
    return inputs, outputs, kwargs


def _graph_init(self, inputs, outputs, kwargs) -> None:
    if kwargs.get("name") is None and type(self) is Functional:
        kwargs = {**kwargs, "name": names.unique("model")}
    Layer.__init__(self, **kwargs)
    self._start_training()
    flat_in = nest.flatten(inputs)
    flat_out = nest.flatten(outputs)
    for tensor in [*flat_in, *flat_out]:
        if not scratch.is_symbolic(tensor):
            raise ValueError(
                "The inputs and outputs of a functional Model must come from "
                f"`tf.keras.Input`; received {tensor!r}."
            )
    object.__setattr__(self, "_nested_inputs", inputs)
    object.__setattr__(self, "_nested_outputs", outputs)
    object.__setattr__(self, "inputs", flat_in)
    object.__setattr__(self, "outputs", flat_out)
    steps = functional.steps_between(flat_in, flat_out)
    object.__setattr__(self, "_steps", steps)
    input_layers = [_input_layer(t) for t in flat_in]
    layers = functional.layers_of(steps, flat_out, input_layers)
    _unique_names(layers)
    object.__setattr__(self, "_layers_list", layers)
    self.built = True
    self._names_of_inputs = [x.name for x in input_layers]
    self._names_of_outputs = _output_names(flat_out)


def _unique_names(layers) -> None:
    seen: set[str] = set()
    for layer in layers:
        if layer.name in seen:
            raise ValueError(
                f'The name "{layer.name}" is used more than once in the model. All '
                "layer names should be unique."
            )
        seen.add(layer.name)


def _input_layer(tensor: Tensor) -> Layer:
    made = scratch.history(tensor)
    if made is not None and isinstance(made[0].layer, InputLayer):
        return made[0].layer
    # A model may start at a tensor in the middle of another.
    return InputLayer(input_tensor=tensor)


def _output_names(outputs) -> list[str]:
    out = []
    for tensor in outputs:
        made = scratch.history(tensor)
        base = made[0].layer.name if made is not None else tensor._node.name
        name, n = base, 0
        while name in out:
            n += 1
            name = f"{base}_{n}"
        out.append(name)
    return out


class Functional(Model):
    """A model given by its input and output tensors."""

    def __init__(self, *args, **kwargs):
        _graph_init(self, *_split(args, kwargs))

    def _numbered_layers(self) -> list[Layer]:
        return self._layers_list

    def _sublayers(self) -> list[Layer]:
        more = [x for x in super()._sublayers() if x not in self._layers_list]
        return [*self._layers_list, *more]

    def _carriers(self) -> list[list[Layer]]:
        return [[x] for x in self._sublayers()]

    def _naming(self):
        return weight_scope(None)  # the layers were named when the graph was made

    @property
    def input_names(self) -> list[str]:
        return self._names_of_inputs

    @property
    def output_names(self) -> list[str]:
        return self._names_of_outputs

    @property
    def input(self):
        return self._nested_inputs

    @property
    def output(self):
        return self._nested_outputs

    @property
    def input_shape(self):
        shapes = [tuple(t.shape.as_list()) for t in self.inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self):
        shapes = [tuple(t.shape.as_list()) for t in self.outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    def build(self, input_shape=None) -> None:
        self.built = True

    def add_loss(self, losses, **kwargs) -> None:
        """Add terms: tensors of the model's graph are computed in every call."""
        for loss in nest.flatten(losses):
            if not scratch.is_symbolic(loss):
                super().add_loss(loss)
                continue
            terms = [*getattr(self, "_loss_terms", ()), loss]
            object.__setattr__(self, "_loss_terms", terms)
            wanted = [*self.outputs, *terms]
            steps = functional.steps_between(self.inputs, wanted)
            object.__setattr__(self, "_steps", steps)

    def call(self, inputs, training=None, mask=None):
        values: dict[int, Any] = {}
        given = self._in_order(inputs)
        masks = nest.flatten(mask) if mask is not None else [None] * len(given)
        for symbol, value, m in zip(self.inputs, given, masks, strict=False):
            value = self._fitted(symbol, value)
            set_mask(value, m)
            values[id(symbol)] = value
        functional.run(self._steps, values, training, mask)
        for term in getattr(self, "_loss_terms", ()):
            super().add_loss(values[id(term)])
        return nest.map_structure(lambda t: values[id(t)], self._nested_outputs)

    def compute_mask(self, inputs, mask=None):
        return None  # each output carries its own

    def _in_order(self, inputs) -> list:
        if isinstance(inputs, dict):
            if isinstance(self._nested_inputs, dict):
                return nest.flatten({k: inputs[k] for k in self._nested_inputs})
            missing = [n for n in self._names_of_inputs if n not in inputs]
            if missing:
                raise ValueError(
                    f"Missing data for input {missing[0]!r}. You passed a data "
                    f"dictionary with keys {list(inputs)}. Expected the following "
                    f"keys: {self._names_of_inputs}"
                )
            return [inputs[n] for n in self._names_of_inputs]
        flat = nest.flatten(inputs)
        if len(flat) != len(self.inputs):
            raise ValueError(
                f'Layer "{self.name}" expects {len(self.inputs)} input(s), but it '
                f"received {len(flat)} input tensors."
            )
        return flat

    def _fitted(self, symbol: Tensor, value):
        """An input in the dtype and rank that the model was made for."""
        value = as_tensor(context.landing(), value, None, None)
        wanted = symbol.dtype.base_dtype
        if value.dtype.base_dtype is not wanted:
            value = TABLE["Cast"](value, DstT=wanted)
        rank, given = len(symbol.dims or ()), len(value.dims or ())
        if value.dims is not None and symbol.dims is not None:
            if given == rank - 1 and symbol.dims[-1] == 1:
                value = TABLE["ExpandDims"](value, -1)
            elif given == rank + 1 and value.dims[-1] == 1:
                value = TABLE["Squeeze"](value, squeeze_dims=(-1,))
            elif not symbol.shape.is_compatible_with(value.shape):
                raise ValueError(
                    f'Input 0 of layer "{self.name}" is incompatible with the layer: '
                    f"expected shape={tuple(symbol.dims)}, found "
                    f"shape={tuple(value.dims)}"
                )
        mask = getattr_mask(value)
        set_mask(value, mask)
        return value

    def get_config(self) -> dict[str, Any]:
        from penstock.keras.archive import functional_config

        return functional_config(self)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        from penstock.keras.archive import functional_from_config

        return functional_from_config(cls, copy.deepcopy(config), custom_objects)


def Input(
    shape=None, batch_size=None, name=None, dtype=None, sparse=None, tensor=None,
    ragged=None, batch_shape=None, type_spec=None, optional=False,
):  # fmt: skip
    """A symbolic tensor that a functional model starts from. As `tf.keras.Input`.

    `shape` leaves out the batch. Raises ValueError without a shape.
    """
    if batch_shape is None:
        if shape is None:
            raise ValueError("Please provide to Input a `shape` or a `tensor`.")
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        batch_shape = (batch_size, *shape)
    layer = InputLayer(
        batch_input_shape=tuple(batch_shape), dtype=dtype and as_dtype(dtype).name,
        name=name,
    )  # fmt: skip
    return layer.output


def clear_session() -> None:
    """Forget names and symbolic tensors, as between two notebooks."""
    names.reset()
    scratch.reset()
