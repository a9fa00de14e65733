"""EinsumDense: a Dense layer whose product is an Einstein sum."""

from __future__ import annotations

from penstock.api import math
from penstock.keras.layer import Layer
from penstock.keras.layers.options import given, take


class EinsumDense(Layer):
    """activation(einsum(equation, inputs, kernel) + bias).

    `output_shape` is the output's without the batch; None where it is the input's.
    """

    def __init__(
        self, equation, output_shape, activation=None, bias_axes=None,
        kernel_initializer="glorot_uniform", bias_initializer="zeros",
        kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, bias_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.equation, self.bias_axes = equation, bias_axes
        shape = [output_shape] if isinstance(output_shape, int) else list(output_shape)
        self.partial_output_shape = shape
        take(
            self, activation=activation, kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer, kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )  # fmt: skip

    def build(self, input_shape):
        left, right = self.equation.replace(" ", "").split("->")
        data, weight = left.split(",")
        if "..." in data:
            known_in = dict(
                zip(
                    reversed(data.replace("...", "")),
                    reversed(tuple(input_shape)),
                    strict=False,
                )
            )
            known_out = dict(
                zip(
                    reversed(right.replace("...", "")),
                    reversed(self.partial_output_shape),
                    strict=False,
                )
            )
            data, right = data.replace("...", ""), right.replace("...", "")
        else:
            known_in = dict(zip(data, input_shape, strict=True))
            known_out = dict(zip(right, [input_shape[0], *self.partial_output_shape],
                                 strict=True))  # fmt: skip
        sizes = {**known_out, **{k: v for k, v in known_in.items() if v is not None}}
        if any(sizes.get(c) is None for c in weight):
            raise ValueError(
                f"Weight dimensions of '{self.equation}' are not all known from the "
                f"input shape {tuple(input_shape)} and output_shape "
                f"{self.partial_output_shape}."
            )
        self.kernel = self.add_weight(
            "kernel", [sizes[c] for c in weight], initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        self.bias = None
        if self.bias_axes:
            first = min(right.index(c) for c in self.bias_axes)
            shape = [sizes[c] if c in self.bias_axes else 1 for c in right[first:]]
            self.bias = self.add_weight(
                "bias", shape, initializer=self.bias_initializer,
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self.built = True

    def call(self, inputs):
        out = math.einsum(self.equation, inputs, self.kernel)
        if self.bias is not None:
            out = out + self.bias
        return self.activation(out)

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "equation", "activation", "bias_axes", "kernel_initializer",
                    "bias_initializer", "kernel_regularizer", "bias_regularizer",
                    "activity_regularizer", "kernel_constraint", "bias_constraint"),
            "output_shape": self.partial_output_shape,
        }  # fmt: skip
