"""Random ops in a data set's functions: what each pass draws, as TensorFlow told it."""

import pytest

import penstock as tf

OF_SEED_3 = [0.12736404, 0.8580158, 0.88987064, 0.513566, 0.565608, 0.750381]


def drawn(i):
    return tf.random.uniform([])


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda d: d.map(drawn), OF_SEED_3[:3]),
        (lambda d: d.map(drawn).repeat(2), OF_SEED_3),
        (lambda d: d.map(drawn).batch(2).unbatch().repeat(2), OF_SEED_3),
        (lambda d: d.map(drawn).cache(), OF_SEED_3[:3]),
        (lambda d: d.filter(lambda i: drawn(i) > 0.5), [1, 2]),
    ],
)
def test_each_pass_draws_the_same(make, expected):
    tf.random.set_seed(3)
    data = make(tf.data.Dataset.range(3))
    for _ in range(2):
        assert [float(v) for v in data] == pytest.approx(expected, abs=1e-6)
    assert [float(v) for v in data.as_numpy_iterator()] == pytest.approx(expected)
