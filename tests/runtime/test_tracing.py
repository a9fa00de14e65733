"""Runs that are traced node by node: the same values, and a time for each node."""

import json

import numpy as np
import pytest

import penstock.compat.v1 as tf
from penstock.v1.timeline import Timeline

FULL = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def trained(traced: bool) -> list:
    """Three training steps of a graph with random, loops and Python in it."""
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 4])
    w = tf.Variable(tf.random_normal([4, 3]), name="w")
    product = tf.matmul(tf.nn.dropout(x, 0.5), w, name="product")
    loss = tf.reduce_mean(tf.square(product))
    _, grown = tf.while_loop(
        lambda i, s: i < 3, lambda i, s: (i + 1, s * 2.0), [0, loss]
    )
    told = tf.py_func(lambda v: v + np.float32(1), [grown], tf.float32)
    train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
    feed = {x: np.arange(8, dtype=np.float32).reshape(2, 4)}
    found = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(3):
            metadata = tf.RunMetadata()
            how = {"options": FULL, "run_metadata": metadata} if traced else {}
            found += session.run([loss, told, train], feed, **how)[:2]
        found.append(session.run(w))
    if traced:
        found.append(metadata)
    return found


def test_values_are_the_steps_own():
    plain = trained(False)
    with tf.Graph().as_default():
        *traced, _ = trained(True)
    for a, b in zip(plain, traced, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-6)


def test_each_node_has_a_time():
    *_, metadata = trained(True)
    (device,) = metadata.step_stats.dev_stats
    nodes = {told.node_name: told for told in device.node_stats}
    product = nodes["product"]
    assert product.timeline_label.startswith("product = MatMul(")
    assert product.all_end_rel_micros >= 1
    shape = product.output[0].tensor_description.shape
    assert [d.size for d in shape.dim] == [2, 3]
    starts = [told.all_start_nanos for told in device.node_stats]
    assert len(nodes) == len(starts) and "PyFunc" in nodes


def test_a_timeline_has_an_event_for_each_node():
    *_, metadata = trained(True)
    text = Timeline(metadata.step_stats).generate_chrome_trace_format(show_memory=True)
    events = json.loads(text)["traceEvents"]
    ops = [e for e in events if e["ph"] == "X"]
    assert len(ops) == len(metadata.step_stats.dev_stats[0].node_stats)
    (product,) = (e for e in ops if e["args"]["name"] == "product")
    assert product["name"] == "MatMul" and product["args"]["input1"].startswith("w")
    begun = {e["id"] for e in events if e["ph"] == "s"}
    assert begun == {e["id"] for e in events if e["ph"] == "t"}
    assert any(identity.endswith("-> product") for identity in begun)


def test_a_traced_run_fails_as_a_step_does():
    v = tf.Variable(1.0)
    with tf.Session() as session:
        with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized"):
            session.run(v + 1, options=FULL, run_metadata=tf.RunMetadata())
        with pytest.raises(TypeError, match="RunOptions"):
            session.run(v, options={"trace_level": 3})


def test_the_profiler_hook_keeps_timelines(tmp_path):
    step = tf.train.get_or_create_global_step()
    w = tf.Variable(1.0)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(w * w, step)
    hooks = [
        tf.train.ProfilerHook(save_steps=3, output_dir=str(tmp_path)),
        tf.train.StopAtStepHook(10),
    ]
    with tf.train.MonitoredTrainingSession(hooks=hooks) as session:
        while not session.should_stop():
            session.run(train)
    # As TensorFlow 2.21 names them for the same program.
    found = sorted(tmp_path.glob("*.json"))
    assert [path.name for path in found] == [f"timeline-{n}.json" for n in (3, 6, 9)]
    assert len(list(tmp_path.glob("events.out.tfevents.*"))) == 1
    for path in found:
        assert len(json.loads(path.read_text())["traceEvents"]) > 5
