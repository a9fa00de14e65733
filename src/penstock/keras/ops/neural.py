"""`keras.ops`: layers' functions without their weights; conversion."""

from __future__ import annotations

import numpy as np

from penstock.api import array, math, nn, nn_ctc
from penstock.api import nn_conv as convs
from penstock.api import nn_norm as norms
from penstock.api.passing import stop_gradient as passing
from penstock.api.scopes import tensor as as_tensor
from penstock.keras import backend_losses
from penstock.keras.backend_config import image_data_format
from penstock.keras.ops.operands import floating, tensor


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    return tensor(x, dtype)


def convert_to_numpy(x) -> np.ndarray:
    return np.asarray(x.numpy() if hasattr(x, "numpy") else x)


def copy(x):
    return array.reshape(tensor(x), array.shape(tensor(x)))


def dtype(x) -> str:
    return tensor(x).dtype.base_dtype.name


def stop_gradient(variable):
    return passing(tensor(variable))


# --- classes --------------------------------------------------------------------------


def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    return array.one_hot(tensor(x, "int32"), num_classes, axis=axis,
                         dtype=dtype or "float32")  # fmt: skip


def multi_hot(inputs, num_classes, axis=-1, dtype=None, sparse=False):
    """1 at each of the classes along the last axis of `inputs`."""
    hot = one_hot(inputs, num_classes, dtype=dtype)
    return math.reduce_max(hot, axis=-2)


def binary_crossentropy(target, output, from_logits=False):
    return backend_losses.binary_crossentropy(target, output, from_logits)


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    return backend_losses.categorical_crossentropy(target, output, from_logits, axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    return backend_losses.sparse_categorical_crossentropy(
        target, output, from_logits, axis
    )


def gelu(x, approximate=True):
    """x · Φ(x), Φ by a tanh unless told otherwise; Hendrycks and Gimpel (2016)."""
    return nn.gelu(floating(x), approximate)


# --- normalising ----------------------------------------------------------------------


def moments(x, axes, keepdims=False, synchronized=False):
    axes = [axes] if isinstance(axes, int) else list(axes)
    return norms.moments(floating(x), axes, keepdims=keepdims)


def normalize(x, axis=-1, order=2, epsilon=None):
    """x by its norm of `order` along `axis`."""
    x = floating(x)
    least = as_tensor(1e-12 if epsilon is None else epsilon, x.dtype.base_dtype)
    if order == 2:
        total = math.reduce_sum(math.square(x), axis=axis, keepdims=True)
        return x * math.rsqrt(math.maximum(total, math.square(least)))
    power = math.pow(math.abs(x), as_tensor(float(order), x.dtype.base_dtype))
    total = math.reduce_sum(power, axis=axis, keepdims=True)
    inverse = as_tensor(1.0 / order, x.dtype.base_dtype)
    return x / math.maximum(math.pow(total, inverse), least)


def batch_normalization(x, mean, variance, axis, offset=None, scale=None,
                        epsilon=1e-3):  # fmt: skip
    x = floating(x)
    place = [1] * len(x.dims)
    place[axis] = -1
    mean, variance, offset, scale = (
        None if v is None else array.reshape(tensor(v), place)
        for v in (mean, variance, offset, scale)
    )
    return norms.batch_normalization(x, mean, variance, offset, scale, epsilon)


def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None, **options):
    """x less its mean over `axis`, by its deviation; times gamma, plus beta."""
    if options.pop("rms_scaling", False):
        return rms_normalization(x, gamma, axis, epsilon)
    x = floating(x)
    axes = [a % len(x.dims) for a in ([axis] if isinstance(axis, int) else axis)]
    mean, variance = norms.moments(x, axes, keepdims=True)
    least = as_tensor(1e-7 if epsilon is None else epsilon, x.dtype.base_dtype)
    gamma, beta = (_at(v, axes, x) for v in (gamma, beta))
    return norms.batch_normalization(x, mean, variance, beta, gamma, least)


def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    """x by the root of its mean square over `axis`; times `scale`."""
    x = floating(x)
    axes = [a % len(x.dims) for a in ([axis] if isinstance(axis, int) else axis)]
    least = as_tensor(1e-7 if epsilon is None else epsilon, x.dtype.base_dtype)
    power = math.reduce_mean(math.square(x), axis=axes, keepdims=True)
    out = x * math.rsqrt(power + least)
    return out if scale is None else out * _at(scale, axes, x)


def _at(weight, axes, x):
    """`weight` of the sizes along `axes`, to be multiplied with x."""
    if weight is None:
        return None
    sizes = [x.dims[a] if a in axes else 1 for a in range(len(x.dims))]
    return array.reshape(tensor(weight), sizes)


# --- pictures and sequences -----------------------------------------------------------


def _layout(data_format, rank: int) -> str:
    inner = {1: "W", 2: "HW", 3: "DHW"}[rank]
    first = (data_format or image_data_format()) == "channels_first"
    return f"NC{inner}" if first else f"N{inner}C"


def conv(inputs, kernel, strides=1, padding="valid", data_format=None,
         dilation_rate=1):  # fmt: skip
    """A convolution in one, two or three dimensions."""
    x, w = floating(inputs), floating(kernel)
    layout = _layout(data_format, len(x.dims) - 2)
    return convs.convolution(
        x, w, strides=_all(strides, len(x.dims) - 2), padding=padding.upper(),
        data_format=layout, dilations=_all(dilation_rate, len(x.dims) - 2),
    )  # fmt: skip


def _all(value, rank: int) -> list:
    return [value] * rank if isinstance(value, int) else list(value)


def max_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    return _pooled(convs.max_pool, inputs, pool_size, strides, padding, data_format)


def average_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    return _pooled(convs.avg_pool, inputs, pool_size, strides, padding, data_format)


def _pooled(pool, inputs, size, strides, padding, data_format):
    x = floating(inputs)
    rank = len(x.dims) - 2
    size = _all(size, rank)
    steps = size if strides is None else _all(strides, rank)
    return pool(x, size, steps, padding.upper(), _layout(data_format, rank))


def dot_product_attention(query, key, value, bias=None, mask=None, scale=None,
                          is_causal=False, **options):  # fmt: skip
    """softmax(query·keyᵀ·scale + bias)·value, all [batch, length, heads, size]."""
    del options
    q, k, v = (floating(x) for x in (query, key, value))
    scale = q.dims[-1] ** -0.5 if scale is None else scale
    scores = math.einsum("btnh,bsnh->bnts", q, k) * as_tensor(scale, q.dtype.base_dtype)
    if bias is not None:
        scores = scores + tensor(bias)
    allowed = None if mask is None else tensor(mask, "bool")
    if is_causal:
        t, s = scores.dims[-2:]
        before = as_tensor(np.tril(np.ones((t, s), bool)))
        allowed = before if allowed is None else math.logical_and(allowed, before)
    if allowed is not None:
        low = as_tensor(q.dtype.base_dtype.min / 2, q.dtype.base_dtype)
        scores = array.where(allowed, scores, low)
    return math.einsum("bnts,bsnh->btnh", nn.softmax(scores), v)


def psnr(x1, x2, max_val):
    """The peak signal-to-noise ratio in decibels."""
    x1, x2 = (floating(x) for x in (x1, x2))
    top = as_tensor(20 * np.log10(max_val), x1.dtype.base_dtype)
    error = math.reduce_mean(math.squared_difference(x1, x2))
    ten = as_tensor(10 / np.log(10), x1.dtype.base_dtype)
    return top - ten * math.log(error)


def ctc_loss(target, output, target_length, output_length, mask_index=0):
    """-log P(labels) for each row of logits [batch, time, classes]."""
    return nn_ctc.ctc_loss_dense(
        tensor(target, "int32"), floating(output), target_length, output_length,
        logits_time_major=False, blank_index=mask_index,
    )  # fmt: skip


def ctc_decode(inputs, sequence_lengths, strategy="greedy", beam_width=100, top_paths=1,
               merge_repeated=True, mask_index=0):  # fmt: skip
    """(labels [paths, batch, time] filled with -1, scores [batch, paths]).

    inputs: logits [batch, time, classes], of which `mask_index` is the blank.
    """
    x = array.transpose(floating(inputs), [1, 0, 2])
    lengths = tensor(sequence_lengths, "int32")
    # The search's blank is the last class: it is moved there and back.
    blank = mask_index % x.dims[2]
    order = np.array([c for c in range(x.dims[2]) if c != blank] + [blank], np.int32)
    if strategy == "greedy":
        paths, score = nn_ctc.ctc_greedy_decoder(x, lengths, merge_repeated, mask_index)
    elif strategy == "beam_search":
        turned = array.gather(x, order, axis=2)
        paths, score = nn_ctc.beam_search(
            turned, lengths, beam_width, top_paths, merge_repeated
        )
    else:
        raise ValueError(
            f"Invalid strategy {strategy}. Supported values are 'greedy' and "
            "'beam_search'."
        )
    rows, steps = array.shape(x)[1], array.shape(x)[0]
    out = []
    for path in paths:
        values = path.values
        if strategy == "beam_search":
            values = array.gather(as_tensor(order), values)
        dense = array.fill(array.stack([rows, steps]), as_tensor(-1, "int32"))
        out.append(array.tensor_scatter_nd_update(
            dense, path.indices, math.cast(values, "int32")))  # fmt: skip
    return array.stack(out), score
