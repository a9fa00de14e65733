"""Weights of losses and metrics: checked and broadcast to the values they weigh."""

from __future__ import annotations

from typing import Any

from penstock.api import array, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api.scopes import scope, tensor
from penstock.core.shapes import show
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


def assert_broadcastable(weights, values: Tensor):
    """A no-op, once `weights` may weigh `values`: a scalar, or as many dimensions.

    Each size must be 1 or that of `values`. Raises ValueError where it is known not
    to be. The nodes are TensorFlow's, but for the check of unknown shapes at run
    time: there the product fails itself.
    """
    with scope(None, "assert_broadcastable"):
        weights = tensor(weights, name="weights")
        for what, asked in (("weights", weights), ("values", values)):
            array.shape(asked, name=f"{what}/shape")
            array.rank(asked, name=f"{what}/rank")
        given, wanted = weights.dims, values.dims
        if given == ():
            return TABLE["NoOp"](name="static_scalar_check_success")
        if given is not None and wanted is not None:
            fits = len(given) == len(wanted) and all(
                None in (a, b) or a in (1, b)
                for a, b in zip(given, wanted, strict=True)
            )
            if not fits:
                raise ValueError(
                    "weights can not be broadcast to values. values.rank="
                    f"{len(wanted)}. weights.rank={len(given)}. "
                    f"values.shape={show(wanted)}. weights.shape={show(given)}."
                )
            if None not in given and None not in wanted:
                return TABLE["NoOp"](name="static_dims_check_success")
        return TABLE["NoOp"](name="dynamic_shape")


def broadcast_weights(weights, values) -> Tensor:
    """`weights` in the shape of `values`."""
    with scope(None, "broadcast_weights") as full:
        values = tensor(values, name="values")
        weights = tensor(weights, values.dtype.base_dtype, name="weights")
        known = weights.dims
        if known is not None and None not in known and known == values.dims:
            return weights
        check = assert_broadcastable(weights, values)
        with context.landing().control_dependencies([check]):
            return TABLE["Mul"](weights, array.ones_like(values), name=full or None)


def squeezed(predictions, labels, weights=None) -> Any:
    """The three, a last dimension of 1 taken off where the others lack it."""
    predictions = tensor(predictions)
    if labels is not None:
        labels, predictions = same_rank(labels, predictions)
        if predictions.dims is not None and labels.dims is not None:
            predictions.shape.assert_is_compatible_with(labels.shape)
    if weights is None:
        return predictions, labels, None
    weights = tensor(weights)
    a, b = predictions.dims, weights.dims
    if b == () or a is None or b is None:
        return predictions, labels, weights
    if len(b) - len(a) == 1:
        weights = array.squeeze(weights, [-1])
    elif len(a) - len(b) == 1:
        weights = array.expand_dims(weights, [-1])
    return predictions, labels, weights


def same_rank(labels, predictions, expected: int = 0):
    """(labels, predictions) with the last dimension of 1 of the longer taken off.

    `expected` is the difference in rank that is right.
    """
    with scope(None, "remove_squeezable_dimensions"):
        predictions, labels = tensor(predictions), tensor(labels)
        a, b = predictions.dims, labels.dims
        if a is not None and b is not None:
            extra = len(a) - len(b)
            if extra == expected + 1 and a[-1] in (1, None):
                predictions = array.squeeze(predictions, [-1])
            elif extra == expected - 1 and b[-1] in (1, None):
                labels = array.squeeze(labels, [-1])
        return labels, predictions
