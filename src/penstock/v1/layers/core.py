"""`tf.layers.Dense`, `Dropout`, `Flatten`, and their functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, nn
from penstock.api.control_flow import cond
from penstock.api.passing import identity
from penstock.api.scopes import tensor
from penstock.api.tensordot import tensordot
from penstock.core.shapes import TensorShape
from penstock.ir.constant import constant_value
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.v1.initializers import zeros_initializer
from penstock.v1.layers.base import InputSpec, Layer, activation, initializer


class Dense(Layer):
    """outputs [..., units] = activation(inputs [..., n] · kernel + bias)."""

    def __init__(
        self, units, activation=None, use_bias=True, kernel_initializer=None,
        bias_initializer=None, kernel_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, kernel_constraint=None, bias_constraint=None,
        trainable=True, name=None, **kwargs,
    ):  # fmt: skip
        super().__init__(
            trainable, name, activity_regularizer=activity_regularizer, **kwargs
        )
        self.units = int(units)
        self.activation = _activation(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializer(kernel_initializer)
        self.bias_initializer = bias(bias_initializer)
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self.kernel_constraint = kernel_constraint
        self.bias_constraint = bias_constraint
        self.bias = None

    def build(self, input_shape):
        size = known_size(input_shape, -1, "Dense")
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})
        self.kernel = self.add_weight(
            "kernel", [size, self.units], initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", [self.units], initializer=self.bias_initializer,
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip

    def call(self, inputs):
        rank = inputs.shape.rank
        if rank is None or rank == 2:
            outputs = TABLE["MatMul"](inputs, self.kernel)
        else:
            outputs = tensordot(inputs, self.kernel, [[rank - 1], [0]])
            outputs.set_shape([*inputs.shape.as_list()[:-1], self.units])
        if self.bias is not None:
            outputs = nn.bias_add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape):
        known: Any = TensorShape(input_shape)[:-1]
        return known.concatenate(self.units)


class Dropout(Layer):
    """`tf.nn.dropout` while training, the inputs as they are otherwise."""

    def __init__(self, rate=0.5, noise_shape=None, seed=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed

    def call(self, inputs, training=False):
        return chosen(
            training,
            lambda: nn.dropout(inputs, self.rate, self.noise_shape, self.seed),
            lambda: identity(inputs),
        )

    def compute_output_shape(self, input_shape):
        return TensorShape(input_shape)


class Flatten(Layer):
    """[batch, ...] -> [batch, the product of the rest]."""

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = data_format or "channels_last"

    def call(self, inputs):
        rank = inputs.shape.rank
        if self.data_format == "channels_first" and rank is not None and rank > 2:
            inputs = array.transpose(inputs, [0, *range(2, rank), 1])
        sizes: Any = inputs.shape.as_list() if rank is not None else [None, None]
        if rank == 1:
            return array.expand_dims(inputs, 1)
        if all(n is not None for n in sizes[1:]):
            total = int(np.prod(sizes[1:], dtype=np.int64))
            wanted = tensor(np.array([sizes[0] or -1, total], np.int32))
            return array.reshape(inputs, wanted)
        return array.reshape(inputs, [array.shape(inputs)[0], -1])

    def compute_output_shape(self, input_shape):
        sizes = TensorShape(input_shape).as_list()
        rest = sizes[1:]
        total = None if None in rest else int(np.prod(rest))  # type: ignore[arg-type]
        return TensorShape([sizes[0], total])


def chosen(training, then, otherwise) -> Any:
    """`then()` or `otherwise()` by `training`: a bool, 0 or 1, or a bool tensor."""
    if not isinstance(training, Tensor) and not hasattr(training, "_dense_tensor"):
        return then() if training else otherwise()
    known = constant_value(training) if isinstance(training, Tensor) else None
    if known is not None:
        return then() if bool(known) else otherwise()
    return cond(training, then, otherwise)


def known_size(input_shape, axis: int, who: str) -> int:
    """The size along `axis`. Raises ValueError where it is not known."""
    shape = TensorShape(input_shape)
    size = None if shape.rank is None else shape.as_list()[axis]
    if size is None:
        raise ValueError(
            f"The size of axis {axis} of the inputs to {who} must be known, found "
            f"{shape}. Set it with tf.reshape or set_shape."
        )
    return int(size)


def bias(given):
    """The initialiser of a bias: zeros unless given."""
    return zeros_initializer() if given is None else initializer(given)


_activation = activation


def dense(
    inputs, units, activation=None, use_bias=True, kernel_initializer=None,
    bias_initializer=None, kernel_regularizer=None, bias_regularizer=None,
    activity_regularizer=None, kernel_constraint=None, bias_constraint=None,
    trainable=True, name=None, reuse=None,
):  # fmt: skip
    """As `Dense(...)(inputs)`; `name` and `reuse` share variables between calls."""
    layer = Dense(
        units, activation, use_bias, kernel_initializer, bias_initializer,
        kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
        bias_constraint, trainable, name, _scope=name, _reuse=reuse,
    )  # fmt: skip
    return layer(inputs)


def dropout(inputs, rate=0.5, noise_shape=None, seed=None, training=False, name=None):
    """Zero a share `rate` of `inputs` while `training` (bool or bool tensor)."""
    return Dropout(rate, noise_shape, seed, name)(inputs, training=training)


def flatten(inputs, name=None, data_format="channels_last"):
    """[batch, ...] -> [batch, the product of the rest]."""
    return Flatten(name=name, data_format=data_format)(inputs)
