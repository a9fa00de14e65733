"""Arrays of `tf.experimental.numpy` from nothing, from values, from others."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE
from penstock.v2.numpy_dtypes import (
    PREFERRED,
    array_of,
    cast,
    kind_of,
    result_type,
)


def array(val, dtype=None, copy=True, ndmin=0):
    """`val` as a tensor, Python's numbers as int64 and float64."""
    made = array_of(val, dtype)
    missing = ndmin - len(made.shape)
    return made[(None,) * missing] if missing > 0 else made


def asarray(a, dtype=None):
    return array_of(a, dtype)


asanyarray = ascontiguousarray = asarray


def copy(a):
    return TABLE["Identity"](array_of(a))


def _sizes(shape) -> list:
    if hasattr(shape, "numpy"):
        shape = shape.numpy()
    return [int(n) for n in np.atleast_1d(np.asarray(shape, np.int64))]


def full(shape, fill_value, dtype=None):
    """`fill_value`, broadcast to `shape`."""
    return TABLE["BroadcastTo"](array_of(fill_value, dtype), _sizes(shape))


def _kind(dtype):
    if dtype is None:
        return PREFERRED[float]
    return np.dtype(np.float64 if dtype is float else as_dtype(dtype).np)


def zeros(shape, dtype=float):
    return array_of(np.zeros(_sizes(shape), _kind(dtype)))


def ones(shape, dtype=float):
    return array_of(np.ones(_sizes(shape), _kind(dtype)))


empty = zeros


def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None):
    a = array_of(a)
    value = array_of(fill_value, a.dtype if dtype is None else dtype)
    return TABLE["BroadcastTo"](value, TABLE["Shape"](a) if shape is None else shape)


def zeros_like(a, dtype=None):
    return full_like(a, 0, dtype)


def ones_like(a, dtype=None):
    return full_like(a, 1, dtype)


empty_like = zeros_like


def arange(start, stop=None, step=1, dtype=None):
    """start, start + step, ... below `stop`; `arange(n)` counts from 0."""
    if stop is None:
        start, stop = 0, start
    kind = (
        result_type(start, stop, step)
        if dtype is None
        else np.dtype(as_dtype(dtype).np)
    )
    bounds = [array_of(v, kind) for v in (start, stop, step)]
    return TABLE["Range"](*bounds)


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=float, axis=0):
    """`num` values from `start` to `stop`, along a new axis."""
    kind = PREFERRED[float] if dtype is float or dtype is None else dtype
    inner = np.result_type(np.dtype(as_dtype(kind).np), PREFERRED[float])
    start, stop = array_of(start, inner), array_of(stop, inner)
    gaps = num - 1 if endpoint else num
    step = (stop - start) / array_of(max(gaps, 1), inner)
    count = TABLE["Range"](*(array_of(v, inner) for v in (0, num, 1)))
    count = TABLE["Reshape"](count, [num] + [1] * len(step.shape))
    made = start + count * step
    if endpoint and num > 1:
        made = TABLE["ConcatV2"]([made[:-1], (stop + start * 0)[None]], 0)
    if axis not in (0, -len(made.shape)):
        order = list(range(1, len(made.shape)))
        order.insert(axis % len(made.shape), 0)
        made = TABLE["Transpose"](made, order)
    made = cast(made, kind)
    return (made, step) if retstep else made


def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    """`base` to the power of `linspace`."""
    powers: Any = linspace(start, stop, num, endpoint, axis=axis)
    made = TABLE["Pow"](array_of(base, powers.dtype), powers)
    return made if dtype is None else cast(made, dtype)


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """`num` values from `start` to `stop`, each the same multiple of the last."""
    a, b = (array_of(v, PREFERRED[float]) for v in (start, stop))
    powers = linspace(TABLE["Log"](a), TABLE["Log"](b), num, endpoint, axis=axis)
    made = TABLE["Exp"](powers)
    return made if dtype is None else cast(made, dtype)


def eye(N, M=None, k=0, dtype=float):
    """Ones on a diagonal."""
    return array_of(np.eye(N, M, k, dtype=_kind(dtype)))


def identity(n, dtype=float):
    return eye(n, dtype=dtype)


def tri(N, M=None, k=0, dtype=None):
    """Ones on and below a diagonal."""
    return array_of(np.tri(N, M, k, dtype=_kind(dtype)))


def diag(v, k=0):
    """A vector as the diagonal of a matrix, or a matrix's diagonal."""
    v = array_of(v)
    if len(v.shape) == 1:
        size = v.shape[0] + abs(k)
        return TABLE["MatrixDiagV3"](v, k, size, size, array_of(0, v.dtype))
    return TABLE["MatrixDiagPartV3"](v, k, array_of(0, v.dtype))


def diagflat(v, k=0):
    return diag(TABLE["Reshape"](array_of(v), [-1]), k)


def diag_indices(n, ndim=2):
    return (arange(n),) * ndim


def vander(x, N=None, increasing=False):
    """The powers of `x` as columns."""
    x = array_of(x)
    count = x.shape[0] if N is None else N
    powers = np.arange(count) if increasing else np.arange(count)[::-1]
    return TABLE["Pow"](x[:, None], array_of(powers, x.dtype))


def meshgrid(*xi, sparse=False, copy=True, indexing="xy"):
    """Coordinates of a grid from those of its axes."""
    from penstock.api.array_order import meshgrid as grid

    if sparse or not copy:
        raise ValueError("meshgrid: only sparse=False and copy=True are here.")
    return grid(*[array_of(x) for x in xi], indexing=indexing)


def ix_(*args):
    """Sequences as open grids, to index with."""
    made = []
    for axis, x in enumerate(args):
        x = array_of(x)
        if kind_of(x) == np.bool_:
            x = TABLE["Reshape"](TABLE["Where"](x), [-1])
        shape = [1] * len(args)
        shape[axis] = -1
        made.append(TABLE["Reshape"](x, shape))
    return made


__all__ = [
    "arange", "array", "asanyarray", "asarray", "ascontiguousarray", "copy", "diag",
    "diag_indices", "diagflat", "empty", "empty_like", "eye", "full", "full_like",
    "geomspace", "identity", "ix_", "linspace", "logspace", "meshgrid", "ones",
    "ones_like", "tri", "vander", "zeros", "zeros_like",
]  # fmt: skip
