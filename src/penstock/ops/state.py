"""Variables: 1.x references, 2.x resources, and the ops that assign to them.

An op with `writes=(i, ...)` receives the current values of those variable inputs and
returns their new ones; its outputs, if any, are the first variable afterwards.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.shapes import as_dims, merge
from penstock.ir.op import STOPS, op
from penstock.ops import rules


def _shape_attr(*_, shape=None, **__):
    return as_dims(shape)


@op(
    "VariableV2",
    "-> ref: Ref(dtype)",
    shape=_shape_attr,
    attrs={"shape": None, "container": "", "shared_name": ""},
    gradient=STOPS,
    stateful=True,
)
def variable_v2():
    raise AssertionError("a variable is read from the store, never computed")


@op(
    "VarHandleOp",
    "-> resource: resource",
    shape=rules.scalar,
    attrs={
        "dtype": None, "shape": None, "container": "", "shared_name": "",
        "debug_name": "", "allowed_devices": (),
    },
    gradient=STOPS,
    stateful=True,
)  # fmt: skip
def var_handle():
    raise AssertionError("a handle names a variable, it has no value")


def handle_shape(handle) -> Any:
    """The static shape of the variable that a resource tensor names."""
    return as_dims(getattr(handle, "variable_dims", None))


@op(
    "ReadVariableOp",
    "resource: resource -> value: dtype",
    shape=lambda resource, **_: handle_shape(resource),
    stateful=True,
    sparse=True,
)
def read_variable(resource):
    return resource


@read_variable.gradient
def _(node, dy):
    return dy


def _assigned(ref, value, *, validate_shape=True, **_):
    return merge(ref.dims, value.dims) if validate_shape else value.dims


@op(
    "Assign",
    "ref: Ref(T), value: T -> output_ref: Ref(T)",
    shape=_assigned,
    attrs={"validate_shape": True, "use_locking": True},
    gradient=STOPS,
    writes=(0,),
    overwrites=True,
    stateful=True,
)
def assign(ref, value):
    return value


@op(
    "AssignAdd",
    "ref: Ref(T), value: T -> output_ref: Ref(T)",
    shape=rules.same_as(0),
    attrs={"use_locking": False},
    gradient=STOPS,
    writes=(0,),
    stateful=True,
)
def assign_add(ref, value):
    return ref + value


@op(
    "AssignSub",
    "ref: Ref(T), value: T -> output_ref: Ref(T)",
    shape=rules.same_as(0),
    attrs={"use_locking": False},
    gradient=STOPS,
    writes=(0,),
    stateful=True,
)
def assign_sub(ref, value):
    return ref - value


@op(
    "AssignVariableOp",
    "resource: resource, value: dtype ->",
    shape=rules.none,
    attrs={"validate_shape": False},
    gradient=STOPS,
    writes=(0,),
    overwrites=True,
    stateful=True,
)
def assign_variable(resource, value):
    return value


@op(
    "AssignAddVariableOp",
    "resource: resource, value: dtype ->",
    shape=rules.none,
    gradient=STOPS,
    writes=(0,),
    stateful=True,
)
def assign_add_variable(resource, value):
    return resource + value


@op(
    "AssignSubVariableOp",
    "resource: resource, value: dtype ->",
    shape=rules.none,
    gradient=STOPS,
    writes=(0,),
    stateful=True,
)
def assign_sub_variable(resource, value):
    return resource - value


@op(
    "IsVariableInitialized",
    "ref: Ref(dtype) -> is_initialized: bool",
    shape=rules.scalar,
    gradient=STOPS,
    stateful=True,
    host=True,
    nested=True,
)
def is_variable_initialized(frame, node):
    return np.array(frame.variable(node.inputs[0]) in frame.state)


@op(
    "VarIsInitializedOp",
    "resource: resource -> is_initialized: bool",
    shape=rules.scalar,
    gradient=STOPS,
    stateful=True,
    host=True,
    nested=True,
)
def var_is_initialized(frame, node):
    return np.array(frame.variable(node.inputs[0]) in frame.state)
