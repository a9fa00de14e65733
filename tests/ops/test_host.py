"""Printing, assertions and callbacks, in TensorFlow's words."""

import gc
import weakref

import numpy as np
import pytest

from penstock.api import debugging, script, strings
from penstock.api.scopes import tensor
from penstock.core.dtypes import float32, float64
from penstock.core.errors import InvalidArgumentError
from penstock.ir.graph import Graph
from penstock.ops.host_text import flat_summary, summary
from penstock.ops.strings_hash import siphash
from penstock.saving.graph_import import import_graph_def
from penstock.v1.session import Session

ROWS = np.arange(12, dtype=np.float32).reshape(3, 4) / 3


@pytest.fixture
def session():
    graph = Graph()
    with graph.as_default(), Session(graph=graph) as made:
        yield made


def test_print_writes_as_tensorflow(session, capfd):
    x = tensor(ROWS)
    out = script.Print(x, [x, tensor(["a", "bé"]), tensor(3), tensor([True])], "msg: ")
    np.testing.assert_array_equal(session.run(out), ROWS)
    assert capfd.readouterr().err == (
        "msg: [[0 0.333333343 0.666666687...]...][a bé][3][1]\n"
    )


def test_print_first_n(session, capfd):
    x = tensor(1.0)
    out = script.Print(x, [x], first_n=2)
    for _ in range(4):
        session.run(out)
    assert capfd.readouterr().err == "[1]\n" * 2


def test_print_v2_mixes_python_and_tensors(session, capfd):
    x, k = tensor(ROWS[:, :2]), tensor(3)
    session.run(
        script.print_v2("hello", k, {"a": x, "b": [k, 1]}, sep="|", end="END\n")
    )
    assert capfd.readouterr().err == (
        "hello|3|{'a': [[0 0.333333343]\n [1.33333337 1.66666663]\n "
        "[2.66666675 3]], 'b': [3, 1]}END\n"
    )


@pytest.mark.parametrize(
    ("value", "limit", "text"),
    [
        (np.arange(8.0).reshape(2, 2, 2), 3, "[[[0 1][2...]]...]"),
        (np.arange(8.0).reshape(2, 2, 2), 6, "[[[0 1][2 3]][[4 5]]...]"),
        (np.arange(8.0).reshape(2, 2, 2), -1, "[[[0 1][2 3]][[4 5][6 7]]]"),
        (np.zeros((0, 3)), 3, "[]"),
        (np.arange(7), 3, "[0 1 2...]"),
        (5.0, 3, "[5]"),
    ],
)
def test_flat_summary(value, limit, text):
    assert flat_summary(value, limit) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.arange(8), "[0 1 2 ... 5 6 7]"),
        (np.arange(8).reshape(2, 2, 2), "[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]"),
        (np.float32(0.1), "0.1"),
        (np.array([1e-8, 1e20, np.nan, np.inf, 123456789], np.float32),
         "[1e-08 1e+20 nan inf 123456792]"),
    ],
)  # fmt: skip
def test_summary(value, text):
    assert summary(value, 3) == text


def test_assert_shows_its_data(session):
    check = debugging.Assert(tensor(False), [tensor(3), tensor(ROWS), "why"])
    with pytest.raises(
        InvalidArgumentError, match=r"assertion failed: \[3\] \[\[0 0.3"
    ):
        session.run(check)
    session.run(debugging.Assert(tensor(True), ["fine"]))


def test_checks_on_known_values_fail_at_once(session):
    with pytest.raises(InvalidArgumentError, match="Condition x == y did not hold"):
        debugging.assert_equal(tensor(3), 4, message="hi")
    with pytest.raises(ValueError, match="must have rank 3"):
        debugging.assert_rank(tensor(ROWS), 3)
    session.run(debugging.assert_less(tensor(ROWS), ROWS + 1))


def test_py_func_gives_what_tout_says(session):
    a, b = script.py_func(lambda v: (v * 2, v.sum()), [ROWS], [float32, float32])
    got = session.run([a, b])
    np.testing.assert_array_equal(got[0], ROWS * 2)
    assert got[1] == ROWS.sum()


def test_py_func_refuses_another_dtype(session):
    wrong = script.py_func(lambda v: v.astype(np.float64), [ROWS], float32)
    with pytest.raises(InvalidArgumentError, match="is float64, but expects float32"):
        session.run(wrong)
    session.run(script.py_func(lambda v: v.astype(np.float64), [ROWS], float64))


def test_a_python_function_goes_with_its_graph():
    class Double:
        def __call__(self, v):
            return v * 2

    function = Double()
    alive = weakref.ref(function)
    graph = Graph()
    with graph.as_default():
        made = script.py_func(function, [ROWS], float32)
    copy = Graph()
    with copy.as_default():
        (read,) = import_graph_def(graph.as_graph_def(), return_elements=[made.name])
    del function
    np.testing.assert_array_equal(Session(graph=copy).run(read), ROWS * 2)
    del graph, made
    gc.collect()
    assert alive() is None
    with pytest.raises(InvalidArgumentError, match="callback pyfunc_"):
        Session(graph=copy).run(read)


def test_siphash_of_its_paper():
    """The test vector of Aumasson and Bernstein (2012), appendix A."""
    key = [int.from_bytes(bytes(range(8)), "little"),
           int.from_bytes(bytes(range(8, 16)), "little")]  # fmt: skip
    assert siphash(bytes(range(15)), key) == 0xA129CA6149BE45E5


def test_strings_pass_through_array_ops(session):
    words = strings.join([tensor(["a", "b"]), "x"])
    from penstock.api import array

    stacked = array.stack([words, words])
    got = session.run(
        [array.reshape(stacked, [-1]), words[1], array.gather(words, [1])]
    )
    assert got[0].tolist() == [b"ax", b"bx"] * 2
    assert got[1] == b"bx"
    assert got[2].tolist() == [b"bx"]
