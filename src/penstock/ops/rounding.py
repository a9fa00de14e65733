"""Float32 arithmetic that rounds where TensorFlow's kernels round.

XLA:CPU compiles `a * b + c` to one fused operation with one rounding, through
optimization barriers and `reduce_precision` too (seen with JAX 0.10.2). TensorFlow's
kernels round the product first in most places, and fuse in its matrix products. In
programs that train small networks on the same few batches the difference comes back at
every step, and shows in the digits that they print.
"""

from __future__ import annotations

from typing import Any

from penstock.ops.xla import jnp

#: Products of up to so many terms and elements are added in TensorFlow's order.
_TERMS = 16
_ELEMENTS = 1 << 16


def rounded(product: Any) -> Any:
    """`product` itself, kept apart from an addition that follows.

    A selection in between stops the fusion; it must be one that the compiler cannot
    prove idle, so the largest finite number becomes infinity.
    """
    product = jnp.asarray(product)
    largest = jnp.asarray(jnp.finfo(product.dtype).max, product.dtype)
    return jnp.where(product == largest, jnp.inf, product)


def is_small_product(a: Any, b: Any) -> bool:
    """Whether `a` [n, k] @ `b` [k, m] is one for `small_product`."""
    if a.dtype != jnp.float32 or b.dtype != jnp.float32:
        return False
    (rows, terms), columns = a.shape, b.shape[1]
    return 0 < terms <= _TERMS and 0 < rows * columns <= _ELEMENTS


def small_product(a: Any, b: Any) -> Any:
    """`a` @ `b`, term after term: fused between matrices, unfused with a vector.

    As TensorFlow 2.21 on a CPU without oneDNN: recorded products of up to 64 terms are
    equal bit by bit between matrices, of up to 7 terms with a vector (longer rows are
    added there in parts).
    """
    vector = a.shape[0] == 1 or b.shape[1] == 1
    total = rounded(a[:, :1] * b[:1])
    for k in range(1, a.shape[1]):
        term = a[:, k : k + 1] * b[k : k + 1]
        total = total + (rounded(term) if vector else term)
    return total
