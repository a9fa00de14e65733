"""GraphDefs with loops and branches: TensorFlow's, and Penstock's own again."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import graph_programs

import penstock.compat.v1 as tf
from penstock.core.errors import UnsupportedError

FIXTURES = Path(__file__).parents[1] / "fixtures" / "graphs"
RESULTS = json.loads((FIXTURES / "results.json").read_text())


@pytest.mark.parametrize("name", graph_programs.PROGRAMS)
def test_tensorflows_loops_and_branches_are_read(name):
    message = tf.GraphDef.FromString((FIXTURES / f"{name}.pb").read_bytes())
    got = graph_programs.read(tf, message)
    np.testing.assert_allclose(got, RESULTS[name], rtol=2e-6)


@pytest.mark.parametrize("name", graph_programs.PROGRAMS)
def test_own_loops_and_branches_are_written_and_read(name):
    message, results = graph_programs.written(tf, name)
    np.testing.assert_allclose(results, RESULTS[name], rtol=2e-6)
    # A recurrence is written as the loop that it stands for, which rounds otherwise.
    np.testing.assert_allclose(graph_programs.read(tf, message), results, rtol=1e-6)
    private = {n.op for n in message.node if n.op.startswith("_")}
    assert not private


def test_tensorflows_training_of_branches_goes_on():
    with tf.Graph().as_default(), tf.Session() as session:
        saver = tf.train.import_meta_graph(str(FIXTURES / "trained.meta"))
        saver.restore(session, str(FIXTURES / "trained"))
        feeds = graph_programs.fed()
        got = [session.run(["loss:0", "train"], feeds)[0] for _ in range(3)]
    np.testing.assert_allclose(got, RESULTS["trained"], rtol=1e-5)


def test_a_loop_that_is_none_is_refused():
    message = tf.GraphDef.FromString((FIXTURES / "loop.pb").read_bytes())
    condition = next(n for n in message.node if n.op == "LoopCond")
    condition.op = "Identity"
    with pytest.raises(UnsupportedError, match="is no loop"):
        graph_programs.read(tf, message)


def test_training_of_a_recurrent_net_goes_on_from_its_meta_graph(tmp_path):
    """The loop's gradient needs values of every round: the file knows which."""
    prefix, feeds = str(tmp_path / "model"), {}
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(1)
        x = tf.placeholder(tf.float32, [None, 4, 2], name="x")
        outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, dtype=tf.float32)
        loss = tf.reduce_mean(tf.square(outputs[:, -1] - 0.5), name="loss")
        train = tf.train.GradientDescentOptimizer(0.5).minimize(loss, name="train")
        session.run(tf.global_variables_initializer())
        feeds = {"x:0": np.linspace(-1, 1, 24).reshape(3, 4, 2)}
        saver = tf.train.Saver()
        saver.save(session, prefix)
        wanted = [session.run([loss, train], feeds)[0] for _ in range(3)]
    with tf.Graph().as_default(), tf.Session() as session:
        tf.train.import_meta_graph(f"{prefix}.meta").restore(session, prefix)
        got = [session.run(["loss:0", "train"], feeds)[0] for _ in range(3)]
    np.testing.assert_allclose(got, wanted, rtol=1e-6)
    assert wanted[2] < wanted[0]
