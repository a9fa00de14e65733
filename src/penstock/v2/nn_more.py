"""`tf.nn` of 2.x: pooling by name, CTC, losses of replicas, and others."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, nn_conv, nn_ctc, nn_norm
from penstock.api.array_order import depth_to_space, space_to_depth
from penstock.api.scopes import scope, tensor
from penstock.api.sparse import SparseTensor
from penstock.core import dtypes
from penstock.ir.op import TABLE


def pool(
    input, window_shape, pooling_type, strides=None, padding="VALID", data_format=None,
    dilations=None, name=None,
):  # fmt: skip
    """Pooling by name: `pooling_type` "MAX" or "AVG"."""
    function = {"MAX": nn_conv.max_pool, "AVG": nn_conv.avg_pool}[pooling_type.upper()]
    if dilations is not None and np.any(np.asarray(dilations) != 1):
        raise NotImplementedError("tf.nn.pool with dilations is not in Penstock.")
    steps = 1 if strides is None else strides
    return function(input, window_shape, steps, padding, data_format, name)


def batch_norm_with_global_normalization(
    input, mean, variance, beta, gamma, variance_epsilon, scale_after_normalization,
    name=None,
):  # fmt: skip
    """`batch_normalization`, scaled by `gamma` where asked for."""
    scale = gamma if scale_after_normalization else None
    return nn_norm.batch_normalization(
        input, mean, variance, beta, scale, variance_epsilon, name
    )


def space_to_batch(input, block_shape, paddings, name=None):
    """Blocks of the spatial axes moved into the batch."""
    return TABLE["SpaceToBatchND"](input, block_shape, paddings, name=name)


space_to_batch_nd = space_to_batch


# --- CTC ------------------------------------------------------------------------------


def ctc_loss(
    labels, logits, label_length, logit_length, logits_time_major=True, unique=None,
    blank_index=None, name=None,
):  # fmt: skip
    """-log p(labels) [batch], labels sparse or dense [batch, longest]."""
    if not isinstance(labels, SparseTensor):
        return nn_ctc.ctc_loss_dense(
            labels, logits, label_length, logit_length, logits_time_major, unique,
            0 if blank_index is None else blank_index, name,
        )  # fmt: skip
    if blank_index is None:
        raise ValueError("blank_index must be given when labels is a SparseTensor.")
    logits = tensor(logits, name="logits")
    classes = logits.dims[-1]
    blank = blank_index + classes if blank_index < 0 else blank_index
    if blank != classes - 1:
        parts = [
            logits[..., :blank],
            logits[..., blank + 1 :],
            logits[..., blank, None],
        ]
        logits = array.concat(parts, -1)
        moved = TABLE["SelectV2"](
            labels.values < blank, labels.values, labels.values - 1
        )
        labels = labels.with_values(moved)
    return nn_ctc.ctc_loss_sparse(
        labels, logits, logit_length, time_major=logits_time_major
    )


def ctc_beam_search_decoder(inputs, sequence_length, beam_width=100, top_paths=1):
    """([SparseTensor of labels] * top_paths, log probabilities [batch, top_paths])."""
    return nn_ctc.beam_search(inputs, sequence_length, beam_width, top_paths, False)


def ctc_unique_labels(labels, name=None):
    """(each row's different labels, padded; where each label is among them)."""
    with scope(name, "ctc_unique_labels"):
        rows = np.asarray(labels)
        found = np.zeros(rows.shape, np.int64)
        places = np.zeros(rows.shape, np.int32)
        for at, row in enumerate(rows):
            _, first, inverse = np.unique(row, return_index=True, return_inverse=True)
            order = np.argsort(first)
            found[at, : len(order)] = row[np.sort(first)]
            places[at] = np.argsort(order)[inverse]
        return tensor(found), tensor(places)


def collapse_repeated(labels, seq_length, name=None):
    """(rows without repetitions, padded with 0; their lengths)."""
    with scope(name, "collapse_repeated_labels"):
        x, lengths = tensor(labels, name="labels"), tensor(seq_length)
        first = TABLE["OnesLike"](x[:, :1])
        first = TABLE["Cast"](first, DstT=dtypes.bool)
        changes = array.concat([first, TABLE["NotEqual"](x[:, 1:], x[:, :-1])], 1)
        inside = array.sequence_mask(lengths, x.dims[1])
        kept = TABLE["LogicalAnd"](changes, inside)
        count = TABLE["Sum"](TABLE["Cast"](kept, DstT=dtypes.int32), np.array([1]))
        longest = TABLE["Max"](count, np.array([0]))
        mask = array.sequence_mask(count, longest)
        places = TABLE["Where"](mask)
        flat = array.boolean_mask(x, kept)
        shape = array.stack([array.shape(x)[0], longest])
        rows = TABLE["ScatterNd"](TABLE["Cast"](places, DstT=dtypes.int32), flat, shape)
        return rows, TABLE["Cast"](count, DstT=lengths.dtype)


# --- losses of one replica ------------------------------------------------------------


def compute_average_loss(per_example_loss, sample_weight=None, global_batch_size=None):
    """The sum of the examples' losses over the size of the whole batch."""
    loss: Any = tensor(per_example_loss, name="loss")
    if sample_weight is not None:
        loss = loss * tensor(sample_weight, loss.dtype)
    whole = loss.dims[0] if global_batch_size is None else global_batch_size
    total = TABLE["Sum"](loss, np.arange(len(loss.dims), dtype=np.int32))
    return total / TABLE["Cast"](whole, DstT=loss.dtype)


def scale_regularization_loss(regularization_loss):
    """The sum of a regularisation loss: there is one replica."""
    loss: Any = tensor(regularization_loss, name="loss")
    return TABLE["Sum"](loss, np.arange(len(loss.dims), dtype=np.int32))


# --- gradients of depthwise convolutions, largest entries -----------------------------


def depthwise_conv2d_backprop_input(
    input_sizes, filter, out_backprop, strides, padding, data_format="NHWC",
    dilations=(1, 1, 1, 1), name=None,
):  # fmt: skip
    """The gradient of a depthwise convolution by its input."""
    return TABLE["DepthwiseConv2dNativeBackpropInput"](
        input_sizes, filter, out_backprop, strides=list(strides), padding=padding,
        data_format=data_format, dilations=list(dilations), name=name,
    )  # fmt: skip


def depthwise_conv2d_backprop_filter(
    input, filter_sizes, out_backprop, strides, padding, data_format="NHWC",
    dilations=(1, 1, 1, 1), name=None,
):  # fmt: skip
    """The gradient of a depthwise convolution by its filter."""
    return TABLE["DepthwiseConv2dNativeBackpropFilter"](
        input, filter_sizes, out_backprop, strides=list(strides), padding=padding,
        data_format=data_format, dilations=list(dilations), name=name,
    )  # fmt: skip


def approx_max_k(operand, k, reduction_dimension=-1, recall_target=0.95,
                 reduction_input_size_override=-1, aggregate_to_topk=True,
                 name=None):  # fmt: skip
    """(the k largest along an axis, their places): exact here."""
    x = tensor(operand, name="operand")
    last = reduction_dimension in (-1, len(x.dims) - 1)
    moved = (
        x if last else TABLE["Transpose"](x, _to_end(len(x.dims), reduction_dimension))
    )
    values, places = TABLE["TopKV2"](moved, np.int32(k))
    if last:
        return values, places
    back = np.argsort(_to_end(len(x.dims), reduction_dimension)).astype(np.int32)
    return TABLE["Transpose"](values, back), TABLE["Transpose"](places, back)


def approx_min_k(operand, k, reduction_dimension=-1, recall_target=0.95,
                 reduction_input_size_override=-1, aggregate_to_topk=True,
                 name=None):  # fmt: skip
    """(the k smallest along an axis, their places): exact here."""
    values, places = approx_max_k(-tensor(operand), k, reduction_dimension)
    return -values, places


def _to_end(rank: int, axis: int) -> np.ndarray:
    axis %= rank
    return np.array([*(i for i in range(rank) if i != axis), axis], np.int32)


def isotonic_regression(inputs, decreasing=True, axis=-1):
    """(the nearest monotone values, the number of the block each is in).

    Pool adjacent violators; Best, Chakravarti (1990). Values alone: no gradient.
    """
    x = np.moveaxis(np.asarray(inputs), axis, -1)
    kind = x.dtype if x.dtype.kind == "f" else np.float32
    flat = x.reshape(-1, x.shape[-1]).astype(kind)
    out, segments = np.empty_like(flat), np.empty(flat.shape, np.int32)
    for at, row in enumerate(flat):
        blocks: list[tuple[float, int]] = []
        for value in row if decreasing else -row:
            total, count = float(value), 1
            while blocks and blocks[-1][0] / blocks[-1][1] < total / count:
                more, size = blocks.pop()
                total, count = total + more, count + size
            blocks.append((total, count))
        sizes = [count for _, count in blocks]
        means = np.repeat([total / count for total, count in blocks], sizes)
        out[at] = means if decreasing else -means
        segments[at] = np.repeat(np.arange(len(sizes)), sizes)
    shaped = (np.moveaxis(v.reshape(x.shape), -1, axis) for v in (out, segments))
    values, numbers = shaped
    return tensor(values), tensor(numbers)


def conv_transpose(input, filters, output_shape, strides, padding="SAME",
                   data_format=None, dilations=None, name=None):  # fmt: skip
    """The transposed convolution over one, two or three dimensions of space.

    `input` [batch, *space, channels], `filters` [*space, outputs, channels]. Raises
    ValueError for another number of dimensions.
    """
    filters = tensor(filters)
    over = len(filters.shape) - 2
    calls = {
        1: nn_conv.conv1d_transpose, 2: nn_conv.conv2d_transpose,
        3: nn_conv.conv3d_transpose,
    }  # fmt: skip
    if over not in calls:
        raise ValueError(
            "`input` and `filters` must be of rank 3, 4 or 5, received filters of "
            f"shape {filters.shape}."
        )
    layout = data_format or ("NWC", "NHWC", "NDHWC")[over - 1]
    return calls[over](
        input, filters, output_shape, strides, padding, layout, dilations, name
    )


__all__ = [
    "approx_max_k", "approx_min_k", "batch_norm_with_global_normalization",
    "collapse_repeated", "compute_average_loss", "conv_transpose",
    "ctc_beam_search_decoder", "ctc_loss", "ctc_unique_labels",
    "depth_to_space", "depthwise_conv2d_backprop_filter",
    "depthwise_conv2d_backprop_input", "isotonic_regression", "pool",
    "scale_regularization_loss", "space_to_batch", "space_to_batch_nd",
    "space_to_depth",
]  # fmt: skip
