"""Bodies that compile differently in large steps: the same numbers, less code."""

import numpy as np

from penstock.compat import v1 as tf
from penstock.ops import extent, philox, rounding
from penstock.ops.subgraph import order, prune
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


def test_draws_made_together_are_those_made_alone():
    shapes = [(3,), (1024,), (50, 41), (1, 7), (2,), (5, 5), (300,)]
    with tf.Graph().as_default():
        tf.set_random_seed(3)
        draws = [
            draw(shape, dtype=kind)
            for draw in (tf.random_uniform, tf.random_normal, tf.truncated_normal)
            for kind in (tf.float32, tf.float64)
            for shape in shapes
        ]
        with tf.Session() as session:
            together = [session.run(draws) for _ in range(2)]
        with tf.Session() as session:
            alone = [[session.run(d) for d in draws] for _ in range(2)]
    for a, b in zip(together, alone, strict=True):
        for x, y in zip(a, b, strict=True):
            np.testing.assert_array_equal(x, y)


def test_chains_of_large_steps_are_cut_where_they_would_be_repeated():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [3])
        h, kept = x, []
        for _ in range(200):
            h = h * 0.5 + x
            kept.append(tf.tanh(h))
        total = tf.add_n(kept)
        nodes = [n for n in order(prune([total], set())) if n.type != "Const"]
        cut = extent.fences(nodes)
        assert not extent.fences(nodes[:100])
        assert all(
            len([c for c in cut if c in nodes[i : i + 99]]) > 2 for i in (0, 300)
        )
        with tf.Session() as session:
            got = session.run(total, {x: [0.1, 0.5, np.inf]})
    h = first = np.array([0.1, 0.5, np.inf])
    wanted = 0.0
    for _ in range(200):
        h = h * 0.5 + first
        wanted = wanted + np.tanh(h)
    np.testing.assert_allclose(got, wanted, rtol=1e-5)
