"""Activations that are layers, some with weights of their own."""

from __future__ import annotations

import numpy as np

from penstock.api import array, math, nn, random
from penstock.keras import activations
from penstock.keras.input_spec import InputSpec
from penstock.keras.layer import Layer
from penstock.keras.layers.options import given, take, when_training


class ReLU(Layer):
    """max(x, 0) with a slope below `threshold` and a largest value."""

    supports_masking = True

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        for name, value in (("max_value", max_value or 0),
                            ("negative_slope", negative_slope),
                            ("threshold", threshold)):  # fmt: skip
            if value is None or value < 0:
                raise ValueError(
                    f"{name} of a ReLU layer cannot be a negative value. "
                    f"Received: {value}"
                )
        self.max_value = (
            max_value if max_value is None else float(np.float32(max_value))
        )
        self.negative_slope = float(np.float32(negative_slope))
        self.threshold = float(np.float32(threshold))

    def call(self, inputs):
        return activations.relu(
            inputs, alpha=self.negative_slope, max_value=self.max_value,
            threshold=self.threshold,
        )  # fmt: skip

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "max_value", "negative_slope", "threshold"),
        }


class LeakyReLU(Layer):
    """x where positive, else alpha·x. Maas et al. (2013)."""

    supports_masking = True

    def __init__(self, alpha=0.3, negative_slope=None, **kwargs):
        super().__init__(**kwargs)
        alpha = alpha if negative_slope is None else negative_slope
        if alpha is None:
            raise ValueError(
                "The alpha value of a Leaky ReLU layer cannot be None. "
                "Expecting a float."
            )
        self.alpha = float(np.float32(alpha))

    def call(self, inputs):
        return nn.leaky_relu(inputs, self.alpha)

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha}


class ELU(Layer):
    """x where positive, else alpha·(e^x - 1). Clevert et al. (2016)."""

    supports_masking = True

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        if alpha is None:
            raise ValueError("Alpha of an ELU layer cannot be None, expecting a float.")
        self.alpha = float(np.float32(alpha))

    def call(self, inputs):
        return activations.elu(inputs, self.alpha)

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha}


class ThresholdedReLU(Layer):
    """x where it is larger than `theta`, else 0."""

    supports_masking = True

    def __init__(self, theta=1.0, **kwargs):
        super().__init__(**kwargs)
        if theta is None or theta < 0:
            raise ValueError(
                "Theta of a Thresholded ReLU layer cannot be negative. "
                f"Received: {theta}"
            )
        self.theta = float(np.float32(theta))

    def call(self, inputs):
        return inputs * math.cast(math.greater(inputs, self.theta), inputs.dtype)

    def get_config(self):
        return {**super().get_config(), "theta": self.theta}


class Softmax(Layer):
    """Probabilities along `axis`; positions where `mask` is False get none."""

    supports_masking = True

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs, mask=None):
        if mask is not None:
            least = -1e9 if inputs.dtype.name != "float16" else -65504.0
            inputs = inputs + (1.0 - math.cast(mask, inputs.dtype)) * least
        if isinstance(self.axis, list | tuple):
            if len(self.axis) > 1:
                total = math.reduce_logsumexp(inputs, axis=self.axis, keepdims=True)
                return math.exp(inputs - total)
            return nn.softmax(inputs, axis=self.axis[0])
        return activations.softmax(inputs, axis=self.axis)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}


class PReLU(Layer):
    """x where positive, else alpha·x with a learnt alpha per unit. He et al. (2015).

    `shared_axes` lists dimensions (batch is 0) that share one alpha.
    """

    supports_masking = True

    def __init__(
        self, alpha_initializer="zeros", alpha_regularizer=None, alpha_constraint=None,
        shared_axes=None, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        take(
            self, alpha_initializer=alpha_initializer,
            alpha_regularizer=alpha_regularizer, alpha_constraint=alpha_constraint,
        )  # fmt: skip
        shared = [shared_axes] if isinstance(shared_axes, int) else shared_axes
        self.shared_axes = None if shared is None else list(shared)

    def build(self, input_shape):
        shape = list(input_shape[1:])
        for axis in self.shared_axes or ():
            shape[axis - 1] = 1
        self.alpha = self.add_weight(
            "alpha", shape, initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer, constraint=self.alpha_constraint,
        )  # fmt: skip
        axes = {i: d for i, d in enumerate(input_shape)
                if i and i not in (self.shared_axes or ())}  # fmt: skip
        self.input_spec = InputSpec(ndim=len(input_shape), axes=axes)
        self.built = True

    def call(self, inputs):
        return nn.relu(inputs) - self.alpha * nn.relu(-inputs)

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "alpha_initializer", "alpha_regularizer", "alpha_constraint",
                    "shared_axes"),
        }  # fmt: skip


class RReLU(Layer):
    """x where positive, else a·x: a is drawn in training, its mean otherwise.

    a comes from [lower, upper). Xu et al. (2015); not in Keras.
    """

    supports_masking = True

    def __init__(self, lower=1 / 8, upper=1 / 3, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= lower <= upper:
            raise ValueError(
                f"RReLU needs 0 <= lower <= upper. Received: lower={lower}, "
                f"upper={upper}"
            )
        self.lower, self.upper, self.seed = float(lower), float(upper), seed

    def call(self, inputs, training=None):
        def drawn():
            slope = random.random_uniform(
                array.shape(inputs), self.lower, self.upper, dtype=inputs.dtype,
                seed=self.seed,
            )  # fmt: skip
            return nn.relu(inputs) - slope * nn.relu(-inputs)

        def mean():
            return nn.leaky_relu(inputs, (self.lower + self.upper) / 2)

        return when_training(training, drawn, mean)

    def get_config(self):
        return {**super().get_config(), **given(self, "lower", "upper", "seed")}


class Maxout(Layer):
    """The largest of `pieces` linear functions: [batch, ..., in] -> [..., units].

    Goodfellow et al. (2013); not in Keras.
    """

    def __init__(
        self, units, pieces=2, use_bias=True, kernel_initializer="glorot_uniform",
        bias_initializer="zeros", kernel_regularizer=None, kernel_constraint=None,
        **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.units, self.pieces, self.use_bias = units, pieces, use_bias
        take(
            self, kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer,
            kernel_constraint=kernel_constraint,
        )  # fmt: skip

    def build(self, input_shape):
        width = self.units * self.pieces
        self.kernel = self.add_weight(
            "kernel", (input_shape[-1], width), initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", (width,), initializer=self.bias_initializer
            )
        self.built = True

    def call(self, inputs):
        out = math.tensordot(inputs, self.kernel, [[len(inputs.dims) - 1], [0]])
        if self.bias is not None:
            out = out + self.bias
        sizes = [array.shape(inputs)[0], *out.dims[1:-1], self.units, self.pieces]
        return math.reduce_max(array.reshape(out, sizes), axis=-1)

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "units", "pieces", "use_bias", "kernel_initializer",
                    "bias_initializer", "kernel_regularizer", "kernel_constraint"),
        }  # fmt: skip
