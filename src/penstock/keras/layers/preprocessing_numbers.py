"""Layers that prepare numbers: Normalization, Discretization, CategoryEncoding."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, debugging, math
from penstock.ir import context
from penstock.keras.layer import Layer
from penstock.keras.layers.options import given


def _is_whole(data) -> bool:
    return isinstance(data, np.ndarray | list | tuple) or hasattr(data, "numpy")


def batches_of(data, steps=None):
    """The arrays of a data set, a generator's batches, or one array."""
    if _is_whole(data):
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

    @property
    def mean(self):
        """The mean that is used, spread over the axes; None before it is known."""
        return self._spread_over("mean")

    @property
    def variance(self):
        """As `mean`."""
        return self._spread_over("variance")

    def _spread_over(self, name: str):
        if not self.built:
            return None
        value = getattr(self, f"input_{name}")
        value = getattr(self, f"adapt_{name}") if value is None else value
        value = math.cast(value, self.compute_dtype)
        spread = self._spread
        if int(np.prod(value.dims)) == int(np.prod(spread)):
            return array.reshape(value, spread)
        return value

    def call(self, inputs):
        x = math.cast(inputs, self.compute_dtype)
        mean, variance = self.mean, self.variance
        deviation = math.maximum(math.sqrt(variance), math.cast(1e-7, x.dtype))
        if self.invert:
            return mean + x * deviation
        return (x - mean) / deviation

    def get_config(self):
        def plain(value):
            return None if value is None else np.asarray(value).tolist()

        return {
            **super().get_config(), "invert": self.invert,
            "axis": None if self._given_axis is None else list(self.axis),
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
        """Find bounds that put about as many values of `data` into each bin.

        The values are summarised batch by batch, to about 1 / epsilon numbers.
        """
        kept = None
        for batch in batches_of(data, steps):
            size = (batch_size or 32) if _is_whole(data) else len(batch)
            for part in (batch[i : i + size] for i in range(0, len(batch), size)):
                new = _summary(part, self.epsilon)
                kept = new if kept is None else _merged(kept, new, self.epsilon)
        if kept is None:
            raise ValueError("Discretization.adapt received no data.")
        values, weights = kept
        below = np.cumsum(weights) / weights.sum()
        most: Any = self.num_bins
        bins = min(most, len(values))
        bounds = np.interp(np.arange(1, bins) / bins, below, values)
        self.bin_boundaries = [float(v) for v in bounds]

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


def _summary(values: np.ndarray, epsilon: float):
    """(values, how many each stands for): every so many of the sorted `values`."""
    ordered = np.sort(values.reshape(-1)).astype(np.float64)
    apart = len(ordered) * epsilon
    step = max(int(apart), 1)
    chosen = ordered[int(apart) :: step]
    return chosen, np.full(len(chosen), float(step))


def _merged(one, two, epsilon: float):
    """Two summaries as one, cut to about 1 / epsilon values."""
    values, weights = (np.concatenate(pair) for pair in zip(one, two, strict=True))
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    if len(values) * epsilon < 1:
        return values, weights
    sums = np.cumsum(weights)
    parts = epsilon + np.arange(0, 1, epsilon)
    below = sums / sums[-1]
    cut = np.interp(parts, below, sums)
    return np.interp(parts, below, values), np.diff(cut, prepend=0)


def encoded(numbers, count: int, mode: str, weights=None, kind="float32"):
    """Integers in the form `mode` says: int, one_hot, multi_hot, count.

    The last axis of `numbers` is what multi_hot and count take together.
    """
    if mode == "int":
        return numbers
    numbers = math.cast(numbers, "int64")
    rank = len(numbers.dims)
    if mode == "one_hot":
        if numbers.dims and numbers.dims[-1] == 1:
            numbers, rank = array.squeeze(numbers, [-1]), rank - 1
        rank += 1
    if rank > 2:
        raise ValueError(
            "When output_mode is not `'int'`, maximum supported output rank is 2. "
            f"Received output_mode {mode} and input shape {numbers.shape}, which would "
            f"result in output rank {rank}."
        )
    if mode == "one_hot":
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
        n = self.num_tokens
        inside = math.logical_and(
            math.reduce_all(math.less(math.cast(inputs, "int64"), n)),
            math.reduce_all(math.greater_equal(math.cast(inputs, "int64"), 0)),
        )
        told = f"Input values must be in the range 0 <= values < num_tokens ({n})"
        check = debugging.Assert(inside, [told])
        with context.landing().control_dependencies([] if check is None else [check]):
            return encoded(
                inputs, n, self.output_mode, count_weights, self.compute_dtype
            )

    def get_config(self):
        return {
            **super().get_config(), **given(self, "num_tokens", "output_mode", "sparse")
        }  # fmt: skip
