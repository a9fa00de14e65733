"""Products of two float32 matrices on the CPU by oneDNN, on XLA's own threads."""

from __future__ import annotations

import numpy as np

from penstock.kernels import native
from penstock.ops import math_matmul
from penstock.ops.rounding import LARGEST
from penstock.ops.xla import jax, jnp

#: Where the rows of `b` begin at equal places of the cache, oneDNN is slower than XLA,
#: which copies them together first: rows of whole 2 KiB, more than 128 of them, used
#: more than 32 times.
_CROWDED, _ROWS, _USES = 512, 128, 32


def product(a, b, *, transpose_a=False, transpose_b=False):
    """`a` [n, k] @ `b` [k, m], either stored transposed."""
    shape = a.shape[transpose_a], b.shape[not transpose_b]
    call = jax.ffi.ffi_call(
        native.target("matrix_product"),
        jax.ShapeDtypeStruct(shape, jnp.float32),
        vmap_method="sequential",
    )
    return call(a, b, transpose_a=transpose_a, transpose_b=transpose_b)


def _takes(a, b, *, transpose_a=False, transpose_b=False) -> bool:
    dims = (*a.shape, *b.shape)
    if any(x.dtype != np.float32 for x in (a, b)) or len(dims) != 4 or None in dims:
        return False
    rows, inner = a.shape[::-1] if transpose_a else a.shape
    columns = b.shape[not transpose_b]
    if rows * inner * columns <= LARGEST:  # nothing to win, and maybe written out
        return False
    crowded = not transpose_b and columns % _CROWDED == 0
    if crowded and inner > _ROWS and rows > _USES:
        return False
    return native.available()


math_matmul.matmul.kernel("cpu", takes=_takes)(product)
