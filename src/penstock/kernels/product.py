"""Products of two float32 matrices on the CPU by oneDNN, on XLA's own threads."""

from __future__ import annotations

import numpy as np

from penstock.kernels import native
from penstock.ops import extent, math_matmul
from penstock.ops.rounding import LARGEST, is_small
from penstock.ops.xla import jax, jnp

#: Written out in XLA's code, a small product is computed again for every element of
#: what uses it, be it the pixels of an image. Fewer multiplications than this may be.
_AGAIN = 1 << 12


def product(a, b, *, transpose_a=False, transpose_b=False, small=False):
    """`a` [n, k] @ `b` [k, m], either stored transposed."""
    shape = a.shape[transpose_a], b.shape[not transpose_b]
    call = jax.ffi.ffi_call(
        native.target("small_product" if small else "matrix_product"),
        jax.ShapeDtypeStruct(shape, jnp.float32),
        vmap_method="sequential",
    )
    turned = {"transpose_a": transpose_a, "transpose_b": transpose_b}
    if small:
        return call(a, b, **turned)
    # From step to step of a compiled loop XLA's threads do not fall asleep.
    return call(a, b, **turned, awake=extent.in_loop())


def _takes(a, b, *, transpose_a=False, transpose_b=False) -> bool:
    dims = (*a.shape, *b.shape)
    if any(x.dtype != np.float32 for x in (a, b)) or len(dims) != 4 or None in dims:
        return False
    sizes = _sizes(a, b, transpose_a, transpose_b)
    rows, inner, columns = sizes
    work = rows * inner * columns
    if work <= LARGEST:
        written_out = work >= _AGAIN and is_small(*sizes)
        if not written_out or 1 in (rows, columns):
            return False
    return native.available()


def _sizes(a, b, transpose_a: bool, transpose_b: bool) -> tuple[int, int, int]:
    """Rows, terms and columns of the product."""
    rows, terms = a.shape[::-1] if transpose_a else a.shape
    return rows, terms, b.shape[not transpose_b]


@math_matmul.matmul.kernel("cpu", takes=_takes)
def _(a, b, *, transpose_a=False, transpose_b=False):
    rows, terms, columns = _sizes(a, b, transpose_a, transpose_b)
    small = rows * terms * columns <= LARGEST
    return product(a, b, transpose_a=transpose_a, transpose_b=transpose_b, small=small)
