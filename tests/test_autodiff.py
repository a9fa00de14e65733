"""Reverse mode on graphs: seeds, stops, second order, sparse rows, missing rules."""

import numpy as np
import pytest

import penstock.ops  # noqa: F401
from penstock import backward
from penstock.api import array, math, operators  # noqa: F401
from penstock.core import dtypes
from penstock.ir.graph import Graph
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ops.source import stop_gradient
from penstock.v1.placeholders import placeholder
from penstock.v1.session import Session


@pytest.fixture
def graph():
    made = Graph()
    with made.as_default():
        yield made


def run(graph, fetches, feeds=None):
    return Session(graph=graph).run(fetches, feeds)


def test_a_chain(graph):
    x = placeholder(dtypes.float32, [])
    (g,) = backward.gradients([math.sin(x * x)], [x])
    got = run(graph, g, {x: 0.7})
    np.testing.assert_allclose(got, 2 * 0.7 * np.cos(0.49), rtol=1e-6)


def test_several_ys_add_up_and_seeds_weigh(graph):
    x = placeholder(dtypes.float32, [2])
    (g,) = backward.gradients([x * 3.0, x * x], [x], [[1.0, 10.0], [1.0, 2.0]])
    np.testing.assert_allclose(run(graph, g, {x: [1.0, 2.0]}), [5.0, 38.0])


def test_second_order(graph):
    x = placeholder(dtypes.float32, [])
    (first,) = backward.gradients([x**3.0], [x])
    (second,) = backward.gradients([first], [x])
    assert run(graph, [first, second], {x: 2.0}) == [12.0, 12.0]


def test_stop_gradients(graph):
    x = placeholder(dtypes.float32, [])
    middle = x * 2.0
    y = middle * x
    assert run(graph, backward.gradients([y], [x]), {x: 3.0}) == [12.0]
    stopped = backward.gradients([y], [x], stop_gradients=[middle])
    assert run(graph, stopped, {x: 3.0}) == [6.0]
    wrapped = stop_gradient(middle) * x
    assert run(graph, backward.gradients([wrapped], [x]), {x: 3.0}) == [6.0]


def test_what_does_not_depend_is_none(graph):
    x, z = placeholder(dtypes.float32, []), placeholder(dtypes.float32, [])
    assert backward.gradients([x * 2.0], [z]) == [None]
    assert backward.gradients([math.cast(math.floor(x), dtypes.float32)], [x]) == [None]


def test_a_middle_tensor_and_a_leaf(graph):
    x = placeholder(dtypes.float32, [])
    middle = x * 2.0
    got = backward.gradients([middle * middle], [middle, x])
    assert run(graph, got, {x: 3.0}) == [12.0, 24.0]


def test_integers_have_no_gradient(graph):
    n = placeholder(dtypes.int32, [])
    with pytest.raises(TypeError, match="floating point"):
        backward.gradients([n + 1], [n])


def test_missing_rules_are_said_aloud(graph):
    x = placeholder(dtypes.float32, [3, 3])
    from penstock.ir.op import TABLE

    y = TABLE["MatrixLogarithm"](math.cast(x, dtypes.complex64))
    with pytest.raises(LookupError, match="MatrixLogarithm"):
        backward.gradients([math.real(y)], [x])


def test_rows_stay_sparse(graph):
    table = placeholder(dtypes.float32, [4, 2])
    rows = array.gather(table, [1, 3, 1])
    (g,) = backward.gradients([math.reduce_sum(rows)], [table])
    assert isinstance(g, IndexedSlices)
    dense = backward.densify(g)
    wanted = [[0, 0], [2, 2], [0, 0], [1, 1]]
    feeds = {table: np.zeros((4, 2))}
    np.testing.assert_array_equal(run(graph, dense, feeds), wanted)
    both = backward.gradients([math.reduce_sum(rows) + math.reduce_sum(table)], [table])
    np.testing.assert_array_equal(run(graph, both[0], feeds), np.add(wanted, 1))


@pytest.mark.parametrize(
    ("shape_x", "shape_y"),
    [([3, 4], [4]), ([3, 1], [1, 4]), ([], [2, 3]), ([1, 4], [3, 4])],
)
def test_broadcasts_with_unknown_sizes(graph, shape_x, shape_y):
    """Axes to sum are found in the run where static shapes do not tell."""
    x = placeholder(dtypes.float32, [None] * len(shape_x))
    y = placeholder(dtypes.float32, [None] * len(shape_y))
    got = backward.gradients([math.reduce_sum(x * y)], [x, y])
    a, b = np.random.RandomState(0).rand(*shape_x), np.full(shape_y, 2.0)
    gx, gy = run(graph, got, {x: a, y: b})
    ones = np.ones(np.broadcast_shapes(tuple(shape_x), tuple(shape_y)))
    np.testing.assert_allclose(gx, _sum_to(ones * b, shape_x), rtol=1e-5)
    np.testing.assert_allclose(gy, _sum_to(ones * a, shape_y), rtol=1e-5)


def _sum_to(values, shape):
    values = values.sum(axis=tuple(range(values.ndim - len(shape))))
    axes = tuple(i for i, n in enumerate(shape) if n == 1)
    return values.sum(axis=axes, keepdims=True) if axes else values


def test_static_shapes_need_no_shape_nodes(graph):
    x = placeholder(dtypes.float32, [None, 4])
    b = placeholder(dtypes.float32, [4])
    before = len(graph.get_operations())
    backward.gradients([x + b], [x, b], [np.ones((2, 4), np.float32)])
    added = [n.type for n in graph.get_operations()[before:]]
    assert "BroadcastGradientArgs" not in added
