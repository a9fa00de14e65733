"""Checkpoints and graphs between TensorFlow and Penstock, both ways, by hand.

    TF=/path/to/python-with-tensorflow   OURS=/path/to/python-with-penstock
    $TF   tools/interop/checkpoints.py write tensorflow /tmp/a
    $OURS tools/interop/checkpoints.py read  penstock   /tmp/a
    $OURS tools/interop/checkpoints.py write penstock   /tmp/b
    $TF   tools/interop/checkpoints.py read  tensorflow /tmp/b

`read` restores by a Saver, by a name map, by the MetaGraph, and by a frozen graph,
and fails aloud where a value differs.
"""

from __future__ import annotations

import importlib
import os
import sys

import numpy as np

KINDS = [
    "float32", "float64", "float16", "int32", "int64", "int8", "int16", "uint8",
    "bool", "complex64",
]  # fmt: skip


def face(name: str):
    """The 1.x module of `tensorflow` or `penstock`."""
    if name == "penstock":
        return importlib.import_module("penstock.compat.v1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    tf = importlib.import_module("tensorflow.compat.v1")
    tf.disable_v2_behavior()
    return tf


def values() -> dict[str, np.ndarray]:
    random = np.random.RandomState(7)
    out = {k: (random.rand(3, 4) * 100 - 20).astype(k) for k in KINDS}
    out |= {
        "scalar": np.float32(1.5),
        "empty": np.zeros((0, 3), np.float32),
        "text": np.array([b"one", b"", b"drei"], object),
        "resource": random.rand(5).astype(np.float32),
        "scope/pieces": random.rand(7, 2).astype(np.float32),
    }
    return out


def build(tf, fill: bool):
    """A variable for each of `values`, and an output that a run can check."""
    made = {}
    for name, value in values().items():
        start = value if fill else np.zeros_like(value)
        if value.dtype == object and not fill:
            start = np.full(value.shape, b"", object)
        if name == "resource":
            made[name] = tf.Variable(start, name=name, use_resource=True)
        elif name == "scope/pieces":
            with tf.variable_scope(
                "scope", partitioner=tf.fixed_size_partitioner(3), use_resource=False
            ):
                made[name] = tf.get_variable(
                    "pieces", value.shape,
                    initializer=lambda shape, dtype, partition_info, _v=start: _v[
                        partition_info.var_offset[0] :
                    ][: shape[0]],
                )  # fmt: skip
        else:
            made[name] = tf.Variable(start, name=name)
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    tf.add(tf.matmul(x, made["float32"]), made["scalar"], name="y")
    tf.add_to_collection("outputs", tf.get_default_graph().get_tensor_by_name("y:0"))
    tf.add_to_collection("numbers", 3)
    return made


X = np.arange(6, dtype=np.float32).reshape(2, 3)


def expected() -> np.ndarray:
    return X @ values()["float32"] + np.float32(1.5)


def check(what: str, found, wanted) -> None:
    found, wanted = np.asarray(found), np.asarray(wanted)
    if found.dtype.kind == "f" and what == "y":
        np.testing.assert_allclose(found, wanted, rtol=1e-5)
    elif not (found.shape == wanted.shape and (found == wanted).all()):
        raise AssertionError(f"{what}: {found} is not {wanted}")


def write(tf, folder: str) -> None:
    os.makedirs(folder, exist_ok=True)
    with tf.Graph().as_default(), tf.Session() as sess:
        made = build(tf, fill=True)
        saver = tf.train.Saver(max_to_keep=2)
        sess.run(tf.global_variables_initializer())
        for step in range(3):
            saver.save(sess, os.path.join(folder, "model"), global_step=step)
        del made
        util = importlib.import_module(tf.__name__).graph_util
        frozen = util.convert_variables_to_constants(
            sess, sess.graph.as_graph_def(), ["y"]
        )
        tf.train.write_graph(frozen, folder, "frozen.pb", as_text=False)
        tf.train.write_graph(frozen, folder, "frozen.pbtxt", as_text=True)


def read(tf, folder: str) -> None:
    newest = tf.train.latest_checkpoint(folder)
    assert newest.endswith("model-2"), newest
    listed = dict(tf.train.list_variables(folder))
    for name, value in values().items():
        assert listed[name] == list(value.shape), (name, listed[name])
        check(name, tf.train.load_variable(folder, name), value)
    with tf.Graph().as_default(), tf.Session() as sess:
        made = build(tf, fill=False)
        tf.train.Saver().restore(sess, newest)
        for name, variable in made.items():
            got = sess.run(tf.convert_to_tensor(variable))
            check(name, got, values()[name])
        check("y", sess.run("y:0", {"x:0": X}), expected())
    with tf.Graph().as_default(), tf.Session() as sess:
        other = tf.Variable(tf.zeros([3, 4]), name="renamed")
        tf.train.Saver({"float32": other}).restore(sess, newest)
        check("map", sess.run(other), values()["float32"])
    with tf.Graph().as_default(), tf.Session() as sess:
        saver = tf.train.import_meta_graph(newest + ".meta")
        saver.restore(sess, newest)
        (y,) = tf.get_collection("outputs")
        check("y", sess.run(y, {"x:0": X}), expected())
        assert tf.get_collection("numbers") == [3]
        assert len(tf.global_variables()) == len(values()) + 2
        assert saver.save(sess, os.path.join(folder, "again"))
    for name in ("frozen.pb", "frozen.pbtxt"):
        with tf.Graph().as_default(), tf.Session() as sess:
            graph_def = tf.GraphDef()
            with open(os.path.join(folder, name), "rb") as file:
                data = file.read()
            if name.endswith("txt"):
                from google.protobuf import text_format

                text_format.Parse(data.decode(), graph_def)
            else:
                graph_def.ParseFromString(data)
            (y,) = tf.import_graph_def(graph_def, return_elements=["y:0"])
            check("y", sess.run(y, {"import/x:0": X}), expected())
    print(f"read {folder}: {len(values())} tensors, MetaGraph and frozen graph agree")


def main() -> None:
    action, name, folder = sys.argv[1:]
    {"write": write, "read": read}[action](face(name), folder)


if __name__ == "__main__":
    main()
