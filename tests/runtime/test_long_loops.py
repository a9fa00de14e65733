"""Ten thousand steps of every kind of eager loop: flat memory, bounded compilation.

Each loop is also run strictly (every operation at once); both must agree.
"""

import gc
import tracemalloc

import numpy as np
import pytest

from penstock.runtime.eager import RECORDER, compiled

STEPS = 10_000


@pytest.fixture
def tf():
    import penstock
    from penstock.core.shapes import TensorShape
    from penstock.ir import context
    from penstock.ir.tensor import Tensor
    from penstock.v2 import landing

    before = context._default, TensorShape.dimension_class, Tensor.equality
    landing.activate()
    yield penstock
    RECORDER.flush()
    context._default, TensorShape.dimension_class, Tensor.equality = before


def never_looks(tf, steps):
    w = tf.Variable([1.0, 2.0])
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(w - 0.5))
        w.assign_sub(0.001 * tape.gradient(loss, w))
    return w.numpy()


def looks_at_everything(tf, steps):
    x = tf.constant(1.0)
    total = 0.0
    for _ in range(steps):
        x = x * 0.999
        total += float(x)
        y = x + 1.0
        total += float(y)
    return total


def changing_shapes(tf, steps):
    total = 0.0
    for i in range(steps):
        t = tf.ones([1 + i % 7, 1 + i % 3])
        total += float(tf.reduce_sum(t * 2.0))
    return total


def running_sum(tf, steps):
    total = tf.constant(0.0)
    for _ in range(steps):
        total = total + 0.25
    return float(total)


def running_sum_of_python_numbers(tf, steps):
    total = 0.0
    for i in range(steps):
        total += tf.constant(2.0) * float(i % 5)
    return float(total)


def ever_new_numbers(tf, steps):
    draws = np.random.RandomState(1).rand(steps)
    total = tf.constant(0.0)
    for i in range(steps):
        total = 0.9 * total + float(draws[i])
    return float(total)


LOOPS = [
    ever_new_numbers,
    never_looks,
    looks_at_everything,
    changing_shapes,
    running_sum,
    running_sum_of_python_numbers,
]


@pytest.mark.parametrize("loop", LOOPS, ids=lambda f: f.__name__)
def test_memory_stays_flat_and_compilations_bounded(loop, tf):
    loop(tf, 600)  # every structure has been seen
    RECORDER.flush()
    before = compiled.compiled_total()
    gc.collect()
    tracemalloc.start()
    try:
        loop(tf, STEPS)
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert compiled.compiled_total() - before <= 40
    assert kept < 4_000_000, f"{kept / 1e6:.1f} MB are held after the loop"


@pytest.mark.parametrize("loop", LOOPS, ids=lambda f: f.__name__)
def test_equals_strict_mode(loop, tf):
    lazily = loop(tf, 300)
    RECORDER.flush()
    RECORDER.strict = True
    try:
        strictly = loop(tf, 300)
    finally:
        RECORDER.strict = False
    np.testing.assert_allclose(lazily, strictly, rtol=2e-5)
