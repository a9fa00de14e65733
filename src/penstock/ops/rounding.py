"""Small matrix products that round where TensorFlow's do.

TensorFlow's kernels round a product before they add it, except in its products of two
matrices, where both are one fused operation. Penstock's CPU code fuses nothing
(docs/adr/0005-no-fused-multiply-add.md), so the fused ones are made here. In programs
that train small networks on the same few batches the difference comes back at every
step, and shows in the digits that they print.
"""

from __future__ import annotations

from typing import Any

from penstock.ops import extent
from penstock.ops.xla import jnp

#: Products of up to so many terms and elements are added in TensorFlow's order. Larger
#: ones cost more than they tell: a layer of 128 at batch 32 took 1.06 times as long.
_TERMS = 16
_ELEMENTS = 1 << 11
#: The multiplications of the largest of them.
LARGEST = _TERMS * _ELEMENTS
#: In a step of more products than this, small ones are no longer unrolled: compiling
#: one takes 0.1 s.
_PRODUCTS = 24


def fused(a: Any, b: Any, c: Any) -> Any:
    """float32 `a * b + c`, rounded once: float64 holds the product exactly."""
    wide = a.astype(jnp.float64) * b.astype(jnp.float64) + c.astype(jnp.float64)
    return wide.astype(jnp.float32)


def is_small_product(a: Any, b: Any) -> bool:
    """Whether `a` [n, k] @ `b` [k, m] is one for `small_product`."""
    if a.dtype != jnp.float32 or b.dtype != jnp.float32:
        return False
    rows, terms = a.shape
    return is_small(rows, terms, b.shape[1])


def is_small(rows: int, terms: int, columns: int) -> bool:
    """Whether a product of these sizes is one for `small_product`."""
    if extent.count("MatMul") > _PRODUCTS:
        return False
    return 0 < terms <= _TERMS and 0 < rows * columns <= _ELEMENTS


def small_product(a: Any, b: Any) -> Any:
    """`a` @ `b`, term after term: fused between matrices, unfused with a vector.

    As TensorFlow 2.21 on a CPU without oneDNN: recorded products of up to 64 terms are
    equal bit by bit between matrices, of up to 7 terms with a vector (longer rows are
    added there in parts).
    """
    vector = a.shape[0] == 1 or b.shape[1] == 1
    total = a[:, :1] * b[:1]
    for k in range(1, a.shape[1]):
        left, right = a[:, k : k + 1], b[k : k + 1]
        total = total + left * right if vector else fused(left, right, total)
    return total
