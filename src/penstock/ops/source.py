"""Where values enter a graph: constants and placeholders; and ops that only order."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import int32
from penstock.core.shapes import as_dims
from penstock.ir.op import STOPS, op
from penstock.ops import rules


@op(
    "Const",
    "-> output: dtype",
    shape=lambda *, value, **_: value.shape,
    gradient=STOPS,
    fold=lambda *, value: value,
)
def const(*, value):
    return value


def _declared_shape(*_, shape=None, **__):
    return as_dims(shape)


@op(
    "Placeholder",
    "-> output: dtype",
    shape=_declared_shape,
    attrs={"shape": None},
    gradient=STOPS,
    stateful=True,
)
def placeholder():
    raise AssertionError("a placeholder is fed, never computed")


@op("PlaceholderWithDefault", "input: dtype -> output: dtype", shape=_declared_shape)
def placeholder_with_default(input, *, shape):
    del shape
    return input


@placeholder_with_default.gradient
def _(node, dy):
    return dy


@op("NoOp", "->", shape=rules.none, gradient=STOPS)
def no_op():
    return ()


@op(
    "Identity",
    "input: T -> output: T",
    shape=rules.same_as(0),
    fold=lambda x: x,
    sparse=True,
)
def identity(input):
    return input


@identity.gradient
def _(node, dy):
    return dy


@op(
    "IdentityN",
    "input: *T -> output: *T",
    shape=lambda inputs, **_: [t.dims for t in inputs],
)
def identity_n(inputs):
    return tuple(inputs)


@identity_n.gradient
def _(node, *dys):
    return list(dys)


@op("StopGradient", shape=rules.same_as(0), gradient=STOPS)
def stop_gradient(x):
    return x


@op("PreventGradient", attrs={"message": ""}, shape=rules.same_as(0))
def prevent_gradient(x):
    return x


@op(
    "Shape",
    "input: T -> output: out_type",
    shape=lambda x, **_: (None if x.dims is None else len(x.dims),),
    gradient=STOPS,
)
def shape(input, *, out_type=int32):
    # Shapes are known when a step is compiled: this is a constant there.
    return np.array(input.shape, out_type.np)
