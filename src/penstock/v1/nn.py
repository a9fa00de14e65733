"""`tf.nn` in the spellings of 1.x: `dim`, `keep_prob`, `filter`, `ksize` positions."""

from __future__ import annotations

from penstock.api import nn, nn_conv, nn_pool_fractional
from penstock.api.nn_embedding import combined, lookup
from penstock.api.nn_loss import dense_cross_entropy
from penstock.api.scopes import scope
from penstock.core.dtypes import int32
from penstock.ir.op import TABLE


def given(new_name: str, new, old_name: str, old):
    """The value of an argument that has an old spelling.

    Raises ValueError where both spellings were given.
    """
    if old is None:
        return new
    if new is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{new_name}'.")
    return old


def _labels_and_logits(function: str, first, labels, logits):
    """The two arguments; unnamed, they are 0.x's `(logits, labels)`.

    Raises ValueError where one is missing, or came unnamed beside a named one: 1.0
    turned the order round and took names only.
    """
    if first is not None and labels is not None and logits is None:
        logits, first = first, None
    if first is not None:
        raise ValueError(
            f"Only call `{function}` with named arguments (labels=..., logits=...)."
            f" Received the unnamed first argument: {first!r}"
        )
    if labels is None or logits is None:
        raise ValueError(f"Both labels and logits must be provided to `{function}`.")
    return labels, logits


def softmax(logits, axis=None, name=None, dim=None):
    """As `penstock.api.nn.softmax`; `dim` is the old name of `axis`."""
    axis = given("axis", axis, "dim", dim)
    return nn.softmax(logits, -1 if axis is None else axis, name)


def log_softmax(logits, axis=None, name=None, dim=None):
    axis = given("axis", axis, "dim", dim)
    return nn.log_softmax(logits, -1 if axis is None else axis, name)


def softmax_cross_entropy_with_logits(
    _sentinel=None, labels=None, logits=None, dim=-1, name=None, axis=None
):
    """Without a gradient into `labels`, as this 1.x function is documented."""
    labels, logits = _labels_and_logits(
        "softmax_cross_entropy_with_logits", _sentinel, labels, logits
    )
    return dense_cross_entropy(
        labels, logits, dim if axis is None else axis, name,
        "softmax_cross_entropy_with_logits_sg", True,
    )  # fmt: skip


def softmax_cross_entropy_with_logits_v2(
    labels, logits, axis=None, name=None, dim=None
):
    axis = given("axis", axis, "dim", dim)
    return nn.softmax_cross_entropy_with_logits(
        labels, logits, -1 if axis is None else axis, name
    )


def sparse_softmax_cross_entropy_with_logits(
    _sentinel=None, labels=None, logits=None, name=None
):
    labels, logits = _labels_and_logits(
        "sparse_softmax_cross_entropy_with_logits", _sentinel, labels, logits
    )
    return nn.sparse_softmax_cross_entropy_with_logits(labels, logits, name)


def sigmoid_cross_entropy_with_logits(
    _sentinel=None, labels=None, logits=None, name=None
):
    labels, logits = _labels_and_logits(
        "sigmoid_cross_entropy_with_logits", _sentinel, labels, logits
    )
    return nn.sigmoid_cross_entropy_with_logits(labels, logits, name)


def weighted_cross_entropy_with_logits(
    labels=None, logits=None, pos_weight=None, name=None, targets=None
):
    labels = given("labels", labels, "targets", targets)
    return nn.weighted_cross_entropy_with_logits(labels, logits, pos_weight, name)


def dropout(x, keep_prob=None, noise_shape=None, seed=None, name=None, rate=None):
    """`keep_prob` is 1 - `rate`. Raises ValueError where neither is given."""
    if keep_prob is None and rate is None:
        raise ValueError("Rate must be provided for dropout (or keep_prob).")
    if keep_prob is not None and rate is not None:
        raise ValueError("Only one of keep_prob and rate may be given to dropout.")
    if rate is None:
        if isinstance(keep_prob, int | float):
            if not 0 < keep_prob <= 1:
                raise ValueError(
                    "keep_prob must be a scalar tensor or a float in the range (0, 1],"
                    f" got {keep_prob}"
                )
            rate = 1 - keep_prob
        else:
            rate = TABLE["Sub"](1.0, keep_prob, name="sub")
    return nn.dropout(x, rate, noise_shape, seed, name)


def relu_layer(x, weights, biases, name=None):
    """relu(x · weights + biases)."""
    with scope(name, "relu_layer") as full:
        y = nn.bias_add(TABLE["MatMul"](x, weights), biases)
        return nn.relu(y, full)


def xw_plus_b(x, weights, biases, name=None):
    """x · weights + biases, for matrices."""
    with scope(name, "xw_plus_b") as full:
        return nn.bias_add(TABLE["MatMul"](x, weights), biases, name=full)


def l2_normalize(x, axis=None, epsilon=1e-12, name=None, dim=None):
    return nn.l2_normalize(x, given("axis", axis, "dim", dim), epsilon, name)


def moments(x, axes, shift=None, name=None, keep_dims=None, keepdims=None):
    """(mean, variance); `keep_dims` is the old name of `keepdims`."""
    keep = given("keepdims", keepdims, "keep_dims", keep_dims)
    return nn.moments(x, axes, shift, bool(keep), name)


def weighted_moments(
    x, axes, frequency_weights, name=None, keep_dims=None, keepdims=None
):
    """(mean, variance) with each element counted `frequency_weights` times."""
    keep = bool(given("keepdims", keepdims, "keep_dims", keep_dims))
    return nn.weighted_moments(x, axes, frequency_weights, keep, name)


def sufficient_statistics(
    x, axes, shift=None, keep_dims=None, name=None, keepdims=None
):
    """(count, sum, sum of squares, shift): what moments follow from."""
    keep = bool(given("keepdims", keepdims, "keep_dims", keep_dims))
    return nn.sufficient_statistics(x, axes, shift, keep, name)


def embedding_lookup(
    params, ids, partition_strategy="mod", name=None, validate_indices=True,
    max_norm=None,
):  # fmt: skip
    """Rows `ids` of `params`, a tensor or a list of shards dealt "mod" or "div"."""
    del validate_indices
    return lookup(params, ids, partition_strategy, max_norm, name)


def embedding_lookup_sparse(
    params, sp_ids, sp_weights, partition_strategy="mod", name=None, combiner=None,
    max_norm=None,
):  # fmt: skip
    """Rows named by a SparseTensor of ids, combined for each of its rows."""
    return combined(
        params, sp_ids, sp_weights, partition_strategy, combiner, max_norm, name
    )


def safe_embedding_lookup_sparse(
    embedding_weights, sparse_ids, sparse_weights=None, combiner="mean",
    default_id=None, name=None, partition_strategy="div", max_norm=None,
):  # fmt: skip
    """The same where rows of ids may be empty."""
    del partition_strategy
    return nn.safe_embedding_lookup_sparse(
        embedding_weights, sparse_ids, sparse_weights, combiner, default_id, max_norm,
        name,
    )  # fmt: skip


def in_top_k(predictions, targets, k, name=None):
    with scope(name, "in_top_k"):
        return nn.in_top_k(targets, predictions, k)


def top_k(input, k=1, sorted=True, index_type=int32, name=None):
    return nn.top_k(input, k, sorted, index_type, name)


# --- convolutions and pooling --------------------------------------------------------


def conv2d(
    input, filter=None, strides=None, padding=None, use_cudnn_on_gpu=True,
    data_format="NHWC", dilations=(1, 1, 1, 1), name=None, filters=None,
):  # fmt: skip
    """Images [batch, h, w, in] * filter [h, w, in, out]."""
    filter = given("filters", filters, "filter", filter)
    return nn_conv.conv2d(
        input, filter, strides, padding, data_format, list(dilations), name
    )


def conv1d(
    value=None, filters=None, stride=None, padding=None, use_cudnn_on_gpu=None,
    data_format=None, name=None, input=None, dilations=None,
):  # fmt: skip
    value = given("value", value, "input", input)
    return nn_conv.conv1d(
        value, filters, stride, padding, data_format or "NWC", dilations, name
    )


def conv3d(
    input, filter=None, strides=None, padding=None, data_format="NDHWC",
    dilations=(1, 1, 1, 1, 1), name=None, filters=None,
):  # fmt: skip
    filter = given("filters", filters, "filter", filter)
    return nn_conv.conv3d(
        input, filter, strides, padding, data_format, list(dilations), name
    )


def conv2d_transpose(
    value=None, filter=None, output_shape=None, strides=None, padding="SAME",
    data_format="NHWC", name=None, input=None, filters=None, dilations=None,
):  # fmt: skip
    value = given("value", value, "input", input)
    filter = given("filters", filters, "filter", filter)
    return nn_conv.conv2d_transpose(
        value, filter, output_shape, strides, padding, data_format, dilations, name
    )


def conv3d_transpose(
    value, filter=None, output_shape=None, strides=None, padding="SAME",
    data_format="NDHWC", name=None, input=None, filters=None, dilations=None,
):  # fmt: skip
    filter = given("filters", filters, "filter", filter)
    return nn_conv.conv3d_transpose(
        value, filter, output_shape, strides, padding, data_format, dilations, name
    )


def conv2d_backprop_input(
    input_sizes, filter=None, out_backprop=None, strides=None, padding=None,
    use_cudnn_on_gpu=True, data_format="NHWC", dilations=(1, 1, 1, 1), name=None,
    filters=None,
):  # fmt: skip
    return TABLE["Conv2DBackpropInput"](
        input_sizes, given("filter", filter, "filters", filters), out_backprop,
        strides=strides, padding=padding, data_format=data_format, dilations=dilations,
        name=name,
    )  # fmt: skip


def conv2d_backprop_filter(
    input, filter_sizes, out_backprop, strides=None, padding=None,
    use_cudnn_on_gpu=True, data_format="NHWC", dilations=(1, 1, 1, 1), name=None,
):  # fmt: skip
    return TABLE["Conv2DBackpropFilter"](
        input, filter_sizes, out_backprop, strides=strides, padding=padding,
        data_format=data_format, dilations=dilations, name=name,
    )  # fmt: skip


def depthwise_conv2d(
    input, filter, strides, padding, rate=None, name=None, data_format=None,
    dilations=None,
):  # fmt: skip
    rate = given("dilations", dilations, "rate", rate)
    return nn_conv.depthwise_conv2d(
        input, filter, strides, padding, data_format, rate, name
    )


depthwise_conv2d_native = depthwise_conv2d


def separable_conv2d(
    input, depthwise_filter, pointwise_filter, strides, padding, rate=None, name=None,
    data_format=None, dilations=None,
):  # fmt: skip
    rate = given("dilations", dilations, "rate", rate)
    return nn_conv.separable_conv2d(
        input, depthwise_filter, pointwise_filter, strides, padding, data_format, rate,
        name,
    )  # fmt: skip


def convolution(
    input, filter, padding, strides=None, dilation_rate=None, name=None,
    data_format=None, filters=None, dilations=None,
):  # fmt: skip
    rate = given("dilations", dilations, "dilation_rate", dilation_rate)
    return nn_conv.convolution(input, filter, strides, padding, data_format, rate, name)


atrous_conv2d = nn_conv.atrous_conv2d
atrous_conv2d_transpose = nn_conv.atrous_conv2d_transpose


def max_pool(value, ksize, strides, padding, data_format="NHWC", name=None, input=None):
    """The largest value of each window of images."""
    value = given("value", value, "input", input)
    return nn_conv.max_pool2d(value, ksize, strides, padding, data_format, name)


def avg_pool(value, ksize, strides, padding, data_format="NHWC", name=None, input=None):
    value = given("value", value, "input", input)
    return nn_conv.avg_pool2d(value, ksize, strides, padding, data_format, name)


max_pool1d, max_pool2d, max_pool3d = (
    nn_conv.max_pool1d, nn_conv.max_pool2d, nn_conv.max_pool3d,
)  # fmt: skip
avg_pool1d, avg_pool2d, avg_pool3d = (
    nn_conv.avg_pool1d, nn_conv.avg_pool2d, nn_conv.avg_pool3d,
)  # fmt: skip
max_pool_v2, avg_pool_v2 = nn_conv.max_pool, nn_conv.avg_pool
conv1d_transpose = nn_conv.conv1d_transpose
max_pool_with_argmax = nn_conv.max_pool_with_argmax


def pool(
    input, window_shape, pooling_type, padding, dilation_rate=None, strides=None,
    name=None, data_format=None, dilations=None,
):  # fmt: skip
    """Pooling by name: `pooling_type` "MAX" or "AVG"."""
    function = {"MAX": nn_conv.max_pool, "AVG": nn_conv.avg_pool}[pooling_type.upper()]
    if strides is None:
        strides = 1
    return function(input, window_shape, strides, padding, data_format, name)


def fused_batch_norm(
    x, scale, offset, mean=None, variance=None, epsilon=0.001, data_format="NHWC",
    is_training=True, name=None, exponential_avg_factor=1.0,
):  # fmt: skip
    return nn.fused_batch_norm(
        x, scale, offset, mean, variance, epsilon, data_format, is_training, name,
        exponential_avg_factor,
    )  # fmt: skip


def batch_norm_with_global_normalization(
    t=None, m=None, v=None, beta=None, gamma=None, variance_epsilon=None,
    scale_after_normalization=None, name=None, input=None, mean=None, variance=None,
):  # fmt: skip
    return nn.batch_normalization(
        given("t", t, "input", input), given("m", m, "mean", mean),
        given("v", v, "variance", variance), beta,
        gamma if scale_after_normalization else None, variance_epsilon, name,
    )  # fmt: skip


def zero_fraction(value, name=None):
    return nn.zero_fraction(value, name)


def dilation2d(
    input, filter=None, strides=None, rates=None, padding=None, name=None,
    filters=None, dilations=None,
):  # fmt: skip
    """The largest of window plus filter."""
    filter = given("filters", filters, "filter", filter)
    rates = given("dilations", dilations, "rates", rates)
    return nn_conv.dilation2d(input, filter, strides, padding, "NHWC", rates, name)


def erosion2d(value, kernel, strides, rates, padding, name=None):
    """The smallest of window minus the mirrored kernel."""
    return nn_conv.erosion2d(value, kernel, strides, padding, "NHWC", rates, name)


def fractional_max_pool(
    value, pooling_ratio, pseudo_random=False, overlapping=False, deterministic=False,
    seed=0, seed2=0, name=None,
):  # fmt: skip
    """(pooled, row sequence, column sequence) by the largest of each window."""
    return nn_pool_fractional.pooled(
        "FractionalMaxPool", value, pooling_ratio, pseudo_random, overlapping,
        deterministic, (seed, seed2), name,
    )  # fmt: skip


def fractional_avg_pool(
    value, pooling_ratio, pseudo_random=False, overlapping=False, deterministic=False,
    seed=0, seed2=0, name=None,
):  # fmt: skip
    """(pooled, row sequence, column sequence) by the mean of each window."""
    return nn_pool_fractional.pooled(
        "FractionalAvgPool", value, pooling_ratio, pseudo_random, overlapping,
        deterministic, (seed, seed2), name,
    )  # fmt: skip
