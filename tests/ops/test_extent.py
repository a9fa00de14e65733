"""Bodies that compile differently in large steps: the same numbers, less code."""

import numpy as np

from penstock.ops import extent, philox, rounding
from penstock.ops.xla import jnp


def test_small_products_are_unrolled_in_small_steps_only():
    a = jnp.ones((8, 4), jnp.float32)
    b = jnp.ones((4, 2), jnp.float32)
    assert rounding.is_small_product(a, b)
    with extent.compiling(["MatMul"] * 20):
        assert rounding.is_small_product(a, b)
    with extent.compiling(["MatMul"] * 30):
        assert not rounding.is_small_product(a, b)
    assert extent.count("MatMul") == 0


def test_the_stream_is_the_same_with_rounds_in_a_loop():
    key = jnp.array([7, 9], jnp.uint32)
    counter = jnp.array([2**32 - 2, 1, 0, 3], jnp.uint32)
    unrolled = philox.random_words(key, counter, 41)
    with extent.compiling(["RandomUniform"] * 20):
        looped = philox.random_words(key, counter, 41)
    np.testing.assert_array_equal(unrolled, looped)
