"""Checkpoints by objects: TensorFlow's are read, ours read back, restored on creation.

The fixture was written by TensorFlow 2.21 with tools/record/v2_objects.py.
"""

import os

import numpy as np
import pytest


def net_class(tf):
    class Net(tf.Module):
        def __init__(self, k=0.0):
            super().__init__()
            self.w = tf.Variable([[1.0, 2.0], [3.0, 4.0 + k]], name="w")
            self.layers = [tf.Variable(5.0 + k, name="b"), tf.Variable([7], name="c")]
            self.d = {"x": tf.Variable(9.0 + k)}

    return Net


@pytest.fixture
def net(tf):
    return net_class(tf)


def test_reads_what_tensorflow_wrote(tf, net, fixtures):
    n = net()
    checkpoint = tf.train.Checkpoint(step=tf.Variable(0), net=n)
    status = checkpoint.restore(str(fixtures / "v2_objects" / "ckpt-3"))
    status.assert_consumed()
    np.testing.assert_array_equal(n.w.numpy(), [[1, 2], [3, 104]])
    assert n.layers[0].numpy() == 105
    assert n.d["x"].numpy() == 109
    assert checkpoint.step.numpy() == 6
    assert checkpoint.save_counter.numpy() == 3


def test_a_variable_made_later_gets_its_value(tf, fixtures):
    checkpoint = tf.train.Checkpoint()
    status = checkpoint.restore(str(fixtures / "v2_objects" / "ckpt-3"))
    checkpoint.net = tf.Module()
    checkpoint.net.w = tf.Variable(tf.zeros([2, 2]))
    np.testing.assert_array_equal(checkpoint.net.w.numpy(), [[1, 2], [3, 104]])
    with pytest.raises(AssertionError, match="Unresolved"):
        status.assert_consumed()
    status.expect_partial()


def test_manager_keeps_the_last(tf, net, tmp_path):
    n = net()
    checkpoint = tf.train.Checkpoint(net=n, step=tf.Variable(0))
    manager = tf.train.CheckpointManager(checkpoint, tmp_path, max_to_keep=2)
    for i in range(4):
        n.w.assign(tf.fill([2, 2], float(i)))
        checkpoint.step.assign_add(1)
        manager.save()
    assert [os.path.basename(p) for p in manager.checkpoints] == ["ckpt-3", "ckpt-4"]
    names = {f.name for f in tmp_path.iterdir()}
    assert "ckpt-1.index" not in names
    assert "ckpt-4.index" in names
    again = net()
    other = tf.train.Checkpoint(net=again, step=tf.Variable(0))
    found = tf.train.CheckpointManager(other, tmp_path, max_to_keep=2)
    assert found.restore_or_initialize() == manager.latest_checkpoint
    np.testing.assert_array_equal(again.w.numpy(), np.full((2, 2), 3.0))
    assert other.step.numpy() == 4


def test_relative_folders(tf, net, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    checkpoint = tf.train.Checkpoint(net=net(7.0))
    assert checkpoint.save("run/ck") == "run/ck-1"
    newest = tf.train.latest_checkpoint("run")
    assert newest == "run/ck-1"
    fresh = net()
    tf.train.Checkpoint(net=fresh).restore(newest).assert_consumed()
    assert fresh.w.numpy()[1, 1] == 11


def test_missing_and_mismatched(tf, tmp_path):
    v = tf.Variable([1.0, 2.0])
    prefix = tf.train.Checkpoint(v=v).write(tmp_path / "a")
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
        tf.train.Checkpoint(v=tf.Variable([1.0])).read(prefix)
    with pytest.raises(tf.errors.NotFoundError):
        tf.train.Checkpoint(v=v).restore(str(tmp_path / "nothing"))
    with pytest.raises(AssertionError):
        tf.train.Checkpoint(w=v).read(prefix).assert_nontrivial_match()
    tf.train.Checkpoint(v=v).restore(None).expect_partial()
