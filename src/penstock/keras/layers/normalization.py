"""Normalisation over the batch, the features, groups of channels."""

from __future__ import annotations

from typing import Any

from penstock.api import array, math, nn
from penstock.core.errors import UnsupportedError
from penstock.ir.op import TABLE
from penstock.keras.graph_weights import after
from penstock.keras.input_spec import InputSpec
from penstock.keras.layer import Layer
from penstock.keras.layers.options import given, take, when_training


def axes_within(axes, rank: int) -> list[int]:
    """`axes` counted from the front. Raises ValueError for one outside, or twice."""
    found = [a + rank if a < 0 else a for a in axes]
    if any(not 0 <= a < rank for a in found):
        raise ValueError(
            "Invalid value for `axis` argument. Expected 0 <= axis < inputs.rank (with "
            f"inputs.rank={rank}). Received: axis={tuple(found)}"
        )
    if len(set(found)) != len(found):
        raise ValueError(f"Duplicate axis: {tuple(found)}")
    return found


class BatchNormalization(Layer):
    """Normalises over the batch, keeping moving statistics for inference.

    Output like the input. The moving variance of images follows the unbiased batch
    variance, of anything else the biased one, as in Keras 2. Raises UnsupportedError
    for `renorm`. Ioffe and Szegedy (2015).
    """

    supports_masking = True

    def __init__(
        self, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True,
        beta_initializer="zeros", gamma_initializer="ones",
        moving_mean_initializer="zeros", moving_variance_initializer="ones",
        beta_regularizer=None, gamma_regularizer=None, beta_constraint=None,
        gamma_constraint=None, synchronized=False, renorm=False, fused=None,
        virtual_batch_size=None, adjustment=None, renorm_clipping=None,
        renorm_momentum=0.99, **kwargs,
    ):  # fmt: skip
        if renorm or virtual_batch_size or adjustment:
            raise UnsupportedError(
                "BatchNormalization: renorm, virtual_batch_size and adjustment are not "
                "in Penstock. Leave them out."
            )
        super().__init__(**kwargs)
        self.axis = [axis] if isinstance(axis, int) else list(axis)
        self.momentum, self.epsilon = momentum, epsilon
        self.center, self.scale = center, scale
        self._asked_fused = fused
        take(
            self,
            beta_initializer=beta_initializer, gamma_initializer=gamma_initializer,
            moving_mean_initializer=moving_mean_initializer,
            moving_variance_initializer=moving_variance_initializer,
            beta_regularizer=beta_regularizer, gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint, gamma_constraint=gamma_constraint,
        )  # fmt: skip

    def build(self, input_shape):
        rank = len(input_shape)
        axes = axes_within(self.axis, rank)
        sizes = [input_shape[a] for a in axes]
        if None in sizes:
            raise ValueError(
                "All `axis` values to be kept must be known. Received input shape "
                f"{tuple(input_shape)} and axis={self.axis}"
            )
        self.axis = axes
        self.input_spec = InputSpec(ndim=rank, axes=dict(zip(axes, sizes, strict=True)))
        #: Keras 2 takes its fused kernel for these, with the unbiased variance.
        last = axes == [rank - 1]
        self.fused = self._asked_fused is not False and (
            (rank == 4 and axes in ([1], [3])) or (rank == 5 and last)
        )
        if len(sizes) > 1:
            shape = [d if i in axes else 1 for i, d in enumerate(input_shape)]
        else:
            shape = sizes

        def weight(name, initializer, **more):
            return self.add_weight(
                name, shape, "float32", initializer=initializer,
                experimental_autocast=False, **more,
            )  # fmt: skip

        self.gamma = self.beta = None
        if self.scale:
            self.gamma = weight(
                "gamma", self.gamma_initializer, regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
            )  # fmt: skip
        if self.center:
            self.beta = weight(
                "beta", self.beta_initializer, regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
            )  # fmt: skip
        self.moving_mean = weight(
            "moving_mean", self.moving_mean_initializer, trainable=False
        )
        self.moving_variance = weight(
            "moving_variance", self.moving_variance_initializer, trainable=False
        )
        self.built = True

    def call(self, inputs, training=None):
        if not self.trainable:
            training = False
        if self._one_kernel(len(inputs.dims)):
            return when_training(
                training, lambda: self._fused(inputs, True),
                lambda: self._fused(inputs, False),
            )  # fmt: skip
        return when_training(
            training, lambda: self._plain(inputs, True),
            lambda: self._plain(inputs, False),
        )  # fmt: skip

    def _one_kernel(self, rank: int) -> bool:
        return self.axis == [rank - 1] or (rank == 4 and self.axis == [1])

    def _fused(self, inputs, training: bool):
        """By one op in images' layout, whatever the rank."""
        first = len(inputs.dims) == 4 and self.axis == [1]
        x = inputs
        if len(inputs.dims) != 4:
            x = array.reshape(inputs, [-1, 1, 1, inputs.dims[-1]])
        size = self.moving_mean.shape
        scale = array.ones(size) if self.gamma is None else self.gamma
        offset = array.zeros(size) if self.beta is None else self.beta
        empty = array.zeros([0])
        out = TABLE["FusedBatchNormV3"](
            x, scale, offset, empty if training else self.moving_mean,
            empty if training else self.moving_variance, epsilon=float(self.epsilon),
            data_format="NCHW" if first else "NHWC", is_training=training,
        )  # fmt: skip
        result = out[0]
        if training:
            followed = [
                self._follow(self.moving_mean, out[1]),
                self._follow(self.moving_variance, out[2] if self.fused else out[4]),
            ]
            result = after(followed, result)
        return result if x is inputs else array.reshape(result, _shape(inputs))

    def _plain(self, inputs, training: bool):
        axes = [i for i in range(len(inputs.dims)) if i not in self.axis]
        kept: Any = self.axis
        spread = [d if i in kept else 1 for i, d in enumerate(inputs.dims)]
        wide = math.cast(inputs, "float32")
        mean, variance = self.moving_mean, self.moving_variance
        followed = []
        if training:
            mean, variance = nn.moments(wide, axes, keepdims=len(self.axis) > 1)
            followed = [
                self._follow(self.moving_mean, mean),
                self._follow(self.moving_variance, variance),
            ]
        parts = (mean, variance, self.beta, self.gamma)
        parts = [None if p is None else array.reshape(p, spread) for p in parts]
        out = after(followed, nn.batch_normalization(wide, *parts, self.epsilon))
        return math.cast(out, inputs.dtype)

    def _follow(self, moving, value) -> Any:
        change = (moving - value) * (1.0 - self.momentum)
        return moving.assign_sub(change, read_value=False)

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "axis", "momentum", "epsilon", "center", "scale",
                    "beta_initializer", "gamma_initializer", "moving_mean_initializer",
                    "moving_variance_initializer", "beta_regularizer",
                    "gamma_regularizer", "beta_constraint", "gamma_constraint"),
            "axis": list(self.axis),
        }  # fmt: skip


class SyncBatchNormalization(BatchNormalization):
    """BatchNormalization; a step's batch is one batch on every device here."""


def _shape(x):
    """The shape of `x`: numbers where known, else from the tensor."""
    if None not in x.dims[1:]:
        return [-1, *x.dims[1:]]
    return array.shape(x)


class LayerNormalization(Layer):
    """Normalises each example over `axis`. Ba et al. (2016)."""

    supports_masking = True

    def __init__(
        self, axis=-1, epsilon=1e-3, center=True, scale=True, beta_initializer="zeros",
        gamma_initializer="ones", beta_regularizer=None, gamma_regularizer=None,
        beta_constraint=None, gamma_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.axis = axis if isinstance(axis, int) else list(axis)
        self.epsilon, self.center, self.scale = epsilon, center, scale
        take(
            self,
            beta_initializer=beta_initializer, gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer, gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint, gamma_constraint=gamma_constraint,
        )  # fmt: skip

    def build(self, input_shape):
        rank = len(input_shape)
        axes = [self.axis] if isinstance(self.axis, int) else self.axis
        self.axis = sorted(axes_within(axes, rank))
        shape = [input_shape[a] for a in self.axis]
        _affine(self, shape)
        self.built = True

    def call(self, inputs):
        wide = inputs
        narrow = inputs.dtype.base_dtype.name in ("float16", "bfloat16")
        if narrow:
            wide = math.cast(inputs, "float32")
        mean, variance = nn.moments(wide, self.axis, keepdims=True)
        kept: Any = self.axis
        spread = [d if i in kept else 1 for i, d in enumerate(inputs.dims)]
        scale, offset = (
            None if w is None else math.cast(array.reshape(w, spread), wide.dtype)
            for w in (self.gamma, self.beta)
        )
        out = nn.batch_normalization(wide, mean, variance, offset, scale, self.epsilon)
        return math.cast(out, inputs.dtype) if narrow else out

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "axis", "epsilon", "center", "scale", "beta_initializer",
                    "gamma_initializer", "beta_regularizer", "gamma_regularizer",
                    "beta_constraint", "gamma_constraint"),
        }  # fmt: skip


def _affine(layer, shape) -> None:
    """`gamma` and `beta` of `shape`, where the layer has them."""
    layer.gamma = layer.beta = None
    for name, wanted in (("gamma", layer.scale), ("beta", layer.center)):
        if wanted:
            made = layer.add_weight(
                name, shape, initializer=getattr(layer, f"{name}_initializer"),
                regularizer=getattr(layer, f"{name}_regularizer"),
                constraint=getattr(layer, f"{name}_constraint"),
                experimental_autocast=False,
            )  # fmt: skip
            setattr(layer, name, made)


class GroupNormalization(Layer):
    """Normalises groups of channels of each example. Wu and He (2018).

    `groups` -1 is one group per channel (instance normalisation).
    """

    supports_masking = True

    def __init__(
        self, groups=32, axis=-1, epsilon=1e-3, center=True, scale=True,
        beta_initializer="zeros", gamma_initializer="ones", beta_regularizer=None,
        gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.groups, self.axis, self.epsilon = groups, axis, epsilon
        self.center, self.scale = center, scale
        take(
            self,
            beta_initializer=beta_initializer, gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer, gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint, gamma_constraint=gamma_constraint,
        )  # fmt: skip

    def build(self, input_shape):
        channels = input_shape[self.axis % len(input_shape)]
        if channels is None:
            raise ValueError(
                f"Axis {self.axis} of input tensor should have a defined dimension but "
                f"the layer received an input with shape {tuple(input_shape)}."
            )
        if self.groups == -1:
            self.groups = channels
        if channels < self.groups or channels % self.groups:
            raise ValueError(
                f"Number of groups ({self.groups}) must divide the number of channels "
                f"({channels})."
            )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})
        _affine(self, [channels])
        self.built = True

    def call(self, inputs):
        rank = len(inputs.dims)
        axis = self.axis % rank
        now = array.shape(inputs)
        sizes = [now[i] if d is None else d for i, d in enumerate(inputs.dims)]
        channels = inputs.dims[axis]
        sizes[axis : axis + 1] = [self.groups, channels // self.groups]
        wide = array.reshape(inputs, sizes)
        over = [i for i in range(1, rank + 1) if i != axis]
        mean, variance = nn.moments(wide, over, keepdims=True)
        spread = [1] * (rank + 1)
        spread[axis : axis + 2] = sizes[axis : axis + 2]
        scale, offset = (
            None if w is None else math.cast(array.reshape(w, spread), inputs.dtype)
            for w in (self.gamma, self.beta)
        )
        out = nn.batch_normalization(wide, mean, variance, offset, scale, self.epsilon)
        out = array.reshape(out, _shape(inputs))
        return out

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "groups", "axis", "epsilon", "center", "scale",
                    "beta_initializer", "gamma_initializer", "beta_regularizer",
                    "gamma_regularizer", "beta_constraint", "gamma_constraint"),
        }  # fmt: skip


class UnitNormalization(Layer):
    """Each example scaled to L2 norm 1 over `axis`."""

    supports_masking = True

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis if isinstance(axis, int) else list(axis)

    def call(self, inputs):
        return nn.l2_normalize(inputs, axis=self.axis, epsilon=1e-12)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}


class RMSNormalization(Layer):
    """x / sqrt(mean(x²) + epsilon) · scale over `axis`. Zhang and Sennrich (2019)."""

    supports_masking = True

    def __init__(self, axis=-1, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.axis, self.epsilon = axis, epsilon

    def _axes(self, rank: int) -> list[int]:
        given_axes = [self.axis] if isinstance(self.axis, int) else self.axis
        return [a % rank for a in given_axes]

    def build(self, input_shape):
        axes = self._axes(len(input_shape))
        shape = tuple(input_shape[a] for a in axes)
        self.scale = self.add_weight("scale", shape, initializer="ones")
        self.built = True

    def call(self, inputs):
        axes = self._axes(len(inputs.dims))
        mean = math.reduce_mean(math.square(inputs), axis=axes, keepdims=True)
        shape = [n if i in axes else 1 for i, n in enumerate(inputs.dims)]
        scale = array.reshape(self.scale, shape)
        return inputs * math.rsqrt(mean + self.epsilon) * scale

    def get_config(self):
        return {**super().get_config(), **given(self, "axis", "epsilon")}
