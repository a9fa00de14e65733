"""Graphs: names, scopes, dependencies, look-ups, errors with the user's line."""

import numpy as np
import pytest

import penstock.ops  # noqa: F401
from penstock.api import math, operators  # noqa: F401
from penstock.core import dtypes
from penstock.core.errors import ShapeError
from penstock.ir.graph import Graph
from penstock.ir.op import TABLE
from penstock.v1.placeholders import placeholder


@pytest.fixture
def graph():
    made = Graph()
    with made.as_default():
        yield made


def test_names_are_numbered_whatever_their_case(graph):
    names = [math.add(1, 2, name=n).op.name for n in ("a", "a", "A", "a_1", "a")]
    assert names == ["a", "a_1", "A_2", "a_1_1", "a_3"]


def test_scopes_nest_and_number(graph):
    with graph.name_scope("s") as full:
        assert full == "s/"
        with graph.name_scope("t"):
            inner = math.add(1, 2)
    with graph.name_scope("s"):
        again = math.add(1, 2)
    with graph.name_scope(full):
        entered = math.add(1, 2)
    names = [t.op.name for t in (inner, again, entered)]
    assert names == ["s/t/Add", "s_1/Add", "s/Add"]


def test_bad_names_are_refused(graph):
    with pytest.raises(ValueError, match="not a valid name"):
        math.add(1, 2, name="no spaces")


def test_constants_take_the_argument_names(graph):
    x = placeholder(dtypes.float32, [2], "x")
    out = x * 2.0 + 1
    assert [n.name for n in graph.get_operations()] == [
        "x", "mul/y", "mul", "add/y", "add",
    ]  # fmt: skip
    assert out.name == "add:0"


def test_look_up(graph):
    x = placeholder(dtypes.float32, [2], "x")
    assert graph.get_tensor_by_name("x:0") is x
    assert graph.get_operation_by_name("x") is x.op
    assert graph.as_graph_element("x:0") is x
    with pytest.raises(KeyError, match="not in the graph"):
        graph.get_operation_by_name("y")
    with pytest.raises(KeyError, match="does not exist"):
        graph.get_tensor_by_name("y:0")
    with pytest.raises(ValueError, match="Operation name"):
        graph.get_tensor_by_name("x")


def test_control_dependencies(graph):
    x = placeholder(dtypes.float32, [])
    first = math.add(x, 1.0)
    with graph.control_dependencies([first]):
        after = math.sin(x)
        chained = math.negative(after)
        with graph.control_dependencies(None):
            free = math.negative(x)
    assert after.op.control_inputs == [first.op]
    assert chained.op.control_inputs == []  # `after` has waited
    assert free.op.control_inputs == []


def test_graphs_do_not_mix(graph):
    x = placeholder(dtypes.float32, [])
    with Graph().as_default(), pytest.raises(ValueError, match="same graph"):
        math.add(x, 1.0)


def test_finalized_graphs_refuse(graph):
    graph.finalize()
    with pytest.raises(RuntimeError, match="finalized"):
        math.add(1, 2)


def test_errors_name_operands_and_line(graph):
    a = placeholder(dtypes.float32, [2, 3], "a")
    with pytest.raises(ShapeError) as caught:
        math.matmul(a, a)
    message = str(caught.value)
    assert "[2,3]" in message
    assert "MatMul" in message
    assert "test_graph.py" in message


def test_dtypes_must_agree(graph):
    a = placeholder(dtypes.float32, [2])
    b = placeholder(dtypes.int32, [2])
    with pytest.raises(TypeError, match=r"int32.*float32"):
        math.add(a, b)
    with pytest.raises(TypeError, match="not in list of allowed"):
        math.sqrt(b)


def test_attributes_are_checked(graph):
    with pytest.raises(TypeError, match="needs the attribute"):
        TABLE["Cast"](np.float32(1))


def test_tensors_do_not_act_as_values(graph):
    x = placeholder(dtypes.float32, [None])
    with pytest.raises(TypeError, match="Python bool"):
        bool(x > 0)
    with pytest.raises(TypeError):
        len(x)
    with pytest.raises(TypeError, match="first dimension"):
        iter(x)
    assert len(list(placeholder(dtypes.float32, [3]))) == 3


def test_collections(graph):
    graph.add_to_collection("losses", 1)
    graph.add_to_collections(["losses", "others"], 2)
    assert graph.get_collection("losses") == [1, 2]
    graph.get_collection("losses").append(3)
    assert graph.get_collection("losses") == [1, 2]
