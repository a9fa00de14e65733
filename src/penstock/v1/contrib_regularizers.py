"""Regularisers of `tf.contrib.layers`: functions of weights that give a loss."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

from penstock.api.math_arithmetic import add_n, multiply
from penstock.api.math_functions import abs as absolute
from penstock.api.math_reduce import reduce_sum
from penstock.api.nn import l2_loss
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.v1.default_graph import get_default_graph
from penstock.v1.graph_keys import GraphKeys


def _check(scale) -> None:
    if isinstance(scale, numbers.Integral):
        raise ValueError(f"scale cannot be an integer: {scale}. Write {scale}.0.")
    if isinstance(scale, numbers.Real) and scale < 0.0:
        raise ValueError(
            f"Setting a scale less than 0 on a regularizer: {float(scale):g}"
        )


def _regularizer(scale, scope, default: str, measure: Callable) -> Callable:
    if isinstance(scale, numbers.Real) and scale == 0.0:
        return lambda _: None

    def regularizer(weights, name=None):
        del name
        where = context.landing()
        with where.name_scope(scope or default) as full:
            kind = weights.dtype.base_dtype
            factor = as_tensor(where, scale, kind, "scale")
            return multiply(factor, measure(weights), name=full)

    return regularizer


def l1_regularizer(scale, scope=None) -> Callable:
    """`scale` · Σ |w|; no loss for a scale of 0.

    Raises ValueError for a negative or an integer scale.
    """
    _check(scale)
    return _regularizer(
        scale, scope, "l1_regularizer", lambda w: reduce_sum(absolute(w))
    )


def l2_regularizer(scale, scope=None) -> Callable:
    """`scale` · Σ w² / 2; no loss for a scale of 0.

    Raises ValueError for a negative or an integer scale.
    """
    _check(scale)
    return _regularizer(scale, scope, "l2_regularizer", l2_loss)


def l1_l2_regularizer(scale_l1=1.0, scale_l2=1.0, scope=None) -> Callable:
    """The sum of both; ValueError as above."""
    _check(scale_l1)
    _check(scale_l2)
    scope = scope or "l1_l2_regularizer"
    parts = [l1_regularizer(scale_l1), l2_regularizer(scale_l2)]
    return sum_regularizer(parts, scope=scope)


def sum_regularizer(regularizer_list, scope=None) -> Any:
    """The sum of several, those that are None left out; None where all are."""
    parts = [r for r in regularizer_list if r is not None]
    if not parts:
        return None

    def regularizer(weights):
        with context.landing().name_scope(scope or "sum_regularizer") as full:
            losses = [loss for r in parts if (loss := r(weights)) is not None]
            return add_n(losses, name=full) if losses else None

    return regularizer


def apply_regularization(regularizer, weights_list=None):
    """The sum of `regularizer` over weights, added to REGULARIZATION_LOSSES.

    By default over the WEIGHTS collection. Raises ValueError where there are none.
    """
    graph = get_default_graph()
    if not weights_list:
        weights_list = graph.get_collection(GraphKeys.WEIGHTS)
    if not weights_list:
        raise ValueError("No weights to regularize.")
    with graph.name_scope("get_regularization_penalty") as full:
        penalties = [loss for w in weights_list if (loss := regularizer(w)) is not None]
        total = (
            add_n(penalties, name=full)
            if penalties
            else as_tensor(graph, 0.0, None, full)
        )
    graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, total)
    return total


__all__ = [
    "apply_regularization", "l1_l2_regularizer", "l1_regularizer", "l2_regularizer",
    "sum_regularizer",
]  # fmt: skip
