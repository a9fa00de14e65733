"""`tf.nn`: activations, losses on logits, embeddings, dropout, normalisation."""

from __future__ import annotations

import math as pymath

from penstock.api import array, random
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import FLOATING, as_dtype, float32, int32, int64
from penstock.core.errors import ShapeError
from penstock.core.shapes import show
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import nn_activation as act
from penstock.ops import nn_loss


def relu(features, name=None):
    """max(x, 0), elementwise."""
    return act.relu(features, name=name)


def relu6(features, name=None):
    """min(max(x, 0), 6); Krizhevsky (2010)."""
    return act.relu6(features, name=name)


def leaky_relu(features, alpha=0.2, name=None):
    """x where positive, else alpha·x; Maas et al. (2013)."""
    with scope(name, "LeakyRelu") as full:
        x = tensor(features, name="features")
        if x.dtype.base_dtype.is_integer:
            x = TABLE["Cast"](x, DstT=float32)
        return act.leaky_relu(x, alpha=alpha, name=full or None)


def elu(features, name=None):
    """x where positive, else e^x - 1; Clevert et al. (2016)."""
    return act.elu(features, name=name)


def selu(features, name=None):
    """Scaled ELU; Klambauer et al. (2017)."""
    return act.selu(features, name=name)


def crelu(features, axis=-1, name=None):
    """relu(x) and relu(-x) joined along `axis`; Shang et al. (2016)."""
    with scope(name, "CRelu"):
        x = tensor(features, name="features")
        return act.relu(array.concat([x, TABLE["Neg"](x)], axis))


def softplus(features, name=None):
    """log(1 + e^x)."""
    return act.softplus(features, name=name)


def softsign(features, name=None):
    """x / (1 + |x|)."""
    return act.softsign(features, name=name)


def sigmoid(x, name=None):
    """1 / (1 + e^-x)."""
    return TABLE["Sigmoid"](x, name=name)


def tanh(x, name=None):
    return TABLE["Tanh"](x, name=name)


def silu(features, beta=1.0):
    """x · sigmoid(beta·x); Ramachandran et al. (2017). Also `swish`."""
    x = tensor(features, name="features")
    scaled = x if beta == 1.0 else TABLE["Mul"](x, beta)
    return TABLE["Mul"](x, TABLE["Sigmoid"](scaled))


swish = silu


def gelu(features, approximate=False, name=None):
    """x · Φ(x); Hendrycks and Gimpel (2016)."""
    with scope(name, "Gelu"):
        x = tensor(features, name="features")
        mul, add = TABLE["Mul"], TABLE["AddV2"]
        if approximate:
            cubed = mul(0.044715, TABLE["Pow"](x, 3.0))
            inner = TABLE["Tanh"](mul(pymath.sqrt(2 / pymath.pi), add(x, cubed)))
        else:
            inner = TABLE["Erf"](mul(x, pymath.sqrt(0.5)))
        return mul(mul(0.5, x), add(1.0, inner))


def softmax(logits, axis=-1, name=None):
    """Probabilities along `axis`, same shape. Raises ShapeError for scalars."""
    return _along(act.softmax, logits, axis, name)


def log_softmax(logits, axis=-1, name=None):
    """log of `softmax`, without overflow."""
    return _along(act.log_softmax, logits, axis, name)


def _along(op, logits, axis, name):
    """`op`, which works on the last axis, on `axis`."""
    axis = -1 if axis is None else int(axis)
    x = tensor(logits, name="logits")
    rank = None if x.dims is None else len(x.dims)
    if rank is None or axis in (-1, rank - 1):
        return op(x, name=name)
    if not -rank <= axis < rank:
        raise ShapeError(
            f"{op.type} has axis {axis}, which is outside [{-rank}, {rank}) for logits "
            f"of shape {show(x.dims)}."
        )
    order = [i for i in range(rank) if i != axis % rank] + [axis % rank]
    back = [order.index(i) for i in range(rank)]
    with scope(name, op.type.lower()):
        return array.transpose(op(array.transpose(x, order)), back)


def l2_loss(t, name=None):
    """sum(t²) / 2."""
    return act.l2_loss(t, name=name)


def bias_add(value, bias, data_format=None, name=None):
    """`bias` [channels] added to every position of `value`."""
    with scope(name, "BiasAdd") as full:
        layout = "NCHW" if (data_format or "N")[1:2] == "C" else "NHWC"
        return act.bias_add(value, bias, data_format=layout, name=full or None)


def l2_normalize(x, axis=None, epsilon=1e-12, name=None):
    """x / max(‖x‖, √epsilon) along `axis`."""
    with scope(name, "l2_normalize") as full:
        x = tensor(x, name="x")
        total = _reduce("Sum", TABLE["Square"](x), axis, True)
        inverse = TABLE["Rsqrt"](TABLE["Maximum"](total, epsilon))
        return TABLE["Mul"](x, inverse, name=full or None)


def zero_fraction(value, name=None):
    """The share of zeros, a float32 scalar."""
    with scope(name, "zero_fraction"):
        x = tensor(value, name="value")
        zeros = TABLE["Equal"](x, TABLE["ZerosLike"](x))
        return _reduce("Mean", TABLE["Cast"](zeros, DstT=float32), None, False)


def _reduce(op_type: str, x: Tensor, axis, keepdims: bool) -> Tensor:
    axes = axis
    if axis is None:
        if x.dims is None:
            axes = TABLE["Range"](0, TABLE["Rank"](x), 1)
        else:
            axes = list(range(len(x.dims)))
    elif isinstance(axis, int):
        axes = [axis]
    return TABLE[op_type](x, axes, keep_dims=keepdims)


# --- losses on logits ---------------------------------------------------------------


def softmax_cross_entropy_with_logits(labels, logits, axis=-1, name=None):
    """-Σ labels·log softmax(logits) along `axis`; gradients flow into labels too.

    Safe for logits of any size. `labels` and `logits` share a shape; the result lacks
    `axis`. Raises ShapeError where they cannot be matched.
    """
    with scope(name, "softmax_cross_entropy_with_logits"):
        x = tensor(logits, name="logits")
        y = tensor(labels, x.dtype.base_dtype, name="labels")
        if y.dtype.base_dtype is not x.dtype.base_dtype:
            y = TABLE["Cast"](y, DstT=x.dtype.base_dtype)
        rank = None if x.dims is None else len(x.dims)
        if rank == 0:
            raise ShapeError("logits must have a class axis; received a scalar.")
        if rank is not None and axis not in (-1, rank - 1):
            order = [i for i in range(rank) if i != axis % rank] + [axis % rank]
            x, y = array.transpose(x, order), array.transpose(y, order)
        if rank == 2:
            return nn_loss.softmax_cross_entropy(x, y)[0]
        outer = array.shape(x)[:-1]
        static = None if x.dims is None else x.dims[:-1]
        flat = [array.reshape(t, _rows_by_classes(t)) for t in (x, y)]
        loss = nn_loss.softmax_cross_entropy(*flat)[0]
        return _shaped(array.reshape(loss, outer), static)


def _rows_by_classes(t: Tensor):
    last = None if t.dims is None else t.dims[-1]
    return [-1, last] if last is not None else [-1, array.shape(t)[-1]]


def _shaped(t: Tensor, dims) -> Tensor:
    if dims is not None:
        t.set_shape(dims)
    return t


def sparse_softmax_cross_entropy_with_logits(labels, logits, name=None):
    """The same for one class index per row: labels [...], logits [..., classes].

    Raises InvalidArgumentError when a label is outside [0, classes).
    """
    with scope(name, "SparseSoftmaxCrossEntropyWithLogits") as full:
        y = tensor(labels, name="labels")
        x = tensor(logits, name="logits")
        if x.dims is not None and not x.dims:
            raise ShapeError("logits must have a class axis; received a scalar.")
        if None not in (x.dims, y.dims) and len(y.dims) != len(x.dims) - 1:
            raise ShapeError(
                "Rank mismatch: labels must have one dimension less than logits; "
                f"received labels {show(y.dims)} and logits {show(x.dims)}. For one-hot "
                "labels use softmax_cross_entropy_with_logits."
            )
        if y.dtype.base_dtype not in (int32, int64):
            y = TABLE["Cast"](y, DstT=int64)
        op = nn_loss.sparse_softmax_cross_entropy
        if x.dims is not None and len(x.dims) == 2:
            return op(x, y, name=full or None)[0]
        outer = array.shape(y)
        loss = op(array.reshape(x, _rows_by_classes(x)), array.reshape(y, [-1]))[0]
        return _shaped(array.reshape(loss, outer), y.dims)


def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """max(x, 0) - x·z + log(1 + e^-|x|) for logits x and labels z, elementwise."""
    with scope(name, "logistic_loss") as full:
        x = tensor(logits, name="logits")
        z = tensor(labels, x.dtype.base_dtype, name="labels")
        _same_shape(x, z, "logits", "labels")
        zeros = TABLE["ZerosLike"](x)
        positive = TABLE["GreaterEqual"](x, zeros)
        kept = TABLE["SelectV2"](positive, x, zeros)
        minus_abs = TABLE["SelectV2"](positive, TABLE["Neg"](x), x)
        linear = TABLE["Sub"](kept, TABLE["Mul"](x, z))
        log = TABLE["Log1p"](TABLE["Exp"](minus_abs))
        return TABLE["AddV2"](linear, log, name=full or None)


def weighted_cross_entropy_with_logits(labels, logits, pos_weight, name=None):
    """`sigmoid_cross_entropy_with_logits` with positives counted `pos_weight` times."""
    with scope(name, "logistic_loss"):
        x = tensor(logits, name="logits")
        z = tensor(labels, x.dtype.base_dtype, name="labels")
        _same_shape(x, z, "logits", "labels")
        mul, add, sub = TABLE["Mul"], TABLE["AddV2"], TABLE["Sub"]
        extra = sub(tensor(pos_weight, x.dtype.base_dtype), 1.0)
        weight = add(mul(extra, z), 1.0)
        log = add(
            TABLE["Log1p"](TABLE["Exp"](TABLE["Neg"](TABLE["Abs"](x)))),
            act.relu(TABLE["Neg"](x)),
        )
        return add(mul(sub(TABLE["OnesLike"](z), z), x), mul(weight, log))


def _same_shape(a: Tensor, b: Tensor, a_name: str, b_name: str) -> None:
    if not a.shape.is_compatible_with(b.shape):
        raise ShapeError(
            f"{a_name} and {b_name} must have the same shape, received "
            f"{show(a.dims)} and {show(b.dims)}."
        )


def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    """e^c - z·c for log-rate c and count z, with Stirling's term on request."""
    with scope(name, "log_poisson_loss"):
        c = tensor(log_input, name="log_input")
        z = tensor(targets, c.dtype.base_dtype, name="targets")
        _same_shape(c, z, "log_input", "targets")
        mul, add, sub = TABLE["Mul"], TABLE["AddV2"], TABLE["Sub"]
        loss = sub(TABLE["Exp"](c), mul(c, z))
        if not compute_full_loss:
            return loss
        log_z = TABLE["Log"](z)
        stirling = add(
            sub(mul(z, log_z), z), mul(TABLE["Log"](mul(z, 2 * pymath.pi)), 0.5)
        )
        zeros = TABLE["ZerosLike"](z)
        between = TABLE["LogicalAnd"](
            TABLE["GreaterEqual"](z, zeros), TABLE["LessEqual"](z, TABLE["OnesLike"](z))
        )
        return add(loss, TABLE["SelectV2"](between, zeros, stirling))


# --- chance -----------------------------------------------------------------------


def dropout(x, rate, noise_shape=None, seed=None, name=None):
    """Zero a share `rate` of `x` and scale the rest by 1/(1-rate).

    `noise_shape` [rank of x] with ones shares the choice along those dimensions.
    Raises ValueError for a rate outside [0, 1). Srivastava et al. (2014).
    """
    with scope(name, "dropout") as full:
        known = rate if isinstance(rate, int | float) else None
        if known is not None and not 0 <= known < 1:
            raise ValueError(
                f"`rate` must be a scalar tensor or a float in the range [0, 1). "
                f"Received: rate={rate}"
            )
        x = tensor(x, name="x")
        kind = x.dtype.base_dtype
        if kind not in FLOATING:
            raise ValueError(
                "`x.dtype` must be a floating point tensor as `x` will be scaled. "
                f"Received: x.dtype={kind.name}"
            )
        if known == 0:
            return x
        if known is not None:
            scaled = TABLE["Mul"](
                x, tensor(1.0 / (1.0 - known), kind, name="dropout/Const")
            )
        else:
            rate = TABLE["Cast"](rate, DstT=kind)
            scaled = TABLE["RealDiv"](x, TABLE["Sub"](1.0, rate))
        sizes = array.shape(x) if noise_shape is None else _noise_shape(x, noise_shape)
        noise = random.random_uniform(sizes, seed=seed, dtype=kind)
        keep = TABLE["GreaterEqual"](noise, tensor(rate, kind, name="rate"))
        zeros = tensor(0.0, kind)
        out = TABLE["SelectV2"](keep, scaled, zeros, name=full or None)
        return _shaped(out, x.dims)


def _noise_shape(x: Tensor, noise_shape):
    """`noise_shape` with its None entries filled from `x`."""
    if isinstance(noise_shape, list | tuple) and any(n is None for n in noise_shape):
        sizes = array.shape(x)
        return [sizes[i] if n is None else n for i, n in enumerate(noise_shape)]
    return noise_shape


def moments(x, axes, shift=None, keepdims=False, name=None):
    """(mean, variance) of `x` over `axes`; variance divides by the count."""
    with scope(name, "moments"):
        x = tensor(x, name="x")
        narrow = x.dtype.base_dtype
        if narrow is as_dtype("float16"):
            x = TABLE["Cast"](x, DstT=float32)
        mean = _reduce("Mean", x, axes, True)
        off = TABLE["SquaredDifference"](x, TABLE["StopGradient"](mean))
        variance = _reduce("Mean", off, axes, True)
        if not keepdims:
            dims = [axes] if isinstance(axes, int) else list(axes)
            mean = TABLE["Squeeze"](mean, squeeze_dims=dims)
            variance = TABLE["Squeeze"](variance, squeeze_dims=dims)
        if narrow is not x.dtype.base_dtype:
            cast = TABLE["Cast"]
            return cast(mean, DstT=narrow), cast(variance, DstT=narrow)
        return mean, variance


def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    """scale·(x - mean)/√(variance + epsilon) + offset; Ioffe and Szegedy (2015)."""
    with scope(name, "batchnorm"):
        mul, sub, add = TABLE["Mul"], TABLE["Sub"], TABLE["AddV2"]
        x = tensor(x, name="x")
        inverse = TABLE["Rsqrt"](add(variance, variance_epsilon))
        if scale is not None:
            inverse = mul(inverse, scale)
        shift = TABLE["Neg"](mul(mean, inverse))
        if offset is not None:
            shift = sub(offset, mul(mean, inverse))
        return add(mul(x, inverse), shift)


def fused_batch_norm(
    x, scale, offset, mean=None, variance=None, epsilon=0.001, data_format="NHWC",
    is_training=True, name=None, exponential_avg_factor=1.0,
):  # fmt: skip
    """(y, mean, variance) of images `x`; the given statistics when not training."""
    empty = array.zeros([0])
    if is_training and exponential_avg_factor == 1.0:
        mean = variance = None
    out = TABLE["FusedBatchNormV3"](
        x, scale, offset,
        empty if mean is None else mean,
        empty if variance is None else variance,
        epsilon=max(epsilon, 1.001e-5),
        data_format=data_format,
        is_training=is_training,
        exponential_avg_factor=float(exponential_avg_factor),
        name=name,
    )  # fmt: skip
    return out[0], out[1], out[2]


def lrn(input, depth_radius=5, bias=1, alpha=1, beta=0.5, name=None):
    """Local response normalisation over channels; Krizhevsky et al. (2012)."""
    return TABLE["LRN"](
        input, depth_radius=int(depth_radius), bias=float(bias), alpha=float(alpha),
        beta=float(beta), name=name,
    )  # fmt: skip


local_response_normalization = lrn


# --- embeddings and ranking -----------------------------------------------------------


def embedding_lookup(params, ids, max_norm=None, name=None):
    """Rows `ids` of `params` [rows, ...]; a list of shards is read by id modulo n."""
    with scope(name, "embedding_lookup") as full:
        if isinstance(params, list | tuple) and len(params) > 1:
            return _sharded_lookup(params, ids, max_norm)
        if isinstance(params, list | tuple):
            params = params[0]
        out = array.gather(params, ids, name=None if max_norm else full or None)
        return out if max_norm is None else _clip_rows(out, max_norm, ids)


def _sharded_lookup(params, ids, max_norm):
    ids = tensor(ids, name="ids")
    flat = array.reshape(ids, [-1])
    count = len(params)
    shard = TABLE["FloorMod"](flat, count)
    row = TABLE["FloorDiv"](flat, count)
    shard = TABLE["Cast"](shard, DstT=int32)
    whole = TABLE["Range"](0, array.size(flat), 1)
    rows = TABLE["DynamicPartition"](row, shard, num_partitions=count)
    places = TABLE["DynamicPartition"](whole, shard, num_partitions=count)
    found = [array.gather(p, r) for p, r in zip(params, rows, strict=True)]
    out = TABLE["DynamicStitch"](places, found)
    out = array.reshape(
        out, array.concat([array.shape(ids), array.shape(params[0])[1:]], 0)
    )
    return out if max_norm is None else _clip_rows(out, max_norm, ids)


def _clip_rows(rows, max_norm, ids):
    norm = TABLE["Sqrt"](_reduce("Sum", TABLE["Square"](rows), -1, True))
    return TABLE["Mul"](
        rows, TABLE["RealDiv"](max_norm, TABLE["Maximum"](norm, max_norm))
    )


def top_k(input, k=1, sorted=True, index_type=int32, name=None):
    """The `k` largest entries along the last axis: (values, indices)."""
    from collections import namedtuple

    found = TABLE["TopKV2"](input, k, sorted=sorted, index_type=index_type, name=name)
    return namedtuple("TopKV2", ["values", "indices"])(*found)


def in_top_k(targets, predictions, k, name=None):
    """Whether each target class is among the `k` highest predictions of its row."""
    return TABLE["InTopKV2"](predictions, targets, k, name=name)


def normalize_moments(counts, mean_ss, variance_ss, shift, name=None):
    """(mean, variance) from sufficient statistics."""
    with scope(name, "normalize"):
        mul, sub, add = TABLE["Mul"], TABLE["Sub"], TABLE["AddV2"]
        divisor = TABLE["Reciprocal"](counts)
        shifted = mul(mean_ss, divisor)
        mean = shifted if shift is None else add(shifted, shift)
        variance = sub(mul(variance_ss, divisor), TABLE["Square"](shifted))
        return mean, variance
