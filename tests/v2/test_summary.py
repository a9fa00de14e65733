"""Event files that TensorBoard reads."""

import numpy as np
import pytest

from penstock.formats.events import read_events


def written(folder):
    (path,) = folder.iterdir()
    return [v for e in read_events(path) for v in e.summary.value]


def test_scalars_histograms_images_text(tf, tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default():
        assert bool(tf.summary.scalar("loss", tf.constant(0.5), step=3))
        tf.summary.histogram("w", tf.constant([0.0, 1.0, 1.0]), step=3, buckets=2)
        tf.summary.image("x", np.zeros((1, 2, 3, 1), np.float32), step=3)
        tf.summary.text("note", "hello", step=3)
    writer.close()
    values = {v.tag: v for v in written(tmp_path)}
    assert tf.make_ndarray(values["loss"].tensor) == 0.5
    assert values["loss"].metadata.plugin_data.plugin_name == "scalars"
    assert values["w"].metadata.plugin_data.plugin_name == "histograms"
    assert values["x"].metadata.plugin_data.plugin_name == "images"
    assert values["note"].metadata.plugin_data.plugin_name == "text"


def test_inside_a_function(tf, tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))

    @tf.function
    def step(x, n):
        tf.summary.scalar("x", x, step=n)
        return x + 1

    with writer.as_default():
        for i in range(3):
            step(tf.constant(float(i)), tf.constant(i, tf.int64))
    writer.close()
    assert [v.tag for v in written(tmp_path)] == ["x"] * 3


def test_without_writer_or_step(tf, tmp_path):
    assert not bool(tf.summary.scalar("loss", 1.0, step=0))
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default(), pytest.raises(ValueError, match="No step set"):
        tf.summary.scalar("loss", 1.0)
    with writer.as_default(step=4), tf.summary.record_if(False):
        assert not bool(tf.summary.scalar("loss", 1.0))
    writer.close()
