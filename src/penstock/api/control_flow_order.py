"""Ordering without values: operations that wait for others."""

from __future__ import annotations

from penstock.api.scopes import scope
from penstock.core import nest
from penstock.ir import context
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.op import TABLE


def no_op(name=None):
    """An operation that does nothing."""
    return TABLE["NoOp"](name=name)


def group(*inputs, **kwargs):
    """An operation that is done when all `inputs` are."""
    name = kwargs.pop("name", None)
    if kwargs:
        raise ValueError(f"Unknown keyword arguments: {', '.join(kwargs)}")
    landing = context.landing()
    if landing.eager:
        return None
    nodes = [landing._as_node(i) for i in nest.flatten(inputs) if i is not None]
    if not nodes:
        return no_op(name or "group_deps")
    with landing.control_dependencies(nodes):
        return no_op(name or "group_deps")


def tuple(tensors, name=None, control_inputs=None):
    """`tensors`, each ready only when all of them (and `control_inputs`) are."""
    landing = context.landing()
    if landing.eager:
        return list(tensors)
    with scope(name, "tuple"):
        given = [t for t in tensors if t is not None]
        if not given:
            raise ValueError("Must have at least one Tensor in the argument tensors.")
        gate = group(*given, *(control_inputs or ()))
        return [None if t is None else with_dependencies([gate], t) for t in tensors]


def with_dependencies(dependencies, output_tensor, name=None):
    """`output_tensor`, after `dependencies`."""
    landing = context.landing()
    if landing.eager:
        return output_tensor
    with scope(name, "control_dependency") as full:
        with landing.control_dependencies(dependencies):
            if isinstance(output_tensor, IndexedSlices):
                values = TABLE["Identity"](output_tensor.values)
                return IndexedSlices(
                    values, output_tensor.indices, output_tensor.dense_shape
                )
            return TABLE["Identity"](output_tensor, name=full or None)


def identity_n(input, name=None):
    """The tensors of a list, as outputs of one operation."""
    return list(TABLE["IdentityN"](list(input), name=name))
