"""Functions that reach TensorFlow's results by nodes of their own."""

import numpy as np
import pytest

import penstock.compat.v1 as tf
from penstock.ir.graph import Graph


@pytest.fixture
def run():
    """Evaluates a tensor of the graph that the test builds."""
    with Graph().as_default() as graph:
        yield tf.Session(graph=graph).run


def test_linspace(run):
    np.testing.assert_allclose(run(tf.linspace(0.0, 0.7, 8)), np.linspace(0, 0.7, 8))
    assert run(tf.linspace(2.0, 5.0, 1)).tolist() == [2.0]
    columns = run(tf.linspace([0.0, 10.0], [1.0, 20.0], 3))
    np.testing.assert_allclose(columns, [[0, 10], [0.5, 15], [1, 20]])


def test_confusion_matrix(run):
    labels, seen = [0, 1, 2, 2], [0, 2, 2, 2]
    assert run(tf.confusion_matrix(labels, seen)).tolist() == [
        [1, 0, 0], [0, 0, 1], [0, 0, 2],
    ]  # fmt: skip
    weighed = tf.confusion_matrix(labels, seen, 4, weights=[1, 2, 3, 4])
    assert run(weighed)[1].tolist() == [0, 0, 2, 0]


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("direction", ["ASCENDING", "DESCENDING"])
@pytest.mark.parametrize("kind", ["float32", "int32", "uint8"])
def test_sort(run, axis, direction, kind):
    values = np.array([[3, 1, 2], [7, 0, 9]], kind)
    wanted = np.sort(values, axis)
    if direction == "DESCENDING":
        wanted = np.flip(wanted, axis)
    got = run(tf.sort(values, axis, direction))
    at = run(tf.argsort(values, axis, direction))
    assert got.tolist() == wanted.tolist()
    assert np.take_along_axis(values, at, axis).tolist() == wanted.tolist()


def test_monotony(run):
    rising, flat = [1.0, 2.0, 3.0], [1.0, 1.0, 3.0]
    got = run([tf.math.is_strictly_increasing(v) for v in (rising, flat)])
    assert got == [True, False]
    assert run(tf.math.is_non_decreasing(flat))
    assert run(tf.math.is_non_decreasing([1.0]))


def test_clipping_together(run):
    a, b = np.float32([3.0, 0.0]), np.float32([[4.0]])
    clipped, norm = tf.clip_by_global_norm([a, None, b], 1.0)
    assert clipped[1] is None
    got = run([clipped[0], clipped[2], norm])
    np.testing.assert_allclose(got[0], [0.6, 0.0], rtol=1e-6)
    np.testing.assert_allclose(got[1], [[0.8]], rtol=1e-6)
    assert got[2] == 5.0
    wide, _ = tf.clip_by_global_norm([np.float32([np.inf])], 1.0)
    assert np.isnan(run(wide[0]))


def test_clipping_keeps_slices(run):
    rows = tf.IndexedSlices(tf.constant([[3.0, 4.0]]), tf.constant([1]))
    clipped = tf.clip_by_norm(rows, 1.0)
    np.testing.assert_allclose(run(clipped.values), [[0.6, 0.8]], rtol=1e-6)


def test_saturate_cast(run):
    wild = [-5.0, 0.5, 300.0, 1e30]
    assert run(tf.saturate_cast(wild, tf.uint8)).tolist() == [0, 0, 255, 255]
    top = run(tf.saturate_cast(wild, tf.int32))[-1]
    assert 2**31 - 1000 < top < 2**31


def test_integer_division_by_zero(run):
    zero = tf.placeholder(tf.int32, [])
    for made in (tf.constant(5) // zero, tf.constant(5) % zero):
        with pytest.raises(tf.errors.InvalidArgumentError, match="division by zero"):
            run(made, {zero: 0})
        assert run(made, {zero: 2}) in (2, 1)


def test_old_spellings(run):
    x = np.float32([[1, 2], [3, 4]])
    assert run(tf.reduce_sum(x, reduction_indices=1)).tolist() == [3, 7]
    assert run(tf.reduce_max(x, 0, keep_dims=True)).tolist() == [[3, 4]]
    assert run(tf.argmax(x, dimension=1)).tolist() == [1, 1]
    assert run(tf.mul(x, tf.sub(x, tf.neg(x)))).tolist() == [[2, 8], [18, 32]]
    assert run(tf.div(7, 2)) == 3
    assert run(tf.to_int32(1.7)) == 1
    with pytest.raises(ValueError, match="both"):
        tf.reduce_sum(x, axis=0, reduction_indices=0)


def test_strings_are_joined(run):
    text = tf.constant(["a", "b"])
    assert run(tf.add(text, "c")).tolist() == [b"ac", b"bc"]
    assert run("c" + text).tolist() == [b"ca", b"cb"]
    assert run(tf.equal(text, "a")).tolist() == [True, False]


def test_empty_collections_are_explained():
    with pytest.raises(ValueError, match="at least one tensor"):
        tf.add_n([])


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 2)]),
        ("ij,jk", [(2, 3), (3, 4)]),
        ("...i,...i->...", [(2, 3), (2, 3)]),
    ],
)
def test_einsum_beyond_two_operands(run, equation, shapes):
    arrays = [np.random.RandomState(i).rand(*s) for i, s in enumerate(shapes)]
    got = run(tf.einsum(equation, *arrays))
    np.testing.assert_allclose(got, np.einsum(equation, *arrays))


def test_tensordot_of_unknown_sizes(run):
    x = tf.placeholder(tf.float64, [None, 2, 3])
    a, b = np.random.rand(4, 2, 3), np.random.rand(3, 2, 5)
    out = tf.tensordot(x, b, [[1, 2], [1, 0]])
    assert out.shape.as_list() == [None, 5]
    np.testing.assert_allclose(run(out, {x: a}), np.tensordot(a, b, [[1, 2], [1, 0]]))
