"""`Sequential`: layers one after the other."""

from __future__ import annotations

import copy
from typing import Any

from penstock.core import nest
from penstock.ir import context
from penstock.keras import names
from penstock.keras.functional_model import Functional
from penstock.keras.input_layer import Input, InputLayer
from penstock.keras.layer import Layer
from penstock.keras.model import Model
from penstock.keras.running import weight_scope
from penstock.saving.object_graph import track


class Sequential(Model):
    """A plain stack of layers. As `tf.keras.Sequential`.

    The shapes are known from the first layer's `input_shape`, from `build`, or from the
    first batch.
    """

    def __init__(self, layers=None, name=None, trainable=True):
        Layer.__init__(
            self, name=name or names.unique("sequential"), trainable=trainable
        )
        self._start_training()
        object.__setattr__(self, "_stack", [])
        object.__setattr__(self, "_graph", None)
        object.__setattr__(self, "_between", [])  # the input, each layer's output
        for layer in layers if isinstance(layers, list | tuple) else [layers] * (
            layers is not None
        ):  # fmt: skip
            self.add(layer)

    def _numbered_layers(self) -> list[Layer]:
        return self.layers

    def _sublayers(self) -> list[Layer]:
        return [
            *self._stack,
            *(x for x in super()._sublayers() if x not in self._stack),
        ]

    def _carriers(self) -> list[list[Any]]:
        return [[x] for x in [*self._sublayers(), *self._own_metrics()]]

    def _naming(self):
        return weight_scope(None)

    @property
    def weights(self):
        if not self.built and self._graph is None and self._stack:
            raise ValueError(
                f"Weights for model {self.name!r} have not yet been created. Weights "
                "are created when the model is first called on inputs or `build()` is "
                "called with an `input_shape`."
            )
        return super().weights

    @property
    def layers(self) -> list[Layer]:
        return [x for x in self._stack if not isinstance(x, InputLayer)]

    def add(self, layer) -> None:
        """Put `layer` on top. Raises TypeError for what is no layer."""
        if not isinstance(layer, Layer) and hasattr(layer, "_node"):
            from penstock.keras import scratch

            made = scratch.history(layer)
            layer = made[0].layer if made is not None else layer
        if not isinstance(layer, Layer):
            raise TypeError(
                "The added layer must be an instance of class Layer. Received: "
                f"layer={layer} of type {type(layer)}."
            )
        if any(x.name == layer.name for x in self._stack):
            raise ValueError(
                "All layers added to a Sequential model should have unique names. Name "
                f'"{layer.name}" is already the name of a layer in this model. Update '
                "the `name` argument to pass a unique name."
            )
        self._stack.append(layer)
        if self._graph is None:
            self._connect_again()
        else:
            with weight_scope(None), context.entered(context.outermost()):
                self._put_on(layer)
                self._enclose()

    def pop(self) -> None:
        """Take the last layer off. Raises TypeError where there is none."""
        if not self.layers:
            raise TypeError("There are no layers in the model.")
        self._stack.pop()
        if self._graph is None:
            self._connect_again()
            return
        self._between.pop()
        self._enclose()

    def _connect_again(self) -> None:
        """The graph of the layers that there are now, where an input is known."""
        self.built = False
        shape = self._first_shape()
        if shape is not None and self.layers:
            self._build_graph(shape)

    def _first_shape(self):
        first = self._stack[0] if self._stack else None
        if first is None:
            return None
        if isinstance(first, Functional):
            return first.input_shape
        return getattr(first, "_batch_input_shape", None)

    def _build_graph(self, shape, dtype=None) -> None:
        """The functional model of these layers for inputs of `shape`."""
        with weight_scope(None), context.entered(context.outermost()):
            self._connect(shape, dtype)

    def _connect(self, shape, dtype) -> None:
        first = self._stack[0]
        if isinstance(first, InputLayer):
            inputs = first.output
        else:
            inputs = Input(
                batch_shape=tuple(shape), dtype=dtype or _input_dtype(first),
                name=f"{first.name}_input",
            )  # fmt: skip
        self._between[:] = [inputs]
        for layer in self.layers:
            self._put_on(layer)
        self._enclose()

    def _put_on(self, layer: Layer) -> None:
        """Call `layer` on the output so far. Raises ValueError for several outputs."""
        x = layer(self._between[-1])
        if len(nest.flatten(x)) != 1:
            raise ValueError(
                "All layers in a Sequential model should have a single output "
                f"tensor; {layer.name} has several. Use the functional API."
            )
        self._between.append(x)

    def _enclose(self) -> None:
        """The functional model from the input to the last output."""
        self.built = False
        object.__setattr__(self, "_graph", None)
        inputs, x = self._between[0], self._between[-1]
        if x is inputs:
            return
        object.__setattr__(self, "_graph", Functional(inputs, x, name=self.name))
        for name, layer in self._trackable_children().items():
            track(self, name, layer)
        self.built = True

    def build(self, input_shape=None) -> None:
        """Make the weights for inputs of `input_shape` (batch first)."""
        if not self.layers:
            self.built = True
            return
        if self._graph is None and input_shape is not None:
            shape = input_shape
            shape = tuple(shape.as_list() if hasattr(shape, "as_list") else shape)
            self._build_graph(shape)
        if self._graph is None:
            raise ValueError("You must provide an `input_shape` argument.")

    def _build_at(self, shapes) -> None:
        self.built = True

    def call(self, inputs, training=None, mask=None):
        if not self.layers:
            return inputs
        if self._graph is None:
            try:
                shape = tuple(inputs.shape.as_list())
                self._build_graph((None, *shape[1:]), inputs.dtype.name)
            except (NotImplementedError, AttributeError):
                x = inputs
                for layer in self.layers:
                    x = layer(x)
                return x
        graph: Any = self._graph
        return graph.call(inputs, training=training, mask=mask)

    def compute_mask(self, inputs, mask=None):
        return None

    @property
    def inputs(self):
        return None if self._graph is None else self._graph.inputs

    @property
    def outputs(self):
        return None if self._graph is None else self._graph.outputs

    def _needs_graph(self, what: str):
        if self._graph is None:
            raise AttributeError(
                f"The Sequential model {self.name} has no defined {what} yet: give its "
                "first layer an input_shape, or call it on data."
            )
        return self._graph

    @property
    def input(self):
        return self._needs_graph("input").input

    @property
    def output(self):
        return self._needs_graph("output").output

    @property
    def input_shape(self):
        return self._needs_graph("input shape").input_shape

    @property
    def output_shape(self):
        return self._needs_graph("output shape").output_shape

    @property
    def input_names(self):
        return self._needs_graph("inputs").input_names

    @property
    def output_names(self):
        return self._needs_graph("outputs").output_names

    def predict_classes(self, x, batch_size=32, verbose=0):
        """The most probable class of each row (Keras 2 until 2.5)."""
        p = self.predict(x, batch_size=batch_size, verbose=verbose)
        return p.argmax(axis=-1) if p.shape[-1] > 1 else (p > 0.5).astype("int32")

    def predict_proba(self, x, batch_size=32, verbose=0):
        """`predict`, by its old name."""
        return self.predict(x, batch_size=batch_size, verbose=verbose)

    def get_config(self) -> dict[str, Any]:
        from penstock.keras.archive import serialize_layer

        config: dict[str, Any] = {
            "name": self.name,
            "layers": [serialize_layer(x) for x in self._all_layers()],
        }
        if self._graph is not None:
            config["build_input_shape"] = self.input_shape
        return config

    def _all_layers(self) -> list[Layer]:
        """With the input layer first, where the input is known."""
        if self._graph is not None and not isinstance(self._stack[0], InputLayer):
            return [self._graph._layers_list[0], *self._stack]
        return list(self._stack)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        from penstock.keras.archive import deserialize_layer

        config = copy.deepcopy(config)
        if isinstance(config, list):  # Keras before 2.2.3
            config = {"layers": config}
        model = cls(name=config.get("name"))
        for layer in config["layers"]:
            model.add(deserialize_layer(layer, custom_objects))
        if not model.built and config.get("build_input_shape"):
            model.build(config["build_input_shape"])
        return model


def _input_dtype(first: Layer) -> str:
    wanted = getattr(first, "_input_dtype", None)  # Embedding takes integers
    return wanted or first.compute_dtype or "float32"
