"""What functions of the API share: name scopes and conversion, where a call lands."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext

from penstock.core.dtypes import as_dtype
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.tensor import Tensor
from penstock.runtime.eager.tensor import EagerTensor

_NAMELESS = nullcontext("")


def scope(name: str | None, default: str):
    """A name scope called `name`, or `default` where the caller gave none.

    Yields the scope with its final "/": an op given that as its name takes the name
    of the scope itself. Eager operations have no names: there it yields "".
    """
    where = context.landing()
    if where.eager:
        return _NAMELESS
    return where.name_scope(default if name is None else name)


@contextmanager
def maybe_scope(name: str | None):
    """A name scope where `name` was given, else none."""
    if name is None:
        yield ""
    else:
        with context.landing().name_scope(name) as full:
            yield full


def tensor(value, dtype=None, name: str | None = None) -> Tensor:
    """`value` as a tensor of `dtype` (checked where it is a tensor already)."""
    where = context.landing()
    if dtype is None and where.eager and type(value) is EagerTensor:
        return value
    kind = None if dtype is None else as_dtype(dtype)
    made = as_tensor(where, value, kind, name)
    if kind is not None and made.dtype.base_dtype is not kind.base_dtype:
        raise TypeError(
            f"Expected a tensor of dtype {kind.name}, received {made!r}. Use tf.cast."
        )
    return made
