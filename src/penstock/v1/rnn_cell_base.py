"""What a cell is: one step of a recurrent network, as a layer.

A cell takes inputs [batch, n] and a state, and gives (output [batch, output_size],
new state). Programs write such cells themselves, from `RNNCell`.
"""

from __future__ import annotations

from collections import namedtuple

from penstock.api import array
from penstock.api.scopes import scope, tensor
from penstock.core import nest
from penstock.core.shapes import TensorShape
from penstock.ir.constant import constant_value
from penstock.ir.tensor import Tensor
from penstock.v1.layers.base import Layer
from penstock.v1.variable_scope import get_variable_scope, variable_scope


def sizes_joined(prefix, suffix) -> tuple:
    """[prefix, *suffix] as a tensor, and what is known of it. Nodes as TensorFlow's.

    `prefix` and `suffix` are ints, shapes, or (prefix) a scalar or vector tensor.
    """
    static = TensorShape(_static(prefix)).concatenate(_static(suffix))
    p, s = _as_vector(prefix), _as_vector(suffix)
    joined = array.concat([p, s], 0)
    # TensorFlow makes both once more; later nodes are numbered after them.
    _as_vector(prefix), _as_vector(suffix)
    return joined, static


def _static(value):
    if isinstance(value, Tensor):
        known = constant_value(value)
        if known is not None:
            return [int(n) for n in known.reshape(-1)]
        return [None] if value.shape.rank == 0 else TensorShape([None] * 1)
    return TensorShape([value] if isinstance(value, int) else value)


def _as_vector(value):
    if isinstance(value, Tensor):
        return array.expand_dims(value, 0) if value.shape.rank == 0 else value
    return tensor(TensorShape([value] if isinstance(value, int) else value).as_list())


def zero_state(state_size, batch_size, dtype):
    """Zeros [batch_size, size] for each size of the nested `state_size`."""

    def one(size):
        shape, static = sizes_joined(batch_size, size)
        made = array.zeros(shape, dtype)
        made.set_shape(static)
        return made

    return nest.map_structure(one, state_size)


class RNNCell(Layer):
    """The base of cells. A subclass gives `state_size`, `output_size` and `call`."""

    def __init__(self, trainable=True, name=None, dtype=None, **kwargs):
        super().__init__(trainable, name, dtype, **kwargs)
        self._around = None

    def __call__(self, inputs, state, scope=None):
        """(output, new state) for `inputs` and `state`."""
        if scope is not None:
            with variable_scope(scope) as entered:
                return super().__call__(inputs, state, scope=entered)
        with self._around_call():
            return super().__call__(inputs, state)

    def _around_call(self):
        """The variable scope in which this cell was called first."""
        if not hasattr(self, "_around") or self._around is None:
            self._around = get_variable_scope()
        return variable_scope(self._around)

    @property
    def state_size(self):
        raise NotImplementedError("A cell must say its state_size.")

    @property
    def output_size(self):
        raise NotImplementedError("A cell must say its output_size.")

    def zero_state(self, batch_size, dtype):
        """The state of zeros for `batch_size` (an int or scalar tensor)."""
        with scope(None, type(self).__name__ + "ZeroState"):
            return zero_state(self.state_size, batch_size, dtype)

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """`zero_state`, batch and dtype from `inputs` where given.

        Raises ValueError where they are not known.
        """
        if inputs is not None:
            inputs = tensor(inputs, name="inputs")
            dtype = inputs.dtype if dtype is None else dtype
            batch_size = array.shape(inputs)[0] if batch_size is None else batch_size
        if batch_size is None or dtype is None:
            raise ValueError(
                "batch_size and dtype cannot be None while constructing initial state; "
                f"received batch_size={batch_size}, dtype={dtype}."
            )
        return self.zero_state(batch_size, dtype)


class LayerRNNCell(RNNCell):
    """A cell whose variables are named as a layer's."""

    def __call__(self, inputs, state, scope=None):
        return Layer.__call__(self, inputs, state, scope=scope)


class LSTMStateTuple(namedtuple("LSTMStateTuple", ("c", "h"))):
    """The state of an LSTM: memory `c` and output `h`, both [batch, units]."""

    __slots__ = ()

    @property
    def dtype(self):
        c, h = self
        if c.dtype != h.dtype:
            raise TypeError(f"The state has dtypes {c.dtype} and {h.dtype}.")
        return c.dtype


__all__ = ["LSTMStateTuple", "RNNCell"]
