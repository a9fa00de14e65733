"""One step of recurrent networks: SimpleRNNCell, LSTMCell, GRUCell."""

from __future__ import annotations

from typing import Any

from penstock.api import array, math, nn
from penstock.core import nest
from penstock.keras import initializers
from penstock.keras.layer import Layer
from penstock.keras.layers.options import given, take, when_training


class _Cell(Layer):
    """The base: kernels for inputs and states, `gates` blocks of `units` each."""

    gates = 1

    def __init__(
        self, units, activation="tanh", use_bias=True,
        kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal",
        bias_initializer="zeros", kernel_regularizer=None, recurrent_regularizer=None,
        bias_regularizer=None, kernel_constraint=None, recurrent_constraint=None,
        bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, **kwargs,
    ):  # fmt: skip
        if units <= 0:
            raise ValueError(
                "Received an invalid value for argument `units`, expected a positive "
                f"integer, got {units}."
            )
        super().__init__(**kwargs)
        self.units, self.use_bias = units, use_bias
        take(
            self, activation=activation, kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer, kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint, bias_constraint=bias_constraint,
        )  # fmt: skip
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self.state_size, self.output_size = units, units
        object.__setattr__(self, "_drawn", {})

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.units * self.gates,)

    def _bias_start(self):
        return self.bias_initializer

    def build(self, input_shape):
        width = self.units * self.gates
        self.kernel = self.add_weight(
            "kernel", (input_shape[-1], width), initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        self.recurrent_kernel = self.add_weight(
            "recurrent_kernel", (self.units, width),
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", self._bias_shape(), initializer=self._bias_start(),
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self.built = True

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """Zeros [batch, size] for each state."""
        if inputs is not None:
            batch_size, dtype = array.shape(inputs)[0], inputs.dtype
        return zero_states(self.state_size, batch_size, dtype or self.compute_dtype)

    def reset_dropout_mask(self) -> None:
        """Draw anew at the next step; a layer does this before a sequence."""
        self._drawn.pop("input", None)

    def reset_recurrent_dropout_mask(self) -> None:
        self._drawn.pop("state", None)

    def _thinned(self, x, what: str, rate: float, training):
        """`x` once for each gate, with that gate's dropout, the same at every step."""
        if rate == 0 or training is None or training is False:
            return [x] * self.gates
        if what not in self._drawn:
            ones = array.ones_like(x)
            self._drawn[what] = [
                when_training(training, lambda: nn.dropout(ones, rate), lambda: ones)
                for _ in range(self.gates)
            ]
        return [x * mask for mask in self._drawn[what]]

    def _parts(self, xs, weight):
        """xs[i] · block i of `weight`, side by side: one product where xs are one."""
        if all(x is xs[0] for x in xs):
            return math.matmul(xs[0], weight)
        blocks = array.split(weight, self.gates, axis=1)
        return array.concat(
            [math.matmul(x, w) for x, w in zip(xs, blocks, strict=True)], 1
        )

    def get_config(self):
        return {**super().get_config(), **cell_config(self)}


def cell_config(layer) -> dict:
    """The options that a cell and the layer around it share, for their configs."""
    return given(
        layer, "units", "activation", "use_bias", "kernel_initializer",
        "recurrent_initializer", "bias_initializer", "kernel_regularizer",
        "recurrent_regularizer", "bias_regularizer", "kernel_constraint",
        "recurrent_constraint", "bias_constraint", "dropout", "recurrent_dropout",
    )  # fmt: skip


def one_where_forgotten(initializer, units: int):
    """`initializer` for an LSTM's bias, but ones to forget. Gers et al. (1999)."""
    ones: Any = initializers.get("ones")

    def start(shape, dtype=None, **_):
        first = initializer((units,), dtype=dtype)
        rest = initializer((units * 2,), dtype=dtype)
        return array.concat([first, ones((units,), dtype=dtype), rest], 0)

    return start


def zero_states(sizes, batch, dtype):
    """Zeros [batch, *size] in the structure of `sizes`."""

    def zeros(size):
        dims = [size] if isinstance(size, int) else list(size)
        return array.zeros(array.stack([batch, *dims]), dtype)

    if nest.is_nested(sizes) and not hasattr(sizes, "as_list"):
        return [zeros(s) for s in nest.flatten(sizes)]
    return zeros(sizes)


class SimpleRNNCell(_Cell):
    """h' = activation(x·kernel + h·recurrent_kernel + bias)."""

    def call(self, inputs, states, training=None):
        h = states[0] if nest.is_nested(states) else states
        x = self._thinned(inputs, "input", self.dropout, training)
        h = self._thinned(h, "state", self.recurrent_dropout, training)
        z = math.matmul(x[0], self.kernel)
        if self.bias is not None:
            z = nn.bias_add(z, self.bias)
        out = self.activation(z + math.matmul(h[0], self.recurrent_kernel))
        return out, [out]


class LSTMCell(_Cell):
    """Hochreiter and Schmidhuber (1997); states are [h, c]."""

    gates = 4

    def __init__(self, units, activation="tanh", recurrent_activation="sigmoid",
                 use_bias=True, *args, unit_forget_bias=True, implementation=2,
                 **kwargs):  # fmt: skip
        super().__init__(units, activation, use_bias, *args, **kwargs)
        take(self, recurrent_activation=recurrent_activation)
        self.unit_forget_bias, self.implementation = unit_forget_bias, implementation
        self.state_size = [units, units]

    def _bias_start(self):
        if not self.unit_forget_bias:
            return self.bias_initializer
        return one_where_forgotten(self.bias_initializer, self.units)

    def call(self, inputs, states, training=None):
        h, c = states
        xs = self._thinned(inputs, "input", self.dropout, training)
        hs = self._thinned(h, "state", self.recurrent_dropout, training)
        z = self._parts(xs, self.kernel) + self._parts(hs, self.recurrent_kernel)
        if self.bias is not None:
            z = nn.bias_add(z, self.bias)
        i, f, g, o = array.split(z, 4, axis=1)
        gate = self.recurrent_activation
        c = gate(f) * c + gate(i) * self.activation(g)
        h = gate(o) * self.activation(c)
        return h, [h, c]

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "recurrent_activation", "unit_forget_bias", "implementation"),
        }


class GRUCell(_Cell):
    """Cho et al. (2014). With `reset_after`, as cuDNN computes it."""

    gates = 3

    def __init__(self, units, activation="tanh", recurrent_activation="sigmoid",
                 use_bias=True, *args, reset_after=True, implementation=2,
                 **kwargs):  # fmt: skip
        super().__init__(units, activation, use_bias, *args, **kwargs)
        take(self, recurrent_activation=recurrent_activation)
        self.reset_after, self.implementation = reset_after, implementation

    def _bias_shape(self) -> tuple[int, ...]:
        width = 3 * self.units
        return (2, width) if self.reset_after else (width,)

    def call(self, inputs, states, training=None):
        h = states[0] if nest.is_nested(states) else states
        xs = self._thinned(inputs, "input", self.dropout, training)
        hs = self._thinned(h, "state", self.recurrent_dropout, training)
        outer = self._parts(xs, self.kernel)
        if self.bias is not None:
            outer = outer + (self.bias[0] if self.reset_after else self.bias)
        gate, units = self.recurrent_activation, self.units
        xz, xr, xn = array.split(outer, 3, axis=1)
        if self.reset_after:
            inner = self._parts(hs, self.recurrent_kernel)
            if self.bias is not None:
                inner = inner + self.bias[1]
            hz, hr, hn = array.split(inner, 3, axis=1)
            z, r = gate(xz + hz), gate(xr + hr)
            new = self.activation(xn + r * hn)
        else:
            weight = self.recurrent_kernel
            z = gate(xz + math.matmul(hs[0], weight[:, :units]))
            r = gate(xr + math.matmul(hs[1], weight[:, units : 2 * units]))
            new = self.activation(xn + math.matmul(r * hs[2], weight[:, 2 * units :]))
        h = z * h + (1 - z) * new
        return h, [h]

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "recurrent_activation", "implementation", "reset_after"),
        }


class StackedRNNCells(Layer):
    """Cells one after the other as one cell."""

    def __init__(self, cells, **kwargs):
        super().__init__(**kwargs)
        for cell in cells:
            if not hasattr(cell, "state_size"):
                raise ValueError(
                    "All cells must have a `state_size` attribute. Received "
                    f"cells={cells}"
                )
        self.cells = list(cells)
        self.reverse_state_order = False

    @property
    def state_size(self):
        return tuple(c.state_size for c in self.cells)

    @property
    def output_size(self):
        return getattr(self.cells[-1], "output_size", self.cells[-1].state_size)

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        return tuple(
            c.get_initial_state(inputs=inputs, batch_size=batch_size, dtype=dtype)
            for c in self.cells
        )

    def build(self, input_shape):
        from penstock.keras.running import weight_scope

        for cell in self.cells:
            if not cell.built:
                with weight_scope(cell.name):
                    cell.build(input_shape)
                cell.built = True
            size = getattr(cell, "output_size", cell.state_size)
            input_shape = (input_shape[0], size if isinstance(size, int) else size[0])
        self.built = True

    def call(self, inputs, states, training=None):
        states = nest.flatten(states)
        new, x = [], inputs
        for cell in self.cells:
            count = len(nest.flatten(cell.state_size))
            mine, states = states[:count], states[count:]
            x, out = _call_cell(cell, x, mine, training)
            new += nest.flatten(out)
        return x, new

    def get_config(self):
        from penstock.keras.archive import serialize_layer

        return {
            **super().get_config(),
            "cells": [serialize_layer(c) for c in self.cells],
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        from penstock.keras.archive import deserialize_layer

        config = dict(config)
        cells = [deserialize_layer(c, custom_objects) for c in config.pop("cells")]
        return cls(cells, **config)


def _call_cell(cell, x, states, training):
    from penstock.keras.layer_call import takes

    if takes(cell, "training"):
        return cell(x, states, training=training)
    return cell(x, states)


class AbstractRNNCell(Layer):
    """The base of a program's own cells: define `call`, `state_size`, `output_size`."""

    def call(self, inputs, states):
        raise NotImplementedError

    @property
    def state_size(self):
        raise NotImplementedError

    @property
    def output_size(self):
        raise NotImplementedError

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """Zeros [batch, size] for each state."""
        if inputs is not None:
            batch_size, dtype = array.shape(inputs)[0], inputs.dtype
        return zero_states(self.state_size, batch_size, dtype or self.compute_dtype)
