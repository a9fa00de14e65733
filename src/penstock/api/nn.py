"""`tf.nn`: activations, dropout, ranking; losses, norms and embeddings from beside."""

from __future__ import annotations

import math as pymath

from penstock.api import array, operators, random  # noqa: F401
from penstock.api.named_results import TopKV2
from penstock.api.nn_embedding import (
    embedding_lookup,
    embedding_lookup_sparse,
    safe_embedding_lookup_sparse,
)
from penstock.api.nn_loss import (
    log_poisson_loss,
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits,
)
from penstock.api.nn_norm import (
    batch_normalization,
    fused_batch_norm,
    l2_normalize,
    local_response_normalization,
    lrn,
    moments,
    normalize_moments,
    sufficient_statistics,
    weighted_moments,
    zero_fraction,
)
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import FLOATING, float32, int32
from penstock.core.errors import ShapeError
from penstock.core.shapes import show
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import nn_activation as act


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
    with scope(name, "CRelu") as full:
        x = tensor(features, name="features")
        both = array.concat([x, TABLE["Neg"](x)], axis, name=full or "concat")
        return act.relu(both)


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


# --- chance -----------------------------------------------------------------------


def dropout(x, rate, noise_shape=None, seed=None, name=None):
    """Zero a share `rate` of `x` and scale the rest by 1/(1-rate).

    `noise_shape` [rank of x] with ones shares the choice along those dimensions.
    Raises ValueError for a rate outside [0, 1). Srivastava et al. (2014).
    """
    with scope(name, "dropout"):
        known = rate if isinstance(rate, int | float) else None
        if known is not None and not 0 <= known < 1:
            raise ValueError(
                "`rate` must be a scalar tensor or a float in the range [0, 1). "
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
            scaled = TABLE["Mul"](x, tensor(1.0 / (1.0 - known), kind))
        else:
            rate = tensor(rate, name="rate")
            if rate.dtype.base_dtype is not kind:
                rate = TABLE["Cast"](rate, DstT=kind, name="rate")
            one = tensor(1.0, kind)
            scaled = TABLE["RealDiv"](x, TABLE["Sub"](one, rate))
        sizes = array.shape(x) if noise_shape is None else _noise_shape(x, noise_shape)
        noise = random.random_uniform(sizes, seed=seed, dtype=kind)
        keep = TABLE["GreaterEqual"](noise, rate)
        out = TABLE["SelectV2"](keep, scaled, tensor(0.0, kind))
        if x.dims is not None:
            out.set_shape(x.dims)
        return out


def _noise_shape(x: Tensor, noise_shape):
    """`noise_shape` with its None entries filled from `x`."""
    if isinstance(noise_shape, list | tuple) and any(n is None for n in noise_shape):
        sizes = array.shape(x)
        return [sizes[i] if n is None else n for i, n in enumerate(noise_shape)]
    return noise_shape


# --- ranking -----------------------------------------------------------


def top_k(input, k=1, sorted=True, index_type=int32, name=None):
    """The `k` largest entries along the last axis: (values, indices)."""
    found = TABLE["TopKV2"](input, k, sorted=sorted, index_type=index_type, name=name)
    return TopKV2(*found)


def in_top_k(targets, predictions, k, name=None):
    """Whether each target class is among the `k` highest predictions of its row."""
    return TABLE["InTopKV2"](predictions, targets, k, name=name)


__all__ = [
    "batch_normalization",
    "bias_add",
    "crelu",
    "dropout",
    "elu",
    "embedding_lookup",
    "embedding_lookup_sparse",
    "fused_batch_norm",
    "gelu",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "local_response_normalization",
    "log_poisson_loss",
    "log_softmax",
    "lrn",
    "moments",
    "normalize_moments",
    "relu",
    "relu6",
    "safe_embedding_lookup_sparse",
    "selu",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "silu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softplus",
    "softsign",
    "sparse_softmax_cross_entropy_with_logits",
    "sufficient_statistics",
    "swish",
    "tanh",
    "top_k",
    "weighted_cross_entropy_with_logits",
    "weighted_moments",
    "zero_fraction",
]
