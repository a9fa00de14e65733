"""Initialisers: the values and the nodes of `get_variable` with each."""

import numpy as np


def _with(make, shape=(3, 2), seed=3):
    def scenario(tf):
        tf.set_random_seed(seed)
        v = tf.get_variable("a/x", list(shape), initializer=make(tf))
        ops = tf.get_default_graph().get_operations()
        with tf.Session() as sess:
            sess.run(v.initializer)
            return {
                "value": sess.run(v),
                "nodes": [f"{n.name} {n.type}" for n in ops],
            }

    return scenario


MORE = {
    "default": _with(lambda tf: None),
    "zeros": _with(lambda tf: tf.zeros_initializer()),
    "zeros by class": _with(lambda tf: tf.zeros_initializer),
    "large zeros": _with(lambda tf: tf.zeros_initializer(), (40, 200)),
    "ones": _with(lambda tf: tf.ones_initializer()),
    "constant": _with(lambda tf: tf.constant_initializer(0.1)),
    "constant list": _with(lambda tf: tf.constant_initializer([1.0, 2, 3])),
    "constant array": _with(
        lambda tf: tf.constant_initializer(np.arange(6.0).reshape(3, 2))
    ),
    "normal": _with(lambda tf: tf.random_normal_initializer(0.0, 0.1)),
    "normal seeded": _with(lambda tf: tf.random_normal_initializer(stddev=0.1, seed=2)),
    "truncated": _with(lambda tf: tf.truncated_normal_initializer(stddev=0.1)),
    "uniform": _with(lambda tf: tf.random_uniform_initializer(-1, 1)),
    "unit scaling": _with(lambda tf: tf.uniform_unit_scaling_initializer(1.5)),
    "variance scaling": _with(lambda tf: tf.variance_scaling_initializer(2.0)),
    "variance scaling uniform": _with(
        lambda tf: tf.variance_scaling_initializer(2.0, "fan_avg", "uniform")
    ),
    "variance scaling untruncated": _with(
        lambda tf: tf.variance_scaling_initializer(2.0, "fan_out", "untruncated_normal")
    ),
    "glorot normal": _with(lambda tf: tf.glorot_normal_initializer()),
    "glorot uniform": _with(lambda tf: tf.glorot_uniform_initializer(seed=1)),
    "glorot of a filter": _with(
        lambda tf: tf.glorot_uniform_initializer(), (3, 3, 2, 4)
    ),
    "he normal": _with(lambda tf: tf.initializers.he_normal()),
    "he uniform": _with(lambda tf: tf.initializers.he_uniform()),
    "lecun normal": _with(lambda tf: tf.initializers.lecun_normal()),
    "lecun uniform": _with(lambda tf: tf.initializers.lecun_uniform()),
    "a function": _with(
        lambda tf: lambda shape, dtype=None, partition_info=None: tf.ones(shape, dtype)
    ),
}


def orthogonal(tf):
    out = {}
    for shape in ((3, 2), (2, 3), (2, 2, 3)):
        tf.set_random_seed(3)
        init = tf.orthogonal_initializer(gain=2.0)
        v = tf.get_variable(f"x{len(shape)}{shape[0]}", shape, initializer=init)
        with tf.Session() as sess:
            sess.run(v.initializer)
            out[str(shape)] = sess.run(v)
    return out


def identity(tf):
    v = tf.get_variable("x", [2, 3], initializer=tf.initializers.identity(2.0))
    with tf.Session() as sess:
        sess.run(v.initializer)
        return {"value": sess.run(v)}


def constants(tf):
    made = [
        tf.constant([1.0, 2], shape=[2, 2]),
        tf.constant(5, tf.float32, [2, 2], name="q"),
        tf.constant([[1, 2], [3, 4]], shape=[4]),
        tf.constant(7),
        tf.constant(2**40),
        tf.constant([True, False]),
        tf.constant(1.5, tf.float64),
    ]
    with tf.Session() as sess:
        out = {f"value {i}": v for i, v in enumerate(sess.run(made))}
    return {**out, "names": [f"{t.name} {t.dtype.name} {t.shape}" for t in made]}
