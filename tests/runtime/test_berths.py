"""Large feeds are laid where JAX reads them in place, and arrive as they were."""

from __future__ import annotations

import numpy as np
import pytest

import penstock.compat.v1 as tf
from penstock.runtime.berths import Berth

LARGE = (200, 784)


def unaligned(shape, kind: type = np.float32, added: int = 0) -> np.ndarray:
    """Random numbers that begin 16 bytes after a multiple of 64."""
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    room = np.empty(size + 128, np.uint8)
    start = -room.ctypes.data % 64 + 16
    array = room[start : start + size].view(kind).reshape(shape)
    array[...] = np.random.RandomState(size).rand(*shape) + added
    return array


def test_a_large_array_is_laid_at_a_multiple_of_64_bytes():
    array = unaligned(LARGE)
    laid = Berth().lay(array)
    assert laid.ctypes.data % 64 == 0
    assert not np.shares_memory(laid, array)
    np.testing.assert_array_equal(laid, array)


def test_a_place_is_taken_again_only_when_nobody_reads_it():
    berth = Berth()
    held = [berth.lay(unaligned(LARGE, added=i)) for i in range(3)]
    for i in range(3):
        np.testing.assert_array_equal(held[i], unaligned(LARGE, added=i))
    # All are read: the array itself goes, and JAX copies it.
    last = unaligned(LARGE)
    assert berth.lay(last) is last
    free = held.pop(1).ctypes.data
    assert berth.lay(last).ctypes.data == free


@pytest.mark.parametrize(
    "shape", [(), (4,), (3000, 784)], ids=["scalar", "small", "too large to keep twice"]
)
def test_others_go_as_they_are(shape):
    array = unaligned(shape) if shape else np.float32(1) + np.zeros(())
    assert Berth().lay(array) is array


def test_kinds_may_change_from_step_to_step():
    berth = Berth()
    for shape, kind in ((LARGE, np.float32), ((300, 784), np.float32), (LARGE, "i8")):
        array = unaligned(shape, kind)
        laid = berth.lay(array)
        assert (laid.shape, laid.dtype) == (array.shape, array.dtype)
        np.testing.assert_array_equal(laid, array)


def test_a_session_sees_what_was_fed_in_each_run():
    array = unaligned(LARGE)
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, LARGE)
        same, total = x + 0.0, tf.reduce_sum(x, 1)
        before = []
        for i in range(8):
            array += i
            got, sums = session.run([same, total], {x: array})
            np.testing.assert_array_equal(got, array)
            np.testing.assert_allclose(sums, array.sum(1), rtol=1e-5)
            before.append((got, array.copy()))
    for got, fed in before:
        np.testing.assert_array_equal(got, fed)
