"""Gradients that programs register; names of devices."""

import pytest

import penstock.compat.v1 as tf
from penstock import backward


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setattr(backward, "REGISTERED", dict(backward.REGISTERED))


def test_override_by_name():
    @tf.RegisterGradient("Straight")
    def _straight(op, grad):
        assert op.type == "Sign"
        return grad * 2.0

    with tf.Graph().as_default() as graph, tf.Session() as sess:
        x = tf.constant([0.3, -2.0])
        plain = tf.sign(x)
        with graph.gradient_override_map({"Sign": "Straight"}):
            passed = tf.sign(x)
        assert passed.op.get_attr("_gradient_op_type") == "Straight"
        assert sess.run(tf.gradients(passed, x)[0]).tolist() == [2.0, 2.0]
        assert sess.run(tf.gradients(plain, x)[0]).tolist() == [0.0, 0.0]


def test_refused():
    with pytest.raises(KeyError, match="two gradient with name 'Square'"):
        tf.RegisterGradient("Square")(lambda op, grad: grad)
    with pytest.raises(TypeError):
        tf.RegisterGradient(3)
    with tf.Graph().as_default() as graph, pytest.raises(TypeError):
        with graph.gradient_override_map({"Sign": 3}):
            pass


def test_device_names():
    spec = tf.DeviceSpec.from_string("/job:worker/task:1/gpu:0")
    assert spec.to_string() == "/job:worker/task:1/device:GPU:0"
    assert tf.DeviceSpec(device_type="CPU").to_string() == "/device:CPU:*"
    with tf.Graph().as_default(), tf.device(spec):
        assert tf.constant(1.0).device == "/job:worker/task:1/device:GPU:0"
    with pytest.raises(ValueError, match="Unknown attribute"):
        tf.DeviceSpec.from_string("/what:ever:more")
