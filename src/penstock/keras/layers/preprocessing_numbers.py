"""Layers that prepare numbers: Normalization, Discretization, CategoryEncoding."""

from __future__ import annotations

import numpy as np

from penstock.api import array, math
from penstock.keras.layer import Layer
from penstock.keras.layers.options import given


def batches_of(data, steps=None):
    """The arrays of a data set, a generator's batches, or one array."""
    if isinstance(data, np.ndarray | list | tuple) or hasattr(data, "numpy"):
        yield np.asarray(data.numpy() if hasattr(data, "numpy") else data)
        return
    for n, batch in enumerate(data):
        if steps is not None and n >= steps:
            return
        batch = batch[0] if isinstance(batch, tuple) else batch
        yield np.asarray(batch.numpy() if hasattr(batch, "numpy") else batch)


class Normalization(Layer):
    """(x - mean) / √variance, of given statistics or those that `adapt` finds.

    `axis` are the dimensions with statistics of their own.
    """

    supports_masking = True

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        if (mean is None) != (variance is None):
            raise ValueError(
                "When setting values directly, both `mean` and `variance` must be set. "
                f"Got mean: {mean} and variance: {variance}"
            )
        self.axis = () if axis is None else (
            (axis,) if isinstance(axis, int) else tuple(axis)
        )  # fmt: skip
        self.input_mean, self.input_variance, self.invert = mean, variance, invert
        self._given_axis = axis

    def build(self, input_shape):
        rank = len(input_shape)
        keep = sorted(a % rank for a in self.axis)
        shape = [input_shape[a] for a in keep]
        if None in shape:
            raise ValueError(
                "All `axis` values to be kept must have known shape. Got axis: "
                f"{self.axis}, input shape: {tuple(input_shape)}"
            )
        object.__setattr__(
            self, "_spread", [d if i in keep else 1 for i, d in enumerate(input_shape)]
        )
        object.__setattr__(self, "_over", [i for i in range(rank) if i not in keep])
        if self.input_mean is None:
            self.adapt_mean = self.add_weight(
                "mean", shape, initializer="zeros", trainable=False
            )
            self.adapt_variance = self.add_weight(
                "variance", shape, initializer="ones", trainable=False
            )
            self.count = self.add_weight(
                "count", (), "int64", initializer="zeros", trainable=False
            )
        self.built = True

    def adapt(self, data, batch_size=None, steps=None) -> None:
        """Find mean and variance of `data` (array or data set of batches)."""
        count, mean, second = 0, 0.0, 0.0
        for batch in batches_of(data, steps):
            x = batch.astype(np.float64)
            if x.ndim == 1:
                x = x[:, None]
            if not self.built:
                self._build_at((None, *x.shape[1:]))
            over = tuple(self._over)
            n = int(np.prod([x.shape[i] for i in over]))
            new_mean, new_var = x.mean(axis=over), x.var(axis=over)
            total = count + n
            delta = new_mean - mean
            mean = mean + delta * n / total
            second = second + new_var * n + delta**2 * count * n / total
            count = total
        if not count:
            raise ValueError("Normalization.adapt received no data.")
        self.adapt_mean.assign(np.asarray(mean, np.float32))
        self.adapt_variance.assign(np.asarray(second / count, np.float32))
        self.count.assign(np.int64(count))

    def _statistics(self, kind):
        if self.input_mean is not None:
            pair = self.input_mean, self.input_variance
        else:
            pair = self.adapt_mean, self.adapt_variance
        spread = self._spread
        out = []
        for value in pair:
            value = math.cast(value, kind)
            if len(value.dims) and int(np.prod(value.dims)) == int(np.prod(spread)):
                value = array.reshape(value, spread)
            out.append(value)
        return out

    def call(self, inputs):
        x = math.cast(inputs, self.compute_dtype)
        if len(x.dims) == 1:
            x = array.expand_dims(x, -1)
        mean, variance = self._statistics(x.dtype)
        deviation = math.maximum(math.sqrt(variance), math.cast(1e-7, x.dtype))
        if self.invert:
            return mean + x * deviation
        return (x - mean) / deviation

    def get_config(self):
        def plain(value):
            return None if value is None else np.asarray(value).tolist()

        return {
            **super().get_config(), "axis": self._given_axis, "invert": self.invert,
            "mean": plain(self.input_mean), "variance": plain(self.input_variance),
        }  # fmt: skip


class Discretization(Layer):
    """The number of the bin that each value falls in; bin 0 lies below the first bound.

    Bounds are given, or found by `adapt` as quantiles for `num_bins` bins.
    """

    def __init__(self, bin_boundaries=None, num_bins=None, epsilon=0.01,
                 output_mode="int", sparse=False, **kwargs):  # fmt: skip
        kwargs.setdefault("dtype", "int64" if output_mode == "int" else None)
        super().__init__(autocast=False, **kwargs)
        if bin_boundaries is not None and num_bins is not None:
            raise ValueError(
                "Both `num_bins` and `bin_boundaries` should not be set. Received: "
                f"`num_bins={num_bins}` and `bin_boundaries={bin_boundaries}`"
            )
        self.bin_boundaries = None if bin_boundaries is None else [
            float(b) for b in bin_boundaries
        ]  # fmt: skip
        self.num_bins, self.epsilon = num_bins, epsilon
        self.output_mode, self.sparse = output_mode, sparse
        self._given = bin_boundaries

    def adapt(self, data, batch_size=None, steps=None) -> None:
        """Find bounds that put about as many values of `data` into each bin."""
        values = np.concatenate([b.reshape(-1) for b in batches_of(data, steps)])
        where = np.linspace(0, 1, self.num_bins + 1)[1:-1]
        self.bin_boundaries = [float(v) for v in np.quantile(values, where)]

    def call(self, inputs):
        if self.bin_boundaries is None:
            raise ValueError(
                f"Discretization layer {self.name} has no bounds: call `adapt` first."
            )
        x = array.expand_dims(math.cast(inputs, "float32"), -1)
        above = math.greater_equal(x, np.array(self.bin_boundaries, np.float32))
        bins = math.reduce_sum(math.cast(above, "int64"), axis=-1)
        return encoded(bins, len(self.bin_boundaries) + 1, self.output_mode)

    def get_config(self):
        return {
            **super().get_config(), "bin_boundaries": self._given,
            **given(self, "num_bins", "epsilon", "output_mode", "sparse"),
        }  # fmt: skip


def encoded(numbers, count: int, mode: str, weights=None, kind="float32"):
    """Integers in the form `mode` says: int, one_hot, multi_hot, count.

    The last axis of `numbers` is what multi_hot and count take together.
    """
    if mode == "int":
        return numbers
    numbers = math.cast(numbers, "int64")
    if mode == "one_hot":
        if numbers.dims and numbers.dims[-1] == 1:
            numbers = array.squeeze(numbers, [-1])
        return array.one_hot(numbers, count, dtype=kind)
    if len(numbers.dims) == 0:
        numbers = array.expand_dims(numbers, 0)
    hot = array.one_hot(numbers, count, dtype=kind)
    if mode == "multi_hot":
        return math.reduce_max(hot, axis=-2)
    if weights is not None:
        hot = hot * array.expand_dims(math.cast(weights, kind), -1)
    return math.reduce_sum(hot, axis=-2)


class CategoryEncoding(Layer):
    """Integers below `num_tokens` as one-hot, multi-hot or counted vectors."""

    def __init__(
        self, num_tokens=None, output_mode="multi_hot", sparse=False, **kwargs
    ):
        super().__init__(autocast=False, **kwargs)
        if output_mode not in ("one_hot", "multi_hot", "count"):
            raise ValueError(
                f"Unknown argument for output_mode: {output_mode}. Use one_hot, "
                "multi_hot or count."
            )
        if num_tokens is None or num_tokens < 1:
            raise ValueError(
                "num_tokens must be set to use this layer and at least 1. Received: "
                f"{num_tokens}"
            )
        self.num_tokens, self.output_mode, self.sparse = num_tokens, output_mode, sparse

    def call(self, inputs, count_weights=None):
        return encoded(
            inputs, self.num_tokens, self.output_mode, count_weights, self.compute_dtype
        )

    def get_config(self):
        return {
            **super().get_config(), **given(self, "num_tokens", "output_mode", "sparse")
        }  # fmt: skip
