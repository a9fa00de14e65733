"""`tf.gradients`, `tf.hessians`: reverse mode as programs call it."""

from __future__ import annotations

import math
from typing import Any

import penstock.backward as backward
from penstock.core import nest
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.op import TABLE


def gradients(
    ys, xs, grad_ys=None, name="gradients", colocate_gradients_with_ops=False,
    gate_gradients=False, aggregation_method=None, stop_gradients=None,
    unconnected_gradients="none",
):  # fmt: skip
    """The sum over `ys` of dy/dx, for each of `xs` (tensors or variables).

    None where no y depends on an x, or zeros with `unconnected_gradients="zero"`.
    Raises LookupError where an op on the way has no gradient, ValueError where
    `grad_ys` does not match `ys`.
    """
    graph = context.landing()
    y_list = [as_tensor(graph, y, None, "y") for y in nest.flatten(ys)]
    x_given = nest.flatten(xs)
    x_list = [source(x) for x in x_given]
    stops = [source(s) for s in nest.flatten(stop_gradients or [])]
    seeds = None if grad_ys is None else nest.flatten(grad_ys)
    if seeds is not None and len(seeds) != len(y_list):
        raise ValueError(
            f"Must specify one grad_y for each y; received {len(seeds)} for "
            f"{len(y_list)}."
        )
    with graph.name_scope(name):
        found = backward.gradients(y_list, x_list, seeds, stops)
        if getattr(unconnected_gradients, "value", unconnected_gradients) == "zero":
            found = [
                TABLE["ZerosLike"](as_tensor(graph, x, None, "x")) if g is None else g
                for g, x in zip(found, x_given, strict=True)
            ]
    return found


def source(x) -> Any:
    """The tensor through which everything that uses `x` reads it."""
    reference: Any = getattr(x, "_ref", None)
    if callable(reference):
        return reference()
    if isinstance(x, IndexedSlices):
        return x.values
    return as_tensor(context.landing(), x, None, "x")


def hessians(
    ys, xs, name="hessians", colocate_gradients_with_ops=False, gate_gradients=False,
    aggregation_method=None,
):  # fmt: skip
    """For each of `xs` the second derivatives of the sum over `ys`, [*x, *x].

    One row for each element of x, so that is for small ones. Raises ValueError for an
    x of unknown shape, and where the gradient does not depend on it.
    """
    del name, colocate_gradients_with_ops, gate_gradients, aggregation_method
    out = []
    for x in nest.flatten(xs):
        dims = x.shape.as_list()
        if None in dims:
            raise ValueError(f"tf.hessians needs a known shape; {x} has {x.shape}.")
        (slope,) = gradients(ys, [x])
        if slope is None:
            raise ValueError("None values not supported.")
        flat = TABLE["Reshape"](slope, [-1])
        rows = []
        for i in range(math.prod(dims)):
            element = TABLE["StridedSlice"](flat, [i], [i + 1], [1], shrink_axis_mask=1)
            rows += gradients(element, [x], unconnected_gradients="zero")
        out.append(TABLE["Reshape"](TABLE["Pack"](rows, axis=0), [*dims, *dims]))
    return out
