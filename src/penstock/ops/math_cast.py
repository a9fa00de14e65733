"""`Cast`, as TensorFlow's CPU kernels convert."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import DType
from penstock.ir.op import op
from penstock.ops.rules import same_as
from penstock.ops.xla import jnp


def _through(target: np.dtype) -> type:
    """The signed type that the processor converts to first, before bits are cut."""
    return np.int64 if target.itemsize > 4 or target == np.uint32 else np.int32


def _folded(x, *, DstT: DType):
    x = np.asarray(x)
    target = DstT.np
    if x.dtype.kind == "c" and target.kind != "c":
        x = np.real(x)
    with np.errstate(all="ignore"):
        if x.dtype.kind not in "iub" and target.kind in "iu":
            x = x.astype(_through(target))
        return x.astype(target)


@op(
    "Cast",
    "x: SrcT -> y: DstT",
    shape=same_as(0),
    attrs={"Truncate": False},
    fold=_folded,
)
def cast(x, *, DstT):
    """Fractions are cut off; what does not fit gives the lowest number of the type
    (narrow types: its lower bits), NaN as well: the processor's own conversion.
    """
    x = jnp.asarray(x)
    target = DstT.np
    if x.dtype == target:
        return x
    if jnp.issubdtype(x.dtype, jnp.complexfloating) and target.kind != "c":
        x = jnp.real(x)
    if jnp.issubdtype(x.dtype, jnp.floating) and target.kind in "iu":
        first = _through(target)
        info = np.iinfo(first)
        if x.dtype.itemsize < 4:
            x = x.astype(jnp.float32)
        bound = jnp.asarray(-float(info.min), x.dtype)
        inside = jnp.logical_and(x >= -bound, x < bound)
        x = jnp.where(inside, x.astype(first), jnp.asarray(info.min, first))
    return x.astype(target)


@cast.gradient
def _(node, dy):
    source = node.inputs[0].dtype.base_dtype
    target = node.attrs["DstT"]
    if not (source.is_floating or source.is_complex):
        return None
    if not (target.is_floating or target.is_complex):
        return None
    return dy if source is target else cast(dy, DstT=source)
