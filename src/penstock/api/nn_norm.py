"""Moments, and what normalises by them."""

from __future__ import annotations

from typing import Any

from penstock.api import array, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api import math_reduce as reduce
from penstock.api.math_functions import cast
from penstock.api.passing import identity, stop_gradient
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import as_dtype, float32
from penstock.ir.op import TABLE


def moments(x, axes, shift=None, keepdims=False, name=None):
    """(mean, variance) of `x` over `axes`; variance divides by the count."""
    with scope(name, "moments"):
        x = tensor(x, name="x")
        narrow = x.dtype.base_dtype
        if narrow is as_dtype("float16"):
            x = cast(x, float32)
        mean = reduce.reduce_mean(x, axes, keepdims=True, name="mean")
        off = TABLE["SquaredDifference"](x, stop_gradient(mean))
        variance = reduce.reduce_mean(off, axes, keepdims=True, name="variance")
        if not keepdims:
            dims = [axes] if isinstance(axes, int) else axes
            mean, variance = array.squeeze(mean, dims), array.squeeze(variance, dims)
        if narrow is not x.dtype.base_dtype:
            return cast(mean, narrow), cast(variance, narrow)
        return mean, variance


def weighted_moments(x, axes, frequency_weights, keepdims=False, name=None):
    """(mean, variance) with each element counted `frequency_weights` times."""
    with scope(name, "weighted_moments"):
        x = tensor(x, name="x")
        weights = cast(tensor(frequency_weights, name="frequency_weights"), x.dtype)
        weighted = weights * x
        summed = reduce.reduce_sum(
            weighted, axes, keepdims=True, name="weighted_input_sum"
        )
        spread = weights + array.zeros_like(weighted)
        total = reduce.reduce_sum(spread, axes, keepdims=True, name="sum_of_weights")
        divide = TABLE["DivNoNan"]
        mean = divide(summed, total, name="div_no_nan")
        off = TABLE["SquaredDifference"](x, mean)
        distance = reduce.reduce_sum(
            weights * off, axes, keepdims=True, name="weighted_distsq"
        )
        variance = divide(distance, total, name="div_no_nan")
        if keepdims:
            return mean, variance
        dims = [axes] if isinstance(axes, int) else axes
        return array.squeeze(mean, dims), array.squeeze(variance, dims)


def sufficient_statistics(x, axes, shift=None, keepdims=False, name=None):
    """(count, sum, sum of squares, shift) over `axes`: what moments follow from."""
    axes = [axes] if isinstance(axes, int) else list(axes)
    with scope(name, "sufficient_statistics"):
        x = tensor(x, name="x")
        dims = x.dims
        if dims is not None and all(dims[a] is not None for a in axes):
            count: Any = 1
            for a in axes:
                count *= dims[a]
            counts = tensor(float(count), x.dtype.base_dtype, name="count")
        else:
            array.rank(x)  # TensorFlow asks for it, and seeds count nodes
            sizes = array.gather(cast(array.shape(x), x.dtype), axes)
            counts = reduce.reduce_prod(sizes, name="count")
        if shift is not None:
            shift = tensor(shift, x.dtype.base_dtype, name="shift")
            first = TABLE["Sub"](x, shift)
            second = TABLE["SquaredDifference"](x, shift)
        else:
            first, second = x, TABLE["Square"](x)
        mean_ss = reduce.reduce_sum(first, axes, keepdims=keepdims, name="mean_ss")
        var_ss = reduce.reduce_sum(second, axes, keepdims=keepdims, name="var_ss")
        return counts, mean_ss, var_ss, shift


def normalize_moments(counts, mean_ss, variance_ss, shift, name=None):
    """(mean, variance) from sufficient statistics."""
    with scope(name, "normalize"):
        divisor = TABLE["Reciprocal"](counts, name="divisor")
        if shift is not None:
            shifted = TABLE["Mul"](mean_ss, divisor, name="shifted_mean")
            mean = TABLE["AddV2"](shifted, shift, name="mean")
        else:
            shifted = TABLE["Mul"](mean_ss, divisor, name="mean")
            mean = shifted
        variance = TABLE["Sub"](
            TABLE["Mul"](variance_ss, divisor), TABLE["Square"](shifted),
            name="variance",
        )  # fmt: skip
        return mean, variance


def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    """scale·(x - mean)/√(variance + epsilon) + offset; Ioffe and Szegedy (2015)."""
    with scope(name, "batchnorm"):
        x = tensor(x, name="x")
        inverse = TABLE["Rsqrt"](variance + variance_epsilon)
        if scale is not None:
            inverse = inverse * scale
        # cast: the statistics may be kept wider than x.
        grown = x * cast(inverse, x.dtype)
        shift = -mean * inverse if offset is None else offset - mean * inverse
        return grown + cast(shift, x.dtype)


def fused_batch_norm(
    x, scale, offset, mean=None, variance=None, epsilon=0.001, data_format="NHWC",
    is_training=True, name=None, exponential_avg_factor=1.0,
):  # fmt: skip
    """(y, mean, variance) of images `x`; the given statistics when not training."""
    x = tensor(x, name="input")
    scale = tensor(scale, name="scale")
    offset = tensor(offset, name="offset")
    if is_training and exponential_avg_factor == 1.0:
        mean = variance = None
    mean = tensor([] if mean is None else mean, float32)
    variance = tensor([] if variance is None else variance, float32)
    out = TABLE["FusedBatchNormV3"](
        x, scale, offset, mean, variance,
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


def l2_normalize(x, axis=None, epsilon=1e-12, name=None):
    """x / max(‖x‖, √epsilon) along `axis`."""
    with scope(name, "l2_normalize") as full:
        x = tensor(x, name="x")
        if x.dtype.is_complex:
            size = TABLE["ComplexAbs"](x, Tout=x.dtype.real_dtype)
            total = reduce.reduce_sum(size * size, axis, keepdims=True)
            inverse = TABLE["Rsqrt"](TABLE["Maximum"](total, epsilon))
            return TABLE["Mul"](x, cast(inverse, x.dtype), name=full or None)
        total = reduce.reduce_sum(TABLE["Square"](x), axis, keepdims=True)
        inverse = TABLE["Rsqrt"](TABLE["Maximum"](total, epsilon))
        return TABLE["Mul"](x, inverse, name=full or None)


def zero_fraction(value, name=None):
    """The share of zeros, a float32 scalar."""
    with scope(name, "zero_fraction"):
        x = tensor(value, name="value")
        zeros = TABLE["Equal"](x, array.zeros_like(x))
        share = reduce.reduce_mean(cast(zeros, float32))
        return identity(share, name="fraction")
