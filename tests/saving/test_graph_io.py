"""GraphDef both ways: nodes, functions, names, and what a faulty one is told."""

import numpy as np
import pytest
from google.protobuf import text_format
from tensorboard.compat.proto import graph_pb2

import penstock.compat.v1 as tf
from penstock.core.errors import UnsupportedError


def _graph_def():
    """x [?, 2] -> y = x + 1."""
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        tf.add(x, 1.0, name="y")
        return graph.as_graph_def()


TENSORFLOWS = """
node { name: "x" op: "Placeholder"
  attr { key: "shape" value { shape { dim { size: -1 } dim { size: 2 } } } }
  attr { key: "dtype" value { type: DT_FLOAT } } }
node { name: "y/y" op: "Const"
  attr { key: "value"
    value { tensor { dtype: DT_FLOAT tensor_shape { } float_val: 1 } } }
  attr { key: "dtype" value { type: DT_FLOAT } } }
node { name: "y" op: "AddV2" input: "x" input: "y/y"
  attr { key: "T" value { type: DT_FLOAT } } }
"""


def test_nodes_are_as_tensorflow_writes_them():
    wanted = text_format.Parse(TENSORFLOWS, graph_pb2.GraphDef())
    assert list(_graph_def().node) == list(wanted.node)


def test_shapes_on_demand():
    with tf.Graph().as_default() as graph:
        tf.placeholder(tf.float32, [None, 2], name="x")
        (node,) = graph.as_graph_def(add_shapes=True).node
    assert [d.size for d in node.attr["_output_shapes"].list.shape[0].dim] == [-1, 2]


def test_import_with_mapped_input_and_returned_elements():
    with tf.Graph().as_default(), tf.Session() as sess:
        p = tf.constant([[1.0, 2.0]])
        y, op = tf.import_graph_def(_graph_def(), {"x:0": p}, ["y:0", "y"], name="imp")
        assert (y.name, op.name, y.shape.as_list()) == ("imp/y:0", "imp/y", [1, 2])
        np.testing.assert_array_equal(sess.run(y), [[2.0, 3.0]])
        (z,) = tf.import_graph_def(_graph_def(), {"x": y}, ["y:0"])
        assert z.name == "import/y:0"
        (w,) = tf.import_graph_def(_graph_def(), {"x": z}, ["y:0"])
        assert w.name == "import_1/y:0"
        np.testing.assert_array_equal(sess.run(w), [[4.0, 5.0]])


def test_round_trip_is_exact():
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [3, 3], name="x")
        v = tf.Variable(tf.truncated_normal([3, 3], seed=1), name="v")
        q = tf.Variable(tf.zeros([2]), name="q", use_resource=True)
        with tf.control_dependencies([v.initializer]), tf.device("/cpu:0"):
            tf.concat([x, v * 2.0], 0, name="joined")
        tf.reshape(tf.cast(x, tf.int32), [-1])
        q.assign_add([1.0, 1.0])
        first = graph.as_graph_def()
    with tf.Graph().as_default() as again:
        tf.import_graph_def(first, name="")
        assert again.as_graph_def() == first
        assert again.get_operation_by_name("joined").device == "/device:CPU:0"


def test_branches_and_loops_travel_as_functions():
    with tf.Graph().as_default() as graph:
        n = tf.placeholder(tf.int32, [], name="n")
        total = tf.while_loop(
            lambda i, s: i < n, lambda i, s: (i + 1, s + i), [0, 0], name="loop"
        )[1]
        total = tf.identity(total, name="total")
        tf.cond(n > 2, lambda: total * 10, lambda: -total, name="cond")
        out = tf.identity(graph.get_operations()[-1].outputs[0], name="out")
        message = graph.as_graph_def()
        with tf.Session() as sess:
            wanted = [sess.run(out, {n: k}) for k in (1, 5)]
    assert message.library.function
    message = graph_pb2.GraphDef.FromString(message.SerializeToString())
    with tf.Graph().as_default(), tf.Session() as sess:
        (again,) = tf.import_graph_def(message, return_elements=["out:0"], name="")
        assert [sess.run(again, {"n:0": k}) for k in (1, 5)] == wanted


def test_variables_by_nodes_alone():
    with tf.Graph().as_default() as graph:
        v = tf.Variable([1.0, 2.0], name="v")
        tf.assign_add(v, [1.0, 1.0], name="add")
        message = graph.as_graph_def()
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.import_graph_def(message, name="")
        sess.run("v/Assign")
        sess.run("add")
        np.testing.assert_array_equal(sess.run("v:0"), [2.0, 3.0])


def test_write_graph_text_and_binary(tmp_path):
    message = _graph_def()
    text = tf.train.write_graph(message, str(tmp_path / "new"), "g.pbtxt")
    binary = tf.train.write_graph(message, str(tmp_path), "g.pb", as_text=False)
    with open(text) as file:
        assert text_format.Parse(file.read(), graph_pb2.GraphDef()) == message
    with open(binary, "rb") as file:
        assert graph_pb2.GraphDef.FromString(file.read()) == message


def test_freezing():
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        x = tf.placeholder(tf.float32, [None], name="x")
        v = tf.Variable(3.0, name="v")
        r = tf.Variable(2.0, name="r", use_resource=True)
        tf.add(x * v, r, name="y")
        tf.constant(1.0, name="unused")
        sess.run(tf.global_variables_initializer())
        frozen = tf.graph_util.convert_variables_to_constants(
            sess, graph.as_graph_def(), ["y"]
        )
    assert {n.op for n in frozen.node} <= {
        "Placeholder", "Const", "Identity", "Mul", "AddV2",
    }  # fmt: skip
    assert "unused" not in {n.name for n in frozen.node}
    lean = tf.graph_util.remove_training_nodes(frozen)
    assert len(lean.node) < len(frozen.node)
    for message in (frozen, lean):
        with tf.Graph().as_default(), tf.Session() as sess:
            (y,) = tf.import_graph_def(message, return_elements=["y:0"], name="")
            np.testing.assert_array_equal(sess.run(y, {"x:0": [1.0, 2.0]}), [5.0, 8.0])


def test_frozen_by_tensorflow(fixtures):
    data = (fixtures / "interop" / "frozen.pb").read_bytes()
    message = graph_pb2.GraphDef.FromString(data)
    weights = tf.train.load_variable(str(fixtures / "interop"), "float32")
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    with tf.Graph().as_default(), tf.Session() as sess:
        (y,) = tf.import_graph_def(message, return_elements=["y:0"])
        got = sess.run(y, {"import/x:0": x})
    np.testing.assert_allclose(got, x @ weights + 1.5, rtol=1e-5)


FLOAT = 'attr { key: "T" value { type: DT_FLOAT } }'
KIND = 'attr { key: "dtype" value { type: DT_FLOAT } }'


def _after(op: str, inputs: str, attrs: str = FLOAT) -> str:
    """The graph above and one more node."""
    given = " ".join(f'input: "{i}"' for i in inputs.split())
    return TENSORFLOWS + f'node {{ name: "z" op: "{op}" {given} {attrs} }}'


def _no_op(name: str, *inputs: str) -> str:
    given = " ".join(f'input: "{i}"' for i in inputs)
    return f'node {{ name: "{name}" op: "NoOp" {given} }}'


LARGE = (
    'attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { '
    "dim { size: 1099511627776 } } float_val: 1 } } }"
)
CALL = (
    'attr { key: "f" value { func { name: "f" } } } '
    'attr { key: "Tin" value { list { type: DT_FLOAT } } } '
    'attr { key: "Tout" value { list { type: DT_FLOAT } } }'
)
FAULTY = {
    "unknown input": (_after("Identity", "b"), "Unknown input node 'b'"),
    "unknown control": (_no_op("a", "^b"), "Unknown input node"),
    "unknown op": (_after("NoSuchOp", "y"), "NoSuchOp is not in Penstock"),
    "two of a name": (_no_op("a") + _no_op("a"), "two nodes 'a'"),
    "a cycle": (_no_op("a", "^b") + _no_op("b", "^a"), "cycle"),
    "itself": (_no_op("a", "^a"), "cycle"),
    "output": (_after("Identity", "y:7"), "invalid output 7"),
    "number": (_after("Identity", "y:-1"), "no number of an output"),
    "too few": (_after("AddV2", "y"), "inputs"),
    "too many": (_after("Identity", "y x"), "takes 1 inputs"),
    "type": (
        _after("Identity", "y", FLOAT.replace("FLOAT", "INT32")), "incompatible with",
    ),
    "no such type": (
        _after("Placeholder", "", KIND.replace("DT_FLOAT", "999")), "no data type 999",
    ),
    "no type": (_after("Placeholder", "", ""), "dtype"),
    "name": (_no_op("a b\\n"), "no valid name"),
    "no name": (_no_op(""), "no valid name"),
    "value": (_after("Const", "", KIND + LARGE), "Node 'z'"),
    "no value": (_after("Const", "", KIND), "value"),
    "shape": (_after("MatMul", "y y/y"), "MatMul|rank"),
    "no function": (_after("StatefulPartitionedCall", "x", CALL), "function 'f'"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTY)
def test_faulty_graph_def(case):
    text, told = FAULTY[case]
    message = text_format.Parse(text, graph_pb2.GraphDef())
    with tf.Graph().as_default() as graph:
        with pytest.raises((ValueError, UnsupportedError), match=told):
            tf.import_graph_def(message)
        assert graph.get_operations() == []


def test_wrong_arguments():
    with tf.Graph().as_default():
        with pytest.raises(TypeError, match="must be a GraphDef proto"):
            tf.import_graph_def(3)
        with pytest.raises(ValueError, match="return tensor 'no:0' not found"):
            tf.import_graph_def(_graph_def(), return_elements=["no:0"])
        with pytest.raises(ValueError, match=r"not found in graph_def: \[no:0\]"):
            tf.import_graph_def(_graph_def(), {"no:0": tf.constant(1.0)})
        with pytest.raises(ValueError, match="was passed int32"):
            tf.import_graph_def(_graph_def(), {"x:0": tf.constant([[1, 2]])})
