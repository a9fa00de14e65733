"""`Model`: layers from inputs to outputs, with training and saving."""

from __future__ import annotations

import copy
from typing import Any

from penstock.api.variable import Variable
from penstock.core import nest
from penstock.ir import context
from penstock.keras import old_names, scratch, tracking
from penstock.keras.graph_weights import eagerly
from penstock.keras.layer import Layer, is_metric
from penstock.keras.layer_call import as_shapes
from penstock.keras.running import weight_scope
from penstock.keras.training import Training


class Model(Training, Layer):
    """Layers with training and inference. As `tf.keras.Model`.

    Functional: `Model(inputs, outputs)`. Or subclass and define `call`.
    """

    def __new__(cls, *args, **kwargs):
        if cls is Model and _functional_arguments(args, kwargs):
            from penstock.keras.functional_model import Functional

            made: Any = Functional
            return super().__new__(made)
        return super().__new__(cls)

    def __init__(self, *args, **kwargs):
        if _functional_arguments(args, kwargs):
            # A subclass that calls super().__init__(inputs=..., outputs=...).
            from penstock.keras.functional_model import connect, with_graph

            object.__setattr__(self, "__class__", with_graph(type(self)))
            connect(self, *split_arguments(args, kwargs))
            return
        super().__init__(*args, **kwargs)
        self._start_training()

    @property
    def layers(self) -> list[Layer]:
        """The layers held directly."""
        return [x for x in self._sublayers() if not getattr(x, "_hidden", False)]

    def _naming(self):
        return weight_scope(self._name)

    def _own_metrics(self) -> list:
        return tracking.attributes(self, is_metric)

    def _carriers(self) -> list[list[Any]]:
        # The state of metrics that a model holds counts among its weights.
        return tracking.carriers(self, lambda x: tracking.is_layer(x) or is_metric(x))

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
        held = self._tracked.items()
        out.update({name: metric for name, metric in held if is_metric(metric)})
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
        shapes = as_shapes(input_shape)
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

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The model that `get_config` told of, with new weights."""
        if not {"layers", "input_layers", "output_layers"} <= set(config):
            return super().from_config(config)
        from penstock.keras.archive import functional_from_config
        from penstock.keras.functional_model import Functional

        kind = Functional if cls is Model else cls
        return functional_from_config(kind, copy.deepcopy(config), custom_objects)

    # --- saving: in `archive`, which needs this class ---------------------------------

    @eagerly
    def save_weights(self, filepath, overwrite=True, save_format=None, options=None):
        """Write the weights: TensorFlow checkpoint, `.h5` or `.weights.h5`."""
        from penstock.keras.archive import save_weights

        return save_weights(self, filepath, overwrite, save_format)

    @eagerly
    def load_weights(self, filepath, skip_mismatch=False, by_name=False, options=None):
        """Read weights written by Penstock, Keras or TensorFlow."""
        from penstock.keras.archive import load_weights

        return load_weights(self, filepath, by_name, skip_mismatch)

    @eagerly
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
        len(args) >= 2
        or "outputs" in kwargs
        or ("input" in kwargs and "output" in kwargs)
        or (len(args) == 1 and "inputs" in kwargs)
    )


def split_arguments(args, kwargs):
    kwargs = {old_names.MODEL.get(k, k): v for k, v in kwargs.items()}
    args = list(args)
    inputs = args.pop(0) if args else kwargs.pop("inputs")
    outputs = args.pop(0) if args else kwargs.pop("outputs")
    if args:
        kwargs["name"] = args.pop(0)
    return inputs, outputs, kwargs
