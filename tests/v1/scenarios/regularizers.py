"""Regularisers of contrib's layers; recorded by the formulas of their documentation.

TensorFlow 2.21 has no contrib: here a face without it builds the documented formula.
"""

import numpy as np


def _l2(tf, scale):
    contrib = getattr(tf, "contrib", None)
    if contrib is not None:
        return contrib.layers.l2_regularizer(scale)
    return lambda w: tf.multiply(
        tf.constant(scale, w.dtype.base_dtype), tf.nn.l2_loss(w)
    )


def _l1(tf, scale):
    contrib = getattr(tf, "contrib", None)
    if contrib is not None:
        return contrib.layers.l1_regularizer(scale)
    return lambda w: tf.constant(scale, w.dtype.base_dtype) * tf.reduce_sum(tf.abs(w))


def losses(tf):
    start = np.array([[1.0, -2.0], [3.0, -0.5]], np.float32)
    w = tf.get_variable("w", initializer=start, regularizer=_l2(tf, 0.1))
    tf.add_to_collection("losses", _l1(tf, 0.01)(w))
    kept = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return {
            "l2": sess.run(kept[0] + 0.0),
            "l1": sess.run(tf.add_n(tf.get_collection("losses"))),
        }
