"""`tf.layers.BatchNormalization`: statistics of the batch, and moving ones."""

from __future__ import annotations

from typing import Any

from penstock.api import nn
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import float32
from penstock.core.errors import UnsupportedError
from penstock.core.shapes import TensorShape
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.v1.initializers import ones_initializer, zeros_initializer
from penstock.v1.layers.base import InputSpec, Layer, initializer
from penstock.v1.layers.core import chosen, known_size


class BatchNormalization(Layer):
    """gamma · (x - mean) / √(variance + epsilon) + beta; Ioffe and Szegedy (2015).

    While training, mean and variance are the batch's, and the updates that move
    `moving_mean` and `moving_variance` towards them join UPDATE_OPS: run them with
    the training step. Otherwise the moving ones serve. Raises UnsupportedError for
    `renorm`, `virtual_batch_size` and `adjustment`.
    """

    moving_mean: Any
    moving_variance: Any

    def __init__(
        self, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True,
        beta_initializer=None, gamma_initializer=None, moving_mean_initializer=None,
        moving_variance_initializer=None, beta_regularizer=None,
        gamma_regularizer=None, beta_constraint=None, gamma_constraint=None,
        renorm=False, renorm_clipping=None, renorm_momentum=0.99, fused=None,
        trainable=True, virtual_batch_size=None, adjustment=None, name=None, **kwargs,
    ):  # fmt: skip
        del renorm_clipping, renorm_momentum
        for what, value in (
            ("renorm", renorm),
            ("virtual_batch_size", virtual_batch_size),
            ("adjustment", adjustment),
        ):
            if value:
                raise UnsupportedError(
                    f"batch_normalization's `{what}` is not in Penstock. Leave it out."
                )
        super().__init__(trainable, name, **kwargs)
        self.axis = list(axis) if isinstance(axis, list | tuple) else [axis]
        self.momentum, self.epsilon = momentum, epsilon
        self.center, self.scale, self.fused = center, scale, fused
        self.renorm = False
        self._first = {
            "gamma": initializer(gamma_initializer) or ones_initializer(),
            "beta": initializer(beta_initializer) or zeros_initializer(),
            "moving_mean": initializer(moving_mean_initializer) or zeros_initializer(),
            "moving_variance": initializer(moving_variance_initializer)
            or ones_initializer(),
        }
        self._given = {
            "gamma": (gamma_regularizer, gamma_constraint),
            "beta": (beta_regularizer, beta_constraint),
        }
        self.gamma: object = None
        self.beta: object = None

    def build(self, input_shape):
        shape = TensorShape(input_shape)
        rank = shape.rank
        if rank is None:
            raise ValueError(f"Input has undefined rank: {shape}.")
        self.axis = [a % rank for a in self.axis]
        channels = [known_size(shape, a, type(self).__name__) for a in self.axis]
        if len(self.axis) > 1:
            raise UnsupportedError(
                "batch_normalization over several axes is not in Penstock. Merge them "
                "with tf.reshape."
            )
        if self.fused is None:
            self.fused = rank == 4 and self.axis[0] in (1, 3)
        self._layout = "NCHW" if self.axis == [1] and rank > 2 else "NHWC"
        self.input_spec = InputSpec(ndim=rank, axes={self.axis[0]: channels[0]})
        kind = float32 if self._dtype.size < 4 else self._dtype
        for name, wanted in (("gamma", self.scale), ("beta", self.center)):
            regularizer, constraint = self._given[name]
            made = self.add_weight(
                name, channels, kind, self._first[name], regularizer,
                constraint=constraint,
            ) if wanted else None  # fmt: skip
            setattr(self, name, made)
        for name in ("moving_mean", "moving_variance"):
            made = self.add_weight(
                name, channels, kind, self._first[name], trainable=False
            )
            setattr(self, name, made)

    def call(self, inputs, training=False):
        run = self._fused if self.fused else self._plain
        return run(inputs, training)

    def _fused(self, inputs, training):
        gamma = self.gamma if self.gamma is not None else _filled(1.0, self)
        beta = self.beta if self.beta is not None else _filled(0.0, self)

        def normalized(is_training: bool):
            return TABLE["FusedBatchNormV3"](
                inputs, gamma, beta, self.moving_mean, self.moving_variance,
                epsilon=max(self.epsilon, 1.001e-5), is_training=is_training,
                data_format=self._layout,
            )[:3]  # fmt: skip

        outputs, mean, variance = chosen(
            training, lambda: normalized(True), lambda: normalized(False)
        )
        fixed = not isinstance(training, Tensor) and not training
        if fixed:
            return outputs
        momentum = chosen(
            training, lambda: tensor(float(self.momentum)), lambda: tensor(1.0)
        )
        for moving, value in (
            (self.moving_mean, mean),
            (self.moving_variance, variance),
        ):
            with scope(None, "AssignMovingAvg") as full:
                rest = TABLE["Sub"](1.0, momentum, name="sub")
                self.add_update(_moved(moving, value, rest, full))
        return outputs

    def _plain(self, inputs, training):
        axis = self.axis[0]
        others = [a for a in range(inputs.shape.rank) if a != axis]
        fixed = not isinstance(training, Tensor) and not training
        last = axis == inputs.shape.rank - 1
        if fixed:
            mean, variance = self.moving_mean, self.moving_variance
        else:
            batch_mean, batch_variance = nn.moments(inputs, others)
            mean = chosen(
                training, lambda: batch_mean, lambda: tensor(self.moving_mean)
            )
            variance = chosen(
                training, lambda: batch_variance, lambda: tensor(self.moving_variance)
            )
            for moving, value in (
                (self.moving_mean, mean),
                (self.moving_variance, variance),
            ):
                self.add_update(self._follow(moving, value, training))
        wide = [1] * inputs.shape.rank
        wide[axis] = -1
        mean, variance, beta, gamma = (
            p if p is None or last else TABLE["Reshape"](p, wide)
            for p in (mean, variance, self.beta, self.gamma)
        )
        outputs = nn.batch_normalization(
            inputs, mean, variance, beta, gamma, self.epsilon
        )
        outputs.set_shape(inputs.shape)
        return outputs

    def _follow(self, moving, value, training):
        def move():
            with scope(None, "AssignMovingAvg") as full:
                rest = tensor(1.0 - self.momentum, moving.dtype.base_dtype, "decay")
                return _moved(moving, value, rest, full)

        if not isinstance(training, Tensor):
            return move()
        return chosen(training, move, lambda: tensor(moving))

    def compute_output_shape(self, input_shape):
        return TensorShape(input_shape)


def _filled(value: float, layer: BatchNormalization):
    import numpy as np

    return np.full(layer.moving_mean.shape.as_list(), value, np.float32)


def _moved(moving, value, rest, name: str):
    """moving -= (moving - value)·rest."""
    off = TABLE["Sub"](moving, value, name="sub")
    return moving.assign_sub(TABLE["Mul"](off, rest, name="mul"), name=name)


BatchNorm = BatchNormalization


def batch_normalization(
    inputs, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True,
    beta_initializer=None, gamma_initializer=None, moving_mean_initializer=None,
    moving_variance_initializer=None, beta_regularizer=None, gamma_regularizer=None,
    beta_constraint=None, gamma_constraint=None, training=False, trainable=True,
    name=None, reuse=None, renorm=False, renorm_clipping=None, renorm_momentum=0.99,
    fused=None, virtual_batch_size=None, adjustment=None,
):  # fmt: skip
    """As `BatchNormalization(...)(inputs, training=training)`."""
    layer = BatchNormalization(
        axis, momentum, epsilon, center, scale, beta_initializer, gamma_initializer,
        moving_mean_initializer, moving_variance_initializer, beta_regularizer,
        gamma_regularizer, beta_constraint, gamma_constraint, renorm, renorm_clipping,
        renorm_momentum, fused, trainable, virtual_batch_size, adjustment, name,
        _scope=name, _reuse=reuse,
    )  # fmt: skip
    return layer(inputs, training=training)
