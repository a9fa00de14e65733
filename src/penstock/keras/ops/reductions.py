"""`keras.ops`: sums, means, extremes, order, products of matrices."""

from __future__ import annotations

from collections.abc import Callable

from penstock.api import array, linalg, math
from penstock.api import array_sort as sorting
from penstock.api.scopes import tensor as as_tensor
from penstock.keras.ops.operands import floating, named_as, pair, tensor


def _axis(axis):
    return list(axis) if isinstance(axis, tuple) else axis


def _reduced(function: Callable, prepare: Callable = tensor) -> Callable:
    @named_as(function)
    def call(x, axis=None, keepdims=False):
        return function(prepare(x), axis=_axis(axis), keepdims=keepdims)

    return call


def _truth(x):
    return math.cast(tensor(x), "bool")


def _countable(x):
    x = tensor(x)
    return math.cast(x, "int32") if x.dtype.base_dtype.name == "bool" else x


sum, prod = _reduced(math.reduce_sum, _countable), _reduced(math.reduce_prod)
mean = _reduced(math.reduce_mean, floating)
std, var = (
    _reduced(math.reduce_std, floating), _reduced(math.reduce_variance, floating)
)  # fmt: skip
any, all = _reduced(math.reduce_any, _truth), _reduced(math.reduce_all, _truth)
logsumexp = _reduced(math.reduce_logsumexp, floating)


def _extreme(reduce: Callable, pick: Callable) -> Callable:
    @named_as(reduce)
    def call(x, axis=None, keepdims=False, initial=None):
        out = reduce(tensor(x), axis=_axis(axis), keepdims=keepdims)
        return out if initial is None else pick(*pair(out, initial))

    return call


max = amax = _extreme(math.reduce_max, math.maximum)
min = amin = _extreme(math.reduce_min, math.minimum)


def average(x, axis=None, weights=None):
    """The mean, weighted by `weights`."""
    x = floating(x)
    if weights is None:
        return math.reduce_mean(x, axis=_axis(axis))
    x, w = pair(x, weights)
    if len(w.dims) == 1 and axis is not None and len(x.dims) > 1:
        place = [1] * len(x.dims)
        place[axis] = -1
        w = array.reshape(w, place)
    w = array.broadcast_to(w, array.shape(x))
    total = math.reduce_sum(x * w, axis=_axis(axis))
    return total / math.reduce_sum(w, axis=_axis(axis))


def count_nonzero(x, axis=None):
    return math.cast(math.count_nonzero(tensor(x), axis=_axis(axis)), "int32")


def ptp(x, axis=None, keepdims=False):
    """The largest less the smallest."""
    return max(x, axis, keepdims) - min(x, axis, keepdims)


def median(x, axis=None, keepdims=False):
    return quantile(x, 0.5, axis, keepdims=keepdims)


def quantile(x, q, axis=None, method="linear", keepdims=False):
    """The value below which a part `q` lies, between neighbours by a straight line."""
    if method != "linear":
        raise ValueError(f"quantile: method={method!r} is not in Penstock; use linear.")
    x = floating(x)
    rank = len(x.dims)
    axes = list(range(rank)) if axis is None else [
        a % rank for a in (axis if isinstance(axis, tuple | list) else [axis])
    ]  # fmt: skip
    rest = [a for a in range(rank) if a not in axes]
    moved = array.transpose(x, [*rest, *axes])
    sizes = array.shape(x)
    flat = array.reshape(
        moved, array.concat([array.gather(sizes, rest), [-1]], 0) if rest else [-1]
    )
    ordered = sorting.sort(flat, axis=-1)
    count = array.shape(ordered)[-1]
    kind = x.dtype.base_dtype
    place = as_tensor(q, kind) * math.cast(count - 1, kind)
    low = math.floor(place)
    first, second = (
        array.gather(ordered, math.cast(at, "int32"), axis=-1)
        for at in (low, math.ceil(place))
    )
    out = first + (second - first) * (place - low)
    many = len(out.dims) - len(rest)
    if many:  # several q come first
        n = len(out.dims)
        out = array.transpose(out, [*range(n - many, n), *range(n - many)])
    if keepdims:
        for a in sorted(axes):
            out = array.expand_dims(out, a + many)
    return out


def percentile(x, q, axis=None, method="linear", keepdims=False):
    return quantile(x, floating(q) / 100.0, axis, method, keepdims)


def argmax(x, axis=None, keepdims=False):
    """The first place of the largest, int32; of the flattened x without `axis`."""
    return _place(math.argmax, x, axis, keepdims)


def argmin(x, axis=None, keepdims=False):
    return _place(math.argmin, x, axis, keepdims)


def _place(function, x, axis, keepdims):
    x = tensor(x)
    rank = len(x.dims)
    flat = array.reshape(x, [-1]) if axis is None else x
    out = function(flat, 0 if axis is None else axis, output_type="int32")
    if not keepdims:
        return out
    if axis is None:
        return array.reshape(out, [1] * rank)
    return array.expand_dims(out, axis)


def sort(x, axis=-1):
    return sorting.sort(tensor(x), axis=axis)


def argsort(x, axis=-1):
    x = tensor(x)
    if axis is None:
        x, axis = array.reshape(x, [-1]), -1
    return math.cast(sorting.argsort(x, axis=axis), "int32")


def top_k(x, k, sorted=True):
    """(the k largest along the last axis, their places)."""
    return math.top_k(tensor(x), k, sorted)


def in_top_k(targets, predictions, k):
    return math.in_top_k(tensor(targets), tensor(predictions), k)


def cumsum(x, axis=None, dtype=None):
    return _running(math.cumsum, x, axis, dtype)


def cumprod(x, axis=None, dtype=None):
    return _running(math.cumprod, x, axis, dtype)


def _running(function, x, axis, dtype):
    x = tensor(x, dtype)
    if axis is None:
        x, axis = array.reshape(x, [-1]), 0
    return function(x, axis)


def _segments(function: Callable) -> Callable:
    @named_as(function)
    def call(data, segment_ids, num_segments=None, sorted=False):
        if num_segments is None:
            num_segments = math.reduce_max(tensor(segment_ids)) + 1
        return function(tensor(data), tensor(segment_ids), num_segments)

    return call


segment_sum = _segments(math.unsorted_segment_sum)
segment_max = _segments(math.unsorted_segment_max)
segment_min = _segments(math.unsorted_segment_min)
segment_prod = _segments(math.unsorted_segment_prod)


# --- matrices -------------------------------------------------------------------------


def matmul(x1, x2):
    """The product of matrices; a vector is a row in front or a column behind."""
    x1, x2 = pair(x1, x2)
    row, column = len(x1.dims) == 1, len(x2.dims) == 1
    x1 = array.expand_dims(x1, 0) if row else x1
    x2 = array.expand_dims(x2, -1) if column else x2
    out = math.matmul(x1, x2)
    out = array.squeeze(out, [-1]) if column else out
    return array.squeeze(out, [-1 if column else -2]) if row else out


def dot(x1, x2):
    """Σ over the last axis of x1 and the last but one of x2."""
    x1, x2 = pair(x1, x2)
    if not x1.dims or not x2.dims:
        return x1 * x2
    return math.tensordot(x1, x2, [[-1], [-1 if len(x2.dims) == 1 else -2]])


def tensordot(x1, x2, axes=2):
    a, b = pair(x1, x2)
    return math.tensordot(a, b, axes)


def inner(x1, x2):
    a, b = pair(x1, x2)
    return math.tensordot(a, b, [[-1], [-1]])


def outer(x1, x2):
    x1, x2 = pair(x1, x2)
    return array.reshape(x1, [-1, 1]) * array.reshape(x2, [1, -1])


def vdot(x1, x2):
    x1, x2 = (array.reshape(x, [-1]) for x in pair(x1, x2))
    return math.reduce_sum(math.conj(x1) * x2)


def einsum(subscripts, *operands):
    return math.einsum(subscripts, *map(tensor, operands))


def cross(x1, x2):
    return math.cross(*pair(x1, x2))


def trace(x, offset=0, axis1=0, axis2=1):
    """Σ of the diagonal of the matrices in two axes."""
    from penstock.keras.ops.shapes import diagonal

    return math.reduce_sum(diagonal(x, offset, axis1, axis2), axis=-1)


def _of_matrices(function: Callable) -> Callable:
    @named_as(function)
    def call(x):
        return function(floating(x))

    return call


det, inv, slogdet = map(_of_matrices, (linalg.det, linalg.inv, linalg.slogdet))
cholesky, eigh, logdet = map(
    _of_matrices, (linalg.cholesky, linalg.eigh, linalg.logdet)
)
pinv = _of_matrices(linalg.pinv)


def solve(a, b):
    """x of a·x = b."""
    a, b = (floating(v) for v in pair(a, b))
    if len(b.dims) == len(a.dims) - 1:
        return array.squeeze(linalg.solve(a, array.expand_dims(b, -1)), [-1])
    return linalg.solve(a, b)


def norm(x, ord=None, axis=None, keepdims=False):
    """The norm of vectors or matrices: Euclidean, 1, inf or another order."""
    word = "euclidean" if ord in (None, 2, "fro") else ord
    return linalg.norm(floating(x), word, _axis(axis), keepdims)


def qr(x, mode="reduced"):
    return linalg.qr(floating(x), full_matrices=mode == "complete")


def svd(x, full_matrices=True, compute_uv=True):
    """(u, s, vᴴ), or s alone."""
    found = linalg.svd(floating(x), full_matrices, compute_uv)
    if not compute_uv:
        return found
    s, u, v = found
    return u, s, linalg.adjoint(v)
