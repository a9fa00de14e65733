"""GraphDefs and MetaGraphs with bytes changed: a named error, or a graph; no crash."""

import random

import pytest
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import graph_pb2

import penstock.compat.v1 as tf
from penstock.core.errors import UnsupportedError

NAMED = (ValueError, TypeError, UnsupportedError, KeyError)


def _changed(data: bytes, seed: int) -> bytes:
    rng = random.Random(seed)
    out = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        kind = rng.randrange(3)
        at = rng.randrange(len(out))
        if kind == 0:
            out[at] = rng.randrange(256)
        elif kind == 1:
            del out[at : at + rng.randint(1, 9)]
        else:
            out[at:at] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 9)))
    return bytes(out)


@pytest.mark.parametrize("seed", range(150))
def test_changed_graph_def(fixtures, seed):
    data = _changed((fixtures / "interop" / "frozen.pb").read_bytes(), seed)
    try:
        message = graph_pb2.GraphDef.FromString(data)
    except (DecodeError, UnicodeDecodeError):
        return
    with tf.Graph().as_default():
        try:
            tf.import_graph_def(message)
        except NAMED:
            return


@pytest.mark.parametrize("seed", range(60))
def test_changed_meta_graph(fixtures, tmp_path, seed):
    data = (fixtures / "interop" / "model-2.meta").read_bytes()
    path = tmp_path / "m.meta"
    path.write_bytes(_changed(data, 1000 + seed))
    with tf.Graph().as_default():
        try:
            tf.train.import_meta_graph(str(path))
        except NAMED:
            return


def test_truncated_meta_graph(fixtures, tmp_path):
    data = (fixtures / "interop" / "model-2.meta").read_bytes()
    path = tmp_path / "m.meta"
    path.write_bytes(data[: len(data) // 2])
    with tf.Graph().as_default(), pytest.raises(ValueError, match=r"m\.meta"):
        tf.train.import_meta_graph(str(path))
    with pytest.raises(OSError, match="does not exist"):
        tf.train.import_meta_graph(str(tmp_path / "none.meta"))


def test_function_that_calls_itself():
    message = graph_pb2.GraphDef()
    function = message.library.function.add()
    function.signature.name = "f"
    node = function.node_def.add(name="again", op="StatefulPartitionedCall")
    node.attr["f"].func.name = "f"
    node.attr["Tin"].list.SetInParent()
    node.attr["Tout"].list.SetInParent()
    message.node.add(name="call", op="StatefulPartitionedCall").attr.MergeFrom(
        node.attr
    )
    with tf.Graph().as_default(), pytest.raises(ValueError, match="calls itself"):
        tf.import_graph_def(message)


def test_a_long_chain_of_nodes():
    message = graph_pb2.GraphDef()
    for i in reversed(range(20000)):
        node = message.node.add(name=f"n{i}", op="NoOp")
        if i:
            node.input.append(f"^n{i - 1}")
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(message, name="")
        assert len(graph.get_operations()) == 20000
