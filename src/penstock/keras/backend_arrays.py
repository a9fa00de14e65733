"""`tf.keras.backend`: shapes of tensors, and neural network functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, math, nn, random
from penstock.api import nn_conv as convs
from penstock.api.scopes import tensor
from penstock.core.dtypes import as_dtype
from penstock.keras.backend_config import floatx, image_data_format


def _kind(dtype):
    return as_dtype(dtype or floatx())


# --- shapes ---------------------------------------------------------------------------


def expand_dims(x, axis=-1):
    return array.expand_dims(x, axis)


def squeeze(x, axis):
    return array.squeeze(x, [axis])


def reshape(x, shape):
    return array.reshape(x, shape)


def permute_dimensions(x, pattern):
    return array.transpose(x, pattern)


def transpose(x):
    return array.transpose(x)


def concatenate(tensors, axis=-1):
    return array.concat(list(tensors), axis)


def flatten(x):
    return array.reshape(x, [-1])


def batch_flatten(x):
    x = tensor(x)
    sizes: list[Any] = x.shape.as_list()[1:]
    if None in sizes:
        return array.reshape(x, array.stack([-1, math.reduce_prod(array.shape(x)[1:])]))
    return array.reshape(x, [-1, int(np.prod(sizes))])


def tile(x, n):
    return array.tile(x, [n] if isinstance(n, int) else n)


def repeat(x, n):
    """[batch, size] n times along a new middle axis."""
    return array.tile(array.expand_dims(x, 1), [1, n, 1])


def repeat_elements(x, rep, axis):
    return array.repeat(x, rep, axis)


def reverse(x, axes):
    return array.reverse(x, [axes] if isinstance(axes, int) else axes)


def gather(reference, indices):
    return array.gather(reference, indices)


def one_hot(indices, num_classes):
    return array.one_hot(indices, num_classes, axis=-1)


def arange(start, stop=None, step=1, dtype="int32"):
    if stop is None:
        start, stop = 0, start
    return math.cast(math.range(start, stop, step), dtype)


def temporal_padding(x, padding=(1, 1)):
    return array.pad(x, [[0, 0], list(padding), [0, 0]])


def spatial_2d_padding(x, padding=((1, 1), (1, 1)), data_format=None):
    pads = [list(padding[0]), list(padding[1])]
    if (data_format or image_data_format()) == "channels_first":
        return array.pad(x, [[0, 0], [0, 0], *pads])
    return array.pad(x, [[0, 0], *pads, [0, 0]])


def bias_add(x, bias, data_format=None):
    first = (data_format or image_data_format()) == "channels_first"
    return nn.bias_add(x, bias, "NC..." if first else None)


# --- neural networks ------------------------------------------------------------------


def conv2d(x, kernel, strides=(1, 1), padding="valid", data_format=None,
           dilation_rate=(1, 1)):  # fmt: skip
    """Convolution of [batch, rows, columns, channels] with `kernel`."""
    layout = "NCHW" if data_format == "channels_first" else "NHWC"
    return convs.conv2d(x, kernel, strides, padding.upper(), layout, dilation_rate)


def pool2d(x, pool_size, strides=(1, 1), padding="valid", data_format=None,
           pool_mode="max"):  # fmt: skip
    layout = "NCHW" if data_format == "channels_first" else "NHWC"
    pool = {"max": convs.max_pool2d, "avg": convs.avg_pool2d}[pool_mode]
    return pool(x, pool_size, strides, padding.upper(), layout)


def dropout(x, level, noise_shape=None, seed=None):
    return nn.dropout(x, rate=level, noise_shape=noise_shape, seed=seed)


def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    return nn.batch_normalization(x, mean, var, beta, gamma, epsilon)


def in_top_k(predictions, targets, k):
    return nn.in_top_k(targets, predictions, k)


def _seed(seed: int | None) -> int:
    """`seed`, or NumPy's next number, by which `np.random.seed` settles the draws."""
    return np.random.randint(10_000_000) if seed is None else seed


def random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    return random.random_normal(shape, mean, stddev, _kind(dtype), _seed(seed))


def random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    return random.random_uniform(shape, minval, maxval, _kind(dtype), _seed(seed))


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    return random.truncated_normal(shape, mean, stddev, _kind(dtype), _seed(seed))


def random_bernoulli(shape, p=0.0, dtype=None, seed=None):
    """1 with probability `p`, else 0."""
    drawn = random.random_uniform(shape, seed=_seed(seed))
    return math.cast(math.less_equal(drawn, tensor(float(p))), _kind(dtype))


random_binomial = random_bernoulli
