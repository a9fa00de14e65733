"""Parts of variables assigned in place, and sparse gradients of reading parts."""

import numpy as np
import pytest

from penstock.api import array
from penstock.api.slicing import assign_slice
from penstock.backward import gradients
from penstock.core.errors import InvalidArgumentError
from penstock.ir.graph import Graph
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.op import TABLE
from penstock.v1.session import Session
from penstock.v1.variables import Variable

START = np.arange(8, dtype=np.float32).reshape(4, 2)
FIVE = np.full((1, 2), 5, np.float32)


@pytest.fixture
def session():
    graph = Graph()
    with graph.as_default(), Session(graph=graph) as made:
        yield made


def variable(session):
    made = Variable(START.copy())
    session.run(made.initializer)
    return made


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("Update", [5, 5]), ("Add", [9, 10]), ("Sub", [-1, 0]), ("Mul", [20, 25]),
        ("Div", [0.8, 1]), ("Min", [4, 5]), ("Max", [5, 5]),
    ],
)  # fmt: skip
def test_rows_of_a_variable(session, kind, row):
    v = variable(session)
    changed = TABLE[f"Scatter{kind}"](v._ref(), [2], FIVE)
    wanted = START.copy()
    wanted[2] = row
    np.testing.assert_allclose(session.run(changed), wanted)
    np.testing.assert_allclose(session.run(v), wanted)


def test_elements_of_a_variable(session):
    v = variable(session)
    changed = TABLE["ScatterNdAdd"](v._ref(), [[0, 1], [0, 1]], [9.0, 1.0])
    assert session.run(changed)[0].tolist() == [0, 11]


def test_a_row_that_is_not_there(session):
    v = variable(session)
    with pytest.raises(InvalidArgumentError, match=r"not all in \[0, 4\)"):
        session.run(TABLE["ScatterAdd"](v._ref(), [4], FIVE))
    np.testing.assert_array_equal(session.run(v)[:4], START)


def test_a_slice_of_a_variable(session):
    v = variable(session)
    session.run(assign_slice(v, (slice(1, 3), 0), [50.0, 60.0]))
    assert session.run(v)[:, 0].tolist() == [0, 50, 60, 6]


def test_gather_gives_indexed_slices(session):
    v = variable(session)
    picked = array.gather(v, [3, 1, 3])
    found = gradients([TABLE["Square"](picked)], [v._as_graph_element()])[0]
    assert isinstance(found, IndexedSlices)
    got = session.run(found)
    np.testing.assert_array_equal(got.indices, [3, 1, 3])
    np.testing.assert_array_equal(got.values, 2 * START[[3, 1, 3]])
