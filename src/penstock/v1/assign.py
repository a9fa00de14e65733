"""`tf.assign` and its family, on reference and on resource variables."""

from __future__ import annotations

from collections.abc import Callable

from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ops import state, state_host
from penstock.v1.resource_variables import ResourceVariable
from penstock.v1.variables import Variable


def _is_reference(ref) -> bool:
    if isinstance(ref, ResourceVariable):
        return False
    kind = getattr(ref, "dtype", None)
    if getattr(kind, "_is_ref_dtype", False):
        return True
    raise AttributeError(
        f"Expected a variable to assign to, received {ref!r}. Make it a tf.Variable."
    )


def assign(ref, value, validate_shape=None, use_locking=None, name=None):
    """Set variable `ref` to `value`; gives the variable afterwards.

    Raises ValueError where shapes differ, unless `validate_shape` is False.
    """
    if not _is_reference(ref):
        return ref.assign(value, name=name)
    return state.assign(
        ref,
        value,
        validate_shape=True if validate_shape is None else bool(validate_shape),
        use_locking=True if use_locking is None else bool(use_locking),
        name=name,
    )


def assign_add(ref, value, use_locking=None, name=None):
    """Add `value` to variable `ref`; gives the variable afterwards."""
    if not _is_reference(ref):
        return ref.assign_add(value, name=name)
    return state.assign_add(ref, value, use_locking=bool(use_locking), name=name)


def assign_sub(ref, value, use_locking=None, name=None):
    """Subtract `value` from variable `ref`; gives the variable afterwards."""
    if not _is_reference(ref):
        return ref.assign_sub(value, name=name)
    return state.assign_sub(ref, value, use_locking=bool(use_locking), name=name)


def count_up_to(ref, limit, name=None):
    """Add 1 to `ref`, giving its value before.

    Raises OutOfRangeError, and leaves it alone, once it has reached `limit`.
    """
    if _is_reference(ref):
        return state_host.count_up_to(ref, limit=limit, name=name)
    return state_host.resource_count_up_to(
        ref.handle, T=ref.dtype, limit=limit, name=name
    )


def _scatter(kind: str, sentence: str, locking: bool) -> Callable:
    nd = kind.startswith("Nd")

    def scatter(ref, indices, updates, use_locking=locking, name=None):
        if _is_reference(ref):
            op = TABLE[f"Scatter{kind}"]
            return op(ref, indices, updates, use_locking=use_locking, name=name)
        where = context.landing()
        indices = as_tensor(where, indices, None, "indices")
        updates = as_tensor(where, updates, ref.dtype, "updates")
        given = {"use_locking": use_locking} if nd else {}
        op = TABLE[f"ResourceScatter{kind}"]
        return ref.after(op(ref.handle, indices, updates, name=name, **given))

    words = "".join("_" + c.lower() if c.isupper() else c for c in kind)
    scatter.__name__ = scatter.__qualname__ = "scatter" + words
    where = "at `indices` [..., depth]" if nd else "in rows `indices`"
    scatter.__doc__ = (
        f"{sentence} variable `ref` {where}; gives the variable afterwards.\n\n"
        "    Raises InvalidArgumentError for an index out of range when it runs.\n"
    )
    return scatter


scatter_update = _scatter("Update", "Write `updates` into", True)
scatter_add = _scatter("Add", "Add `updates` to", False)
scatter_sub = _scatter("Sub", "Subtract `updates` from", False)
scatter_mul = _scatter("Mul", "Multiply `updates` into", False)
scatter_div = _scatter("Div", "Divide by `updates`", False)
scatter_min = _scatter("Min", "Keep the smaller of `updates` and", False)
scatter_max = _scatter("Max", "Keep the larger of `updates` and", False)
scatter_nd_update = _scatter("NdUpdate", "Write `updates` into", True)
scatter_nd_add = _scatter("NdAdd", "Add `updates` to", False)
scatter_nd_sub = _scatter("NdSub", "Subtract `updates` from", False)


def _rows(function: Callable):
    """The method of a variable: rows come as `IndexedSlices`."""

    def method(self, sparse_delta, use_locking=False, name=None):
        return function(
            self, sparse_delta.indices, sparse_delta.values, use_locking, name
        )

    method.__doc__ = function.__doc__
    return method


def _elements(function: Callable):
    def method(self, indices, updates, name=None):
        return function(self, indices, updates, name=name)

    method.__doc__ = function.__doc__
    return method


for _name in ("update", "add", "sub", "mul", "div", "min", "max"):
    setattr(Variable, f"scatter_{_name}", _rows(globals()[f"scatter_{_name}"]))
for _name in ("nd_update", "nd_add", "nd_sub"):
    setattr(Variable, f"scatter_{_name}", _elements(globals()[f"scatter_{_name}"]))
