"""Where nodes are asked to run, as TensorFlow 2.21 wrote it for the same scopes."""

import contextlib

import pytest

import penstock.compat.v1 as tf

ASKED = [
    (["/cpu:0"], "/device:CPU:0"),
    (["/gpu:1"], "/device:GPU:1"),
    (["cpu:0"], "/device:CPU:0"),
    (["//cpu:0"], "/device:CPU:0"),
    (["gpu"], "/device:GPU:*"),
    (["/gpu:*"], "/device:GPU:*"),
    (["/job:ps/task:1"], "/job:ps/task:1"),
    (["/device:XLA_CPU:0"], "/device:XLA_CPU:0"),
    ([None], ""),
    (["/gpu:1", None], ""),
    (["/cpu:0", ""], "/device:CPU:0"),
    (["/job:ps", "/gpu:1"], "/job:ps/device:GPU:1"),
    (["/job:ps/task:1", "/job:worker/cpu:0"], "/job:worker/task:1/device:CPU:0"),
    (["/job:a", lambda node: "/gpu:2"], "/job:a/device:GPU:2"),
    (["/gpu:0", lambda node: node.device], "/device:GPU:0"),
    ([lambda node: "/gpu:3", "/job:x"], "/gpu:3"),
    ([tf.DeviceSpec(job="w", device_type="CPU", device_index=0)],
     "/job:w/device:CPU:0"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "device"), ASKED)
def test_device_of_a_node(asked, device):
    with tf.Graph().as_default(), contextlib.ExitStack() as scopes:
        for wish in asked:
            scopes.enter_context(tf.device(wish))
        assert tf.constant(1.0).device == device


def test_a_name_that_is_none():
    with tf.Graph().as_default(), pytest.raises(ValueError, match="'bad'"):
        with tf.device("/bad:0"):
            pass
