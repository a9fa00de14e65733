"""Dense, Activation, Embedding and the other plain layers."""

from __future__ import annotations

from typing import Any

from penstock.api import math, nn
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE
from penstock.keras import activations, constraints, initializers, regularizers
from penstock.keras.input_spec import InputSpec
from penstock.keras.layer import Layer
from penstock.keras.layers.options import given, take
from penstock.ops.math_matmul import matmul


class Dense(Layer):
    """activation(inputs · kernel + bias).

    Input [batch, ..., in], output [batch, ..., units]. Raises ValueError where the last
    size is unknown.
    """

    supports_masking = True

    def __init__(
        self, units, activation=None, use_bias=True,
        kernel_initializer="glorot_uniform", bias_initializer="zeros",
        kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, bias_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = int(units) if not isinstance(units, int) else units
        if self.units < 0:
            raise ValueError(
                "Received an invalid value for `units`, expected a positive integer. "
                f"Received: units={units}"
            )
        self.use_bias = use_bias
        take(
            self, activation=activation, kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer, kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )  # fmt: skip
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape):
        last = input_shape[-1]
        if last is None:
            raise ValueError(
                "The last dimension of the inputs to a Dense layer should be defined. "
                f"Found None. Full input shape received: {tuple(input_shape)}"
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: last})
        self.kernel = self.add_weight(
            "kernel", (last, self.units), initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", (self.units,), initializer=self.bias_initializer,
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self.built = True

    def call(self, inputs):
        if not inputs.dtype.base_dtype.is_floating:
            inputs = math.cast(inputs, self.compute_dtype)
        kernel = self.kernel
        if inputs.dims is None or len(inputs.dims) == 2:
            out = matmul(inputs, kernel)
        else:
            out = math.tensordot(inputs, kernel, [[len(inputs.dims) - 1], [0]])
        if self.bias is not None:
            out = nn.bias_add(out, self.bias)
        return self.activation(out)

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "units", "activation", "use_bias", "kernel_initializer",
                    "bias_initializer", "kernel_regularizer", "bias_regularizer",
                    "activity_regularizer", "kernel_constraint", "bias_constraint"),
        }  # fmt: skip


class Activation(Layer):
    """`activation`, by name or as a function, applied to the inputs."""

    supports_masking = True

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation: Any = activations.get(activation)

    def call(self, inputs):
        return self.activation(inputs)

    def get_config(self):
        return {**super().get_config(), **given(self, "activation")}


class Masking(Layer):
    """Masks the steps [batch, step, ...] whose features all equal `mask_value`."""

    supports_masking = True

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def compute_mask(self, inputs, mask=None):
        return math.reduce_any(math.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs):
        other = math.not_equal(inputs, self.mask_value)
        kept = math.reduce_any(other, axis=-1, keepdims=True)
        return math.multiply(inputs, math.cast(kept, inputs.dtype))

    def get_config(self):
        return {**super().get_config(), "mask_value": self.mask_value}


class Embedding(Layer):
    """Rows of a table: integers [batch, ...] to [batch, ..., output_dim].

    With `mask_zero`, index 0 is padding and masked.
    """

    _input_dtype = "int32"

    def __init__(
        self, input_dim, output_dim, embeddings_initializer="uniform",
        embeddings_regularizer=None, activity_regularizer=None,
        embeddings_constraint=None, mask_zero=False, input_length=None, sparse=False,
        weights=None, **kwargs,
    ):  # fmt: skip
        if "input_shape" not in kwargs:
            if input_length is not None:
                first = (input_length,) if isinstance(input_length, int) else tuple(
                    input_length
                )  # fmt: skip
            else:
                first = (None,)
            kwargs.setdefault("batch_input_shape", (kwargs.pop("batch_size", None),
                                                    *first))  # fmt: skip
        if input_dim <= 0 or output_dim <= 0:
            raise ValueError(
                "Both `input_dim` and `output_dim` should be positive, Received "
                f"input_dim = {input_dim} and output_dim = {output_dim}"
            )
        kwargs["autocast"] = False
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._initial_weights = weights
        self.input_dim, self.output_dim = int(input_dim), int(output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.input_length = input_length
        self.sparse = sparse

    def build(self, input_shape=None):
        self.embeddings = self.add_weight(
            "embeddings", (self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )  # fmt: skip
        self.built = True

    def compute_mask(self, inputs, mask=None):
        return math.not_equal(inputs, 0) if self.mask_zero else None

    def call(self, inputs):
        if inputs.dtype.base_dtype.name not in ("int32", "int64"):
            inputs = math.cast(inputs, "int32")
        out = nn.embedding_lookup(self.embeddings, inputs)
        if self.compute_dtype and self.compute_dtype != out.dtype.base_dtype.name:
            out = math.cast(out, self.compute_dtype)
        return out

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "input_dim", "output_dim", "embeddings_initializer",
                    "embeddings_regularizer", "activity_regularizer",
                    "embeddings_constraint", "mask_zero", "input_length"),
        }  # fmt: skip


class ActivityRegularization(Layer):
    """Adds l1·Σ|x| + l2·Σx² of its inputs to the loss."""

    supports_masking = True

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1, self.l2 = l1, l2

    def call(self, inputs):
        return TABLE["Identity"](inputs)

    def get_config(self):
        return {**super().get_config(), "l1": self.l1, "l2": self.l2}


class Identity(Layer):
    """Its inputs, unchanged."""

    supports_masking = True

    def call(self, inputs):
        return inputs


def floating(dtype) -> bool:
    """Whether `dtype` is one that layers compute in."""
    return as_dtype(dtype).is_floating
