"""The 1.x spellings of control flow."""

from __future__ import annotations

import numpy as np

from penstock.api import control_flow as api
from penstock.core import nest
from penstock.ir import context


def cond(
    pred, true_fn=None, false_fn=None, strict=False, name=None, fn1=None, fn2=None
):
    """As `tf.cond` of 1.x; `fn1` and `fn2` are its older names."""
    true_fn = fn1 if fn1 is not None else true_fn
    false_fn = fn2 if fn2 is not None else false_fn
    if isinstance(pred, bool | np.bool_) and not context.executing_eagerly():
        raise TypeError("pred must not be a Python bool")
    return api.cond(pred, true_fn, false_fn, name, strict=strict)


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    return api.case(pred_fn_pairs, default, exclusive, strict, name)


def while_loop(
    cond, body, loop_vars, shape_invariants=None, parallel_iterations=10,
    back_prop=True, swap_memory=False, name=None, maximum_iterations=None,
    return_same_structure=False,
):  # fmt: skip
    """As `tf.while_loop` of 1.x: one loop variable comes back without its list."""
    result = api.while_loop(
        cond, body, loop_vars, shape_invariants, parallel_iterations, back_prop,
        swap_memory, maximum_iterations, name,
    )  # fmt: skip
    single = not return_same_structure and len(nest.flatten(result)) == 1
    if single and isinstance(result, list | tuple) and not context.executing_eagerly():
        return nest.flatten(result)[0]
    if single and isinstance(result, list | tuple):
        return result[0]
    return result
