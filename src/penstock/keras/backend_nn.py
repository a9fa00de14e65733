"""`tf.keras.backend`: convolutions, pools, sizes of pictures, folds, recurrences."""

from __future__ import annotations

from penstock.api import array, loops, math
from penstock.api import nn_conv as convs
from penstock.api import nn_norm as norms
from penstock.api.image_resize import resize
from penstock.api.scopes import tensor
from penstock.api.script import print_v2
from penstock.keras.backend_config import image_data_format
from penstock.keras.losses import crossentropy
from penstock.keras.losses.functions import pair


def _layout(data_format, rank: int) -> str:
    letters = {1: "W", 2: "HW", 3: "DHW"}[rank]
    if (data_format or image_data_format()) == "channels_first":
        return f"NC{letters}"
    return f"N{letters}C"


def conv1d(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolution of [batch, steps, channels]; "causal" looks back only."""
    if padding == "causal":
        x = array.pad(x, [[0, 0], [dilation_rate * (kernel.shape[0] - 1), 0], [0, 0]])
        padding = "valid"
    layout = _layout(data_format, 1)
    return convs.conv1d(x, kernel, strides, padding.upper(), layout, dilation_rate)


def conv3d(x, kernel, strides=(1, 1, 1), padding="valid", data_format=None,
           dilation_rate=(1, 1, 1)):  # fmt: skip
    """Convolution of volumes [batch, depth, rows, columns, channels]."""
    last = (data_format or image_data_format()) == "channels_last"
    five = [
        (1, *given, 1) if last else (1, 1, *given) for given in (strides, dilation_rate)
    ]
    layout = _layout(data_format, 3)
    return convs.conv3d(x, kernel, five[0], padding.upper(), layout, five[1])


def conv2d_transpose(x, kernel, output_shape, strides=(1, 1), padding="valid",
                     data_format=None, dilation_rate=(1, 1)):  # fmt: skip
    """The gradient of a convolution: `kernel` [rows, columns, out, in]."""
    return convs.conv2d_transpose(
        x, kernel, output_shape, strides, padding.upper(), _layout(data_format, 2),
        dilation_rate,
    )  # fmt: skip


def depthwise_conv2d(x, depthwise_kernel, strides=(1, 1), padding="valid",
                     data_format=None, dilation_rate=(1, 1)):  # fmt: skip
    last = (data_format or image_data_format()) == "channels_last"
    four = (1, *strides, 1) if last else (1, 1, *strides)
    return convs.depthwise_conv2d(
        x, depthwise_kernel, four, padding.upper(), _layout(data_format, 2),
        dilation_rate,
    )  # fmt: skip


def separable_conv2d(x, depthwise_kernel, pointwise_kernel, strides=(1, 1),
                     padding="valid", data_format=None,
                     dilation_rate=(1, 1)):  # fmt: skip
    deep = depthwise_conv2d(
        x, depthwise_kernel, strides, padding, data_format, dilation_rate
    )
    layout = _layout(data_format, 2)
    return convs.conv2d(deep, pointwise_kernel, (1, 1), "VALID", layout)


def pool3d(x, pool_size, strides=(1, 1, 1), padding="valid", data_format=None,
           pool_mode="max"):  # fmt: skip
    pool = {"max": convs.max_pool3d, "avg": convs.avg_pool3d}[pool_mode]
    return pool(x, pool_size, strides, padding.upper(), _layout(data_format, 3))


def spatial_3d_padding(x, padding=((1, 1), (1, 1), (1, 1)), data_format=None):
    pads = [list(pair) for pair in padding]
    if (data_format or image_data_format()) == "channels_first":
        return array.pad(x, [[0, 0], [0, 0], *pads])
    return array.pad(x, [[0, 0], *pads, [0, 0]])


def resize_images(x, height_factor, width_factor, data_format, interpolation="nearest"):
    """Pictures larger by whole factors."""
    first = data_format == "channels_first"
    x = array.transpose(x, [0, 2, 3, 1]) if first else tensor(x)
    rows, columns = array.shape(x)[1], array.shape(x)[2]
    size = array.stack([rows * height_factor, columns * width_factor])
    if None not in x.dims[1:3]:
        size = [x.dims[1] * height_factor, x.dims[2] * width_factor]
    out = math.cast(resize(x, size, method=interpolation), x.dtype)
    return array.transpose(out, [0, 3, 1, 2]) if first else out


def resize_volumes(x, depth_factor, height_factor, width_factor, data_format):
    """Volumes larger by whole factors, each value repeated."""
    start = 2 if data_format == "channels_first" else 1
    for axis, factor in enumerate((depth_factor, height_factor, width_factor), start):
        x = array.repeat(x, factor, axis=axis)
    return x


def map_fn(fn, elems, name=None, dtype=None):
    """`fn` of each entry along the first axis, stacked."""
    return loops.map_fn(fn, tensor(elems), dtype, name=name)


def print_tensor(x, message="", summarize=3):
    """Print `x` when it is computed; gives `x`."""
    print_v2(message, x, summarize=summarize)
    return x


def foldl(fn, elems, initializer=None, name=None):
    """fn(accumulated, entry) along the first axis."""
    return loops.foldl(fn, elems, initializer, name=name)


def foldr(fn, elems, initializer=None, name=None):
    """As `foldl`, from the end."""
    return loops.foldr(fn, elems, initializer, name=name)


def normalize_batch_in_training(x, gamma, beta, reduction_axes, epsilon=1e-3):
    """(the normalised batch, its mean, its variance)."""
    mean, variance = norms.moments(x, reduction_axes, keepdims=True)
    shift, scale = (v if v is None else _spread(v, mean) for v in (beta, gamma))
    out = norms.batch_normalization(x, mean, variance, shift, scale, epsilon)
    squeezed = [array.squeeze(v, list(reduction_axes)) for v in (mean, variance)]
    return out, *squeezed


def _spread(value, like):
    return array.reshape(value, array.shape(like))


def rnn(step_function, inputs, initial_states, go_backwards=False, mask=None,
        constants=None, unroll=False, input_length=None, time_major=False,
        zero_output_for_mask=False, return_all_outputs=True):  # fmt: skip
    """(last output, outputs [batch, steps, ...], new states) of a recurrence.

    `step_function(input, states)` gives (output, new states); where `mask`
    [batch, steps] is false, states stay and the output before is repeated.
    """
    del unroll, input_length
    x = tensor(inputs)
    x = x if time_major else array.transpose(x, [1, 0, *range(2, len(x.dims))])
    steps = array.unstack(x)
    marks = [None] * len(steps)
    if mask is not None:
        m = math.cast(tensor(mask), "bool")
        marks = array.unstack(m if time_major else array.transpose(m, [1, 0]))
    pairs = list(zip(steps, marks, strict=True))
    states, fixed = list(initial_states), list(constants or [])
    outputs, before = [], None
    for step, mark in reversed(pairs) if go_backwards else pairs:
        output, new = step_function(step, [*states, *fixed])
        if mark is not None:
            kept = array.zeros_like(output) if before is None else before
            hidden = array.zeros_like(output) if zero_output_for_mask else kept
            before = _where(mark, output, kept)
            states = [_where(mark, a, b) for a, b in zip(new, states, strict=True)]
            output = _where(mark, output, hidden)
        else:
            states, before = list(new), output
        outputs.append(output)
    whole = outputs if return_all_outputs else outputs[-1:]
    return outputs[-1], array.stack(whole, axis=0 if time_major else 1), states


def _where(mark, yes, no):
    for _ in range(len(yes.dims) - len(mark.dims)):
        mark = array.expand_dims(mark, -1)
    return array.where(mark, yes, no)


def to_dense(x):
    """A sparse or ragged tensor as a dense one."""
    from penstock.api import sparse

    if hasattr(x, "dense_shape") and hasattr(x, "indices"):
        return sparse.to_dense(x)
    return x.to_tensor() if hasattr(x, "row_splits") else x


def binary_focal_crossentropy(target, output, apply_class_balancing=False, alpha=0.25,
                              gamma=2.0, from_logits=False):  # fmt: skip
    """The focal cross entropy of each label; Lin et al. (2017)."""
    t, p = (array.expand_dims(v, -1) for v in pair(target, output))
    return crossentropy.binary_focal_crossentropy(
        t, p, apply_class_balancing, alpha, gamma, from_logits
    )


def categorical_focal_crossentropy(target, output, alpha=0.25, gamma=2.0,
                                   from_logits=False, axis=-1):  # fmt: skip
    return crossentropy.categorical_focal_crossentropy(
        target, output, alpha, gamma, from_logits, axis=axis
    )
