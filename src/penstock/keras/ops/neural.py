"""`keras.ops`: layers' functions without their weights; loops; conversion."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from penstock.api import array, control_flow, loops, math, nn
from penstock.api import image as pictures
from penstock.api import nn_conv as convs
from penstock.api import nn_norm as norms
from penstock.api.passing import stop_gradient as passing
from penstock.api.scopes import tensor as as_tensor
from penstock.core import nest
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


# --- loops ----------------------------------------------------------------------------


def cond(pred, true_fn, false_fn):
    return control_flow.cond(pred, true_fn, false_fn)


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """`body` of the variables as long as `cond` of them holds."""
    many = isinstance(loop_vars, tuple | list)
    start = tuple(tensor(v) for v in nest.flatten(loop_vars))

    def step(*values):
        made = body(*values)
        return tuple(made) if isinstance(made, tuple | list) else (made,)

    out = control_flow.while_loop(
        cond, step, start, maximum_iterations=maximum_iterations
    )
    return tuple(out) if many else out[0]


def fori_loop(lower, upper, body_fun, init_val):
    """body_fun(i, value) for i from `lower` to `upper`."""
    out = control_flow.while_loop(
        lambda i, _: math.less(i, upper),
        lambda i, value: (i + 1, body_fun(i, value)),
        (tensor(lower, "int32"), tensor(init_val)),
    )
    return out[1]


def map(f, xs):
    """`f` of each entry along the first axis."""
    return loops.map_fn(f, nest.map_structure(tensor, xs))


vectorized_map = map


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


def _resize(images, size, interpolation="bilinear", antialias=False,
            data_format="channels_last", **options):  # fmt: skip
    """Pictures [..., rows, columns, channels] of `size`."""
    del options
    x, first = tensor(images), data_format == "channels_first"
    x = array.transpose(x, [0, 2, 3, 1]) if first else x
    out = pictures.resize(x, size, method=interpolation, antialias=antialias)
    return array.transpose(out, [0, 3, 1, 2]) if first else out


#: `keras.ops.image`.
image = SimpleNamespace(
    resize=_resize, rgb_to_grayscale=pictures.rgb_to_grayscale,
    rgb_to_hsv=pictures.rgb_to_hsv, hsv_to_rgb=pictures.hsv_to_rgb,
)  # fmt: skip
