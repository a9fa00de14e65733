"""Layers around a layer: TimeDistributed and Bidirectional."""

from __future__ import annotations

from penstock.api import array
from penstock.core import nest
from penstock.keras.input_spec import InputSpec
from penstock.keras.layer import Layer
from penstock.keras.layer_call import takes
from penstock.keras.masks import getattr_mask
from penstock.keras.running import weight_scope


class Wrapper(Layer):
    """The base of layers that hold one `layer`."""

    def __init__(self, layer, **kwargs):
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Layer {layer} supplied to Wrapper isn't a supported layer "
                "type. Please "
                "ensure wrapped layer is a valid Keras layer."
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape=None):
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True
        self.built = True

    def get_config(self):
        from penstock.keras.archive import serialize_layer

        return {**super().get_config(), "layer": serialize_layer(self.layer)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        from penstock.keras.archive import deserialize_layer

        config = dict(config)
        layer = deserialize_layer(config.pop("layer"), custom_objects)
        return cls(layer, **config)


class TimeDistributed(Wrapper):
    """`layer` applied to every step of [batch, time, ...]."""

    supports_masking = True

    def build(self, input_shape):
        shape = tuple(input_shape)
        if len(shape) < 3:
            raise ValueError(
                "`TimeDistributed` Layer should be passed an `input_shape` "
                "with at least "
                f"3 dimensions, received: {shape}"
            )
        self.input_spec = InputSpec(shape=(None, *shape[1:]))
        inner = (shape[0], *shape[2:])
        if not self.layer.built:
            if hasattr(self.layer, "_graph") or hasattr(self.layer, "_steps"):
                self.layer.build(inner)
            else:
                self.layer._build_at(inner)
        self.built = True

    def call(self, inputs, training=None, mask=None):
        more = {"training": training} if takes(self.layer, "training") else {}
        time = inputs.dims[1]
        sizes = array.shape(inputs)
        inner = [sizes[i] if d is None else d for i, d in enumerate(inputs.dims)]
        flat = array.reshape(inputs, [-1, *inner[2:]])
        if mask is not None and takes(self.layer, "mask"):
            more["mask"] = array.reshape(mask, [-1, *mask.dims[2:]])
        out = self.layer(flat, **more)

        def back(y):
            now = array.shape(y)
            rest = [now[i] if d is None else d for i, d in enumerate(y.dims)][1:]
            first = -1 if inputs.dims[0] is None else inputs.dims[0]
            if time is None:
                first = inner[0]
            y = array.reshape(y, [first, inner[1], *rest])
            y.set_shape((inputs.dims[0], time, *y.dims[2:]))
            return y

        return nest.map_structure(back, out)

    def compute_mask(self, inputs, mask=None):
        return mask


_MODES = ("sum", "mul", "ave", "concat", None)


class Bidirectional(Wrapper):
    """A recurrent layer forwards and one backwards, their outputs merged.

    Schuster and Paliwal (1997).
    """

    supports_masking = True

    def __init__(self, layer, merge_mode="concat", weights=None, backward_layer=None,
                 **kwargs):  # fmt: skip
        if merge_mode not in _MODES:
            raise ValueError(
                f"Invalid merge mode. Received: {merge_mode}. Merge mode should be one "
                'of {"sum", "mul", "ave", "concat", None}'
            )
        if not hasattr(layer, "go_backwards"):
            raise ValueError(
                "Please initialize `Bidirectional` layer with a recurrent layer. "
                f"Received: {layer}"
            )
        self.return_state = layer.return_state
        self.return_sequences = layer.return_sequences
        super().__init__(layer, **kwargs)
        del self.layer
        object.__setattr__(self, "layer", layer)
        self._given_backward = backward_layer is not None
        # What is masked comes out as zeros, so that merging does not count it.
        more = {"zero_output_for_mask": True} if layer.return_sequences else {}
        forwards = layer.go_backwards
        self.forward_layer = _again(layer, f"forward_{layer.name}", forwards, more)
        if backward_layer is None:
            self.backward_layer = _again(
                layer, f"backward_{layer.name}", not forwards, more
            )
        else:
            if backward_layer.go_backwards == layer.go_backwards:
                raise ValueError(
                    "Forward layer and backward layer should have different "
                    "`go_backwards` value."
                )
            self.backward_layer = backward_layer
            self.backward_layer._name = f"backward_{backward_layer.name}"
            if layer.return_sequences:
                self.backward_layer.zero_output_for_mask = True
        self.merge_mode, self.stateful = merge_mode, layer.stateful
        self._both_weights = weights
        self.input_spec = layer.input_spec

    def build(self, input_shape):
        if isinstance(input_shape, list | tuple) and nest.is_nested(input_shape[0]):
            input_shape = input_shape[0]
        for layer in (self.forward_layer, self.backward_layer):
            with weight_scope(layer.name):
                layer.build(input_shape)
            layer.built = True
        if self._both_weights is not None:
            half = len(self._both_weights) // 2
            self.forward_layer.set_weights(self._both_weights[:half])
            self.backward_layer.set_weights(self._both_weights[half:])
        self.input_spec = None
        self.built = True

    def call(self, inputs, training=None, mask=None, initial_state=None):
        if isinstance(inputs, list | tuple):
            inputs, initial_state = inputs[0], list(inputs[1:]) or initial_state
        if isinstance(mask, list | tuple):
            mask = mask[0]
        more = {"training": training, "mask": mask}
        forward_more, backward_more = dict(more), dict(more)
        if initial_state is not None:
            half = len(initial_state) // 2
            forward_more["initial_state"] = initial_state[:half]
            backward_more["initial_state"] = initial_state[half:]
        y = self.forward_layer(inputs, **forward_more)
        back = self.backward_layer(inputs, **backward_more)
        states = []
        if self.return_state:
            y, *one = y
            back, *other = back
            states = [*one, *other]
        if self.return_sequences:
            back = array.reverse(back, [0 if self.forward_layer.time_major else 1])
        outs = self._merged(y, back)
        if not self.return_state:
            return outs
        return [*(outs if isinstance(outs, list) else [outs]), *states]

    def _merged(self, y, back):
        if self.merge_mode == "concat":
            return array.concat([y, back], -1)
        if self.merge_mode == "sum":
            return y + back
        if self.merge_mode == "ave":
            return (y + back) / 2
        if self.merge_mode == "mul":
            return y * back
        return [y, back]

    def reset_states(self) -> None:
        self.forward_layer.reset_states()
        self.backward_layer.reset_states()

    def compute_mask(self, inputs, mask=None):
        mask = mask[0] if isinstance(mask, list | tuple) else mask
        out = mask if self.return_sequences else None
        outs = [out, out] if self.merge_mode is None else [out]
        count = len(nest.flatten(self.forward_layer.cell.state_size))
        if self.return_state:
            return outs + [None] * 2 * count
        return outs if self.merge_mode is None else out

    def get_config(self):
        from penstock.keras.archive import serialize_layer

        config = {**super().get_config(), "merge_mode": self.merge_mode}
        if self._given_backward:
            config["backward_layer"] = serialize_layer(self.backward_layer)
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        from penstock.keras.archive import deserialize_layer

        config = dict(config)
        backward = config.pop("backward_layer", None)
        if backward is not None:
            config["backward_layer"] = deserialize_layer(backward, custom_objects)
        return super().from_config(config, custom_objects)


def _again(layer, name: str, go_backwards: bool, more):
    """A new layer of the same kind, by its config."""
    config = {**layer.get_config(), "name": name, "go_backwards": go_backwards, **more}
    return type(layer).from_config(config)


def mask_of(tensor):
    """The mask that travels with `tensor`."""
    return getattr_mask(tensor)
