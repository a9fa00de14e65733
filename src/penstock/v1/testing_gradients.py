"""`tf.test.compute_gradient`: gradients beside differences."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array
from penstock.core.dtypes import as_dtype
from penstock.v1.default_graph import get_default_session
from penstock.v1.gradients import gradients


def compute_gradient(
    x, x_shape, y, y_shape, x_init_value=None, delta=1e-3, init_targets=None,
    extra_feed_dict=None,
):  # fmt: skip
    """(by gradient, by differences): Jacobians [size of x, size of y] of y in x.

    Pairs of them where `x` is a list. Needs a default session.
    """
    run: Any = get_default_session().run
    if init_targets is not None:
        run([getattr(target, "initializer", target) for target in init_targets])
    feeds = dict(extra_feed_dict or {})
    several = isinstance(x, list)
    xs, shapes = (x, x_shape) if several else ([x], [x_shape])
    values = (
        list(x_init_value) if several and x_init_value else [x_init_value] * len(xs)
    )
    starts = [
        np.random.random_sample(shape).astype(as_dtype(one.dtype).base_dtype.np)
        if value is None else np.asarray(value, as_dtype(one.dtype).base_dtype.np)
        for one, shape, value in zip(xs, shapes, values, strict=True)
    ]  # fmt: skip
    feeds |= dict(zip(xs, starts, strict=True))
    found = []
    for one, start in zip(xs, starts, strict=True):
        found.append(
            (_by_gradient(run, one, start, y, y_shape, feeds),
             _by_differences(run, one, start, y, y_shape, feeds, delta))
        )  # fmt: skip
    return found if several else found[0]


def _by_gradient(run, x, start, y, y_shape, feeds):
    size = int(np.prod(y_shape))
    one_hot = array.zeros(y_shape, y.dtype.base_dtype)
    slope = gradients(y, x, grad_ys=one_hot)[0]
    out = np.zeros((start.size, size), start.dtype)
    if slope is None:
        return out
    for at in range(size):
        picked = np.zeros(size, y.dtype.base_dtype.np)
        picked[at] = 1
        grad = run(slope, {**feeds, one_hot: picked.reshape(y_shape)})
        out[:, at] = np.ravel(grad)
    return out


def _by_differences(run, x, start, y, y_shape, feeds, delta):
    out = np.zeros((start.size, int(np.prod(y_shape))), start.dtype)
    for row in range(start.size):
        sides = []
        for sign in (1, -1):
            moved = start.copy()
            moved.reshape(-1)[row] += sign * delta
            sides.append(np.ravel(run(y, {**feeds, x: moved})))
        out[row] = (sides[0] - sides[1]) / (2 * delta)
    return out


def compute_gradient_error(
    x, x_shape, y, y_shape, x_init_value=None, delta=1e-3, init_targets=None,
    extra_feed_dict=None,
):  # fmt: skip
    """The largest distance between both Jacobians."""
    found = compute_gradient(
        x, x_shape, y, y_shape, x_init_value, delta, init_targets, extra_feed_dict
    )
    pairs = found if isinstance(found, list) else [found]
    return max(float(np.abs(a - b).max(initial=0.0)) for a, b in pairs)


__all__ = ["compute_gradient", "compute_gradient_error"]
