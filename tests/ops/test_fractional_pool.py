"""Fractional pooling: the windows that its sequences tell, and their gradients."""

from itertools import pairwise

import numpy as np
import pytest

import penstock.compat.v1 as tf

PICTURE = np.random.RandomState(0).rand(2, 9, 11, 3).astype(np.float32)


def by_hand(picture, rows, columns, overlapping, reduce):
    """Each window from where it begins to where the next does (one more if shared)."""
    out = np.zeros((len(picture), len(rows) - 1, len(columns) - 1, picture.shape[3]))
    for i, (top, bottom) in enumerate(pairwise(rows)):
        for j, (left, right) in enumerate(pairwise(columns)):
            part = picture[:, top : bottom + overlapping, left : right + overlapping]
            out[:, i, j] = reduce(part, axis=(1, 2))
    return out


@pytest.mark.parametrize("kind", ["max", "avg"])
@pytest.mark.parametrize("pseudo_random", [False, True])
@pytest.mark.parametrize("overlapping", [False, True])
def test_windows_tile_the_picture(kind, pseudo_random, overlapping):
    pool = getattr(tf.nn, f"fractional_{kind}_pool")
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.constant(PICTURE)
        made = pool(
            x, [1.0, 1.44, 1.73, 1.0], pseudo_random, overlapping, seed=3, seed2=7
        )
        (slope,) = tf.gradients(made[0], x)
        assert made[0].shape.as_list() == [2, 6, 6, 3]
        drawn = set()
        for _ in range(4):
            out, rows, columns, back = session.run([*made, slope])
            drawn.add((*rows, *columns))
            for at, size, count in ((rows, 9, 6), (columns, 11, 6)):
                assert (at[0], at[-1], len(at)) == (0, size, count + 1)
                assert set(np.diff(at)) <= {size // count, size // count + 1}
            reduce = np.max if kind == "max" else np.mean
            wanted = by_hand(PICTURE, rows, columns, overlapping, reduce)
            np.testing.assert_allclose(out, wanted, rtol=1e-6)
            np.testing.assert_allclose(back.sum(), out.size, rtol=1e-5)
            if kind == "max" and not overlapping:
                np.testing.assert_array_equal(back > 0, np.isin(PICTURE, out))
    assert len(drawn) > 1


def test_deterministic_pools_repeat_and_ratios_are_checked():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.constant(PICTURE)
        same = tf.nn.fractional_max_pool(x, [1, 1.5, 1.5, 1], deterministic=True)
        first, second = session.run(same), session.run(same)
        np.testing.assert_array_equal(first[1], second[1])
        with pytest.raises(ValueError, match="pooling_ratio"):
            tf.nn.fractional_max_pool(x, [1, 0.5, 1.5, 1])
