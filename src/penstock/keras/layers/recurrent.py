"""`RNN`: a cell over the steps of a sequence."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, control_flow, math
from penstock.api.scopes import tensor
from penstock.api.tensor_array import TensorArray
from penstock.core import nest
from penstock.keras.input_spec import InputSpec
from penstock.keras.layer import Layer
from penstock.keras.layer_variable import LayerVariable
from penstock.keras.layers.cells import StackedRNNCells, _call_cell, zero_states
from penstock.keras.layers.options import given
from penstock.keras.running import weight_scope


class RNN(Layer):
    """Runs `cell` over [batch, time, ...].

    Gives the last output [batch, units], with `return_sequences` all of them, with
    `return_state` the last states as well. `stateful` keeps states between batches.
    """

    supports_masking = True

    def __init__(
        self, cell, return_sequences=False, return_state=False, go_backwards=False,
        stateful=False, unroll=False, time_major=False, **kwargs,
    ):  # fmt: skip
        if isinstance(cell, list | tuple):
            cell = StackedRNNCells(cell)
        if not hasattr(cell, "call") or not hasattr(cell, "state_size"):
            raise ValueError(
                "The RNN cell should have a `call` method and a `state_size` "
                "attribute. "
                f"Received: cell={cell}"
            )
        self.zero_output_for_mask = kwargs.pop("zero_output_for_mask", False)
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences, self.return_state = return_sequences, return_state
        self.go_backwards, self.stateful = go_backwards, stateful
        self.unroll, self.time_major = unroll, time_major
        self.input_spec = [InputSpec(min_ndim=3)]
        object.__setattr__(self, "_states", None)

    def build(self, input_shape):
        if isinstance(input_shape, list | tuple) and nest.is_nested(input_shape[0]):
            input_shape = input_shape[0]
        dims = list(input_shape)
        step = (dims[1] if self.time_major else dims[0], *dims[2:])
        if not self.cell.built:
            self._build_cell(step)
            self.cell.built = True
        self.input_spec = InputSpec(ndim=len(dims), axes={-1: dims[-1]})
        if self.stateful:
            self._make_states(step)
        self.built = True

    def _build_cell(self, step) -> None:
        with weight_scope(self.cell.name):
            self.cell.build(step)

    # --- states -----------------------------------------------------------------------

    @property
    def states(self):
        """The variables that keep the states between batches; None elsewhere."""
        if self._states is None:
            return [None] * len(nest.flatten(self.cell.state_size))
        return self._states

    def _make_states(self, step) -> None:
        """Variables for the states of inputs whose one step has the shape `step`."""
        self._zero_states(step[0], nest.flatten(self.cell.state_size))

    def _zero_states(self, batch, state_sizes) -> None:
        if batch is None:
            raise ValueError(
                "If a RNN is stateful, it needs to know its batch size. Specify the "
                "batch size of your input tensors: - If using a Sequential model, "
                "specify the batch size by passing a `batch_input_shape` argument to "
                "your first layer. - If using the functional API, pass `batch_shape` "
                "to your Input layer."
            )
        made = []
        for size in state_sizes:
            dims = (size,) if isinstance(size, int) else tuple(size)
            zeros = np.zeros((batch, *dims), self.compute_dtype or "float32")
            made.append(LayerVariable(zeros, trainable=False, name="state"))
        object.__setattr__(self, "_states", made)

    def reset_states(self, states=None) -> None:
        """Start from zeros, or from the arrays `states`, at the next batch."""
        if not self.stateful:
            raise AttributeError("Layer must be stateful.")
        if self._states is None:
            raise ValueError(
                f"Layer {self.name} has no states yet: build it, or call it on a batch."
            )
        values = [None] * len(self._states) if states is None else nest.flatten(states)
        if len(values) != len(self._states):
            raise ValueError(
                f"Layer {self.name} expects {len(self._states)} states, but "
                "it received "
                f"{len(values)} state values. Input received: {states}"
            )
        for variable, value in zip(self._states, values, strict=True):
            zeros = np.zeros(variable.shape.as_list(), variable.dtype.np)
            variable.assign(zeros if value is None else value)

    reset_state = reset_states

    def get_initial_state(self, inputs):
        """Zeros for the batch of `inputs`."""
        sizes = array.shape(inputs)
        batch = sizes[1 if self.time_major else 0]
        known = inputs.dims[1 if self.time_major else 0]
        batch = batch if known is None else known
        get = getattr(self.cell, "get_initial_state", None)
        if get is not None:
            states = get(inputs=None, batch_size=batch, dtype=inputs.dtype)
        else:
            states = zero_states(self.cell.state_size, batch, inputs.dtype)
        return list(nest.flatten(states))

    def _first_states(self, inputs, given_states):
        if given_states is not None:
            states = list(nest.flatten(given_states))
            wanted = len(nest.flatten(self.cell.state_size))
            if len(states) != wanted:
                raise ValueError(
                    f"Layer {self.name} has {wanted} states but was passed "
                    f"{len(states)} initial states."
                )
            return [math.cast(s, inputs.dtype) for s in states]
        if self.stateful:
            return [v.value() for v in self._states]
        return self.get_initial_state(inputs)

    # --- the call ---------------------------------------------------------------------

    def call(
        self, inputs, mask=None, training=None, initial_state=None, constants=None
    ):
        if isinstance(inputs, list | tuple):  # [x, *states]
            inputs, rest = inputs[0], list(inputs[1:])
            initial_state = rest or initial_state
        if isinstance(mask, list | tuple):
            mask = mask[0]
        mask = None if mask is None else tensor(mask, "bool")
        states = self._first_states(inputs, initial_state)
        for reset in ("reset_dropout_mask", "reset_recurrent_dropout_mask"):
            getattr(self.cell, reset, lambda: None)()
        if self.time_major:
            inputs = _swapped(inputs)
            mask = None if mask is None else _swapped(mask)
        outputs, last, states = self._run(inputs, mask, training, states, constants)
        if self.stateful:
            for variable, value in zip(self._states, states, strict=True):
                variable.assign(value)
        result = last
        if self.return_sequences:
            result = _swapped(outputs) if self.time_major else outputs
        return [result, *states] if self.return_state else result

    def _run(self, inputs, mask, training, states, constants):
        """(all outputs [batch, time, ...], the last one, the last states)."""

        def step(x, states):
            if constants is not None:
                return self.cell(x, states, constants=constants)
            return _call_cell(self.cell, x, states, training)

        steps = inputs.dims[1]
        if self.go_backwards:
            inputs = array.reverse(inputs, [1])
            mask = None if mask is None else array.reverse(mask, [1])
        if self.unroll and steps is None:
            raise ValueError("Unrolling requires a fixed number of timesteps.")
        run = _unrolled if self.unroll else _looped
        return run(step, inputs, mask, states, self.zero_output_for_mask)

    def compute_mask(self, inputs, mask=None):
        mask = mask[0] if isinstance(mask, list | tuple) else mask
        out = mask if self.return_sequences else None
        if self.return_state:
            return [out] + [None] * len(nest.flatten(self.cell.state_size))
        return out

    def get_config(self):
        from penstock.keras.archive import serialize_layer

        config = {**super().get_config(), **_sequence_config(self)}
        config["cell"] = serialize_layer(self.cell)
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        from penstock.keras.archive import deserialize_layer

        config = dict(config)
        cell = deserialize_layer(config.pop("cell"), custom_objects)
        return cls(cell, **config)


def _sequence_config(layer) -> dict[str, Any]:
    config = given(
        layer, "return_sequences", "return_state", "go_backwards", "stateful", "unroll",
        "time_major",
    )  # fmt: skip
    if layer.zero_output_for_mask:
        config["zero_output_for_mask"] = True
    return config


def _swapped(x):
    return array.transpose(x, [1, 0, *range(2, len(x.dims))])


def _either(here, new, old):
    """`new` where the step is there, else `old`."""
    while len(here.dims) < len(new.dims):
        here = array.expand_dims(here, -1)
    return array.where(here, new, old)


def _masked(here, output, new, before, states, zero):
    """Output and states after a step that is not there for every row."""
    old = array.zeros_like(output) if before is None or zero else before
    output = _either(here, output, old)
    return output, [_either(here, n, o) for n, o in zip(new, states, strict=True)]


def _unrolled(step, inputs, mask, states, zero):
    outputs, before = [], None
    parts = array.unstack(inputs, axis=1)
    masks = [None] * len(parts) if mask is None else array.unstack(mask, axis=1)
    for x, here in zip(parts, masks, strict=True):
        output, new = step(x, states)
        new = list(nest.flatten(new))
        if here is not None:
            output, new = _masked(here, output, new, before, states, zero)
        before, states = output, new
        outputs.append(output)
    return array.stack(outputs, axis=1), outputs[-1], states


def _looped(step, inputs, mask, states, zero):
    """As `_unrolled`, by a loop of the graph."""
    xs = _swapped(inputs)
    steps = array.shape(xs)[0] if xs.dims[0] is None else xs.dims[0]
    read = TensorArray(xs.dtype.base_dtype, steps).unstack(xs)
    here = None
    if mask is not None:
        here = TensorArray(mask.dtype.base_dtype, steps).unstack(_swapped(mask))
    # One step outside the loop tells what an output looks like; it is not kept.
    sample, _ = step(xs[0], states)
    before = array.zeros_like(sample)
    written = TensorArray(sample.dtype.base_dtype, steps)

    def body(i, written, before, *states):
        states = list(states)
        output, new = step(read.read(i), states)
        new = list(nest.flatten(new))
        if here is not None:
            output, new = _masked(here.read(i), output, new, before, states, zero)
        return (i + 1, written.write(i, output), output, *new)

    start = array.zeros([], "int32")
    _, written, last, *states = control_flow.while_loop(
        lambda i, *_: math.less(i, steps), body, [start, written, before, *states],
        maximum_iterations=steps,
    )  # fmt: skip
    outputs = _swapped(written.stack())
    outputs.set_shape((inputs.dims[0], inputs.dims[1], *sample.dims[1:]))
    return outputs, last, list(states)
