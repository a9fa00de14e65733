"""Small products and update rules round where TensorFlow's kernels round."""

import numpy as np
import pytest

from penstock.ops.rounding import small_product
from penstock.ops.xla import jax

RNG = np.random.RandomState(5)


def fused(a, b):
    """Terms added one by one, each product and sum rounded together."""
    total = np.zeros((a.shape[0], b.shape[1]), np.float32)
    for k in range(a.shape[1]):
        wide = a[:, k : k + 1].astype(np.float64) * b[k] + total
        total = wide.astype(np.float32)
    return total


def unfused(a, b):
    """Terms added one by one, each product rounded before."""
    total = np.zeros((a.shape[0], b.shape[1]), np.float32)
    for k in range(a.shape[1]):
        total = total + a[:, k : k + 1] * b[k]
    return total


@pytest.mark.parametrize(
    ("n", "k", "m", "expected"),
    [
        (8, 2, 3, fused),
        (2, 8, 3, fused),
        (30, 11, 5, fused),
        (8, 3, 1, unfused),
        (3, 8, 1, unfused),
        (1, 4, 7, unfused),
    ],
)
def test_small_product_rounds_as_eigen(n, k, m, expected):
    a = RNG.randn(n, k).astype(np.float32)
    b = RNG.randn(k, m).astype(np.float32)
    np.testing.assert_array_equal(jax.jit(small_product)(a, b), expected(a, b))
    assert (fused(a, b) != unfused(a, b)).any()  # the data can tell them apart
