"""Random ops under every rule of seeds: values of two runs, and the nodes."""

import numpy as np


def _twice(tf, build, seed=7):
    if seed is not None:
        tf.set_random_seed(seed)
    out = build()
    graph = tf.get_default_graph()
    nodes = [f"{n.name} {n.type}" for n in graph.get_operations()]
    with tf.Session() as sess:
        return {"first": sess.run(out), "second": sess.run(out), "nodes": nodes}


def uniform(tf):
    return _twice(tf, lambda: tf.random_uniform([3, 2]))


def uniform_between(tf):
    return _twice(tf, lambda: tf.random_uniform([5], -2.0, 3.0, seed=4))


def uniform_double(tf):
    return _twice(tf, lambda: tf.random_uniform([5], dtype=tf.float64))


def integers(tf):
    return _twice(tf, lambda: tf.random_uniform([9], 0, 10, tf.int32))


def long_integers(tf):
    return _twice(tf, lambda: tf.random_uniform([9], -5, 10**12, tf.int64))


def normal(tf):
    return _twice(tf, lambda: tf.random_normal([2, 3], stddev=1.0, seed=1), None)


def normal_scaled(tf):
    return _twice(tf, lambda: tf.random_normal([7], mean=3.0, stddev=0.1))


def normal_half(tf):
    return _twice(tf, lambda: tf.random_normal([3], dtype=tf.float16))


def normal_double(tf):
    return _twice(tf, lambda: tf.random_normal([3], dtype=tf.float64))


def truncated(tf):
    return _twice(tf, lambda: tf.truncated_normal([40], seed=2))


def shuffled(tf):
    return _twice(tf, lambda: tf.random_shuffle(tf.range(10)))


def shuffled_rows(tf):
    rows = np.arange(12, dtype=np.float32).reshape(6, 2)
    return _twice(tf, lambda: tf.random_shuffle(rows, seed=3))


def classes(tf):
    return _twice(tf, lambda: tf.multinomial([[0.0, 1.0, 2.0], [3.0, 0.0, 0.0]], 5))


def gammas(tf):
    return _twice(tf, lambda: tf.random_gamma([3], [0.5, 2.0], beta=2.0))


def counts(tf):
    return _twice(tf, lambda: tf.random_poisson([0.5, 20.0], [3]))


def cropped(tf):
    image = np.arange(25, dtype=np.float32).reshape(5, 5)
    found = _twice(tf, lambda: tf.random_crop(image, [2, 3]))
    del found["nodes"]  # TensorFlow checks the size by more nodes
    return found


def stateless(tf):
    seed = [1, 2]
    made = {
        "normal": tf.random.stateless_normal([3], seed),
        "uniform": tf.random.stateless_uniform([3], seed),
        "integers": tf.random.stateless_uniform([3], seed, 0, 10, tf.int32),
        "truncated": tf.random.stateless_truncated_normal([3], seed),
    }
    with tf.Session() as sess:
        return sess.run(made)


def many_with_graph_seed(tf):
    return _twice(
        tf,
        lambda: tf.stack(
            [tf.random_normal([2]), tf.random_uniform([2]), tf.random_normal([2])]
        ),
        99,
    )


def seeds(tf):
    pairs = [tf.get_seed(None), tf.get_seed(7)]
    tf.set_random_seed(0)
    pairs += [tf.get_seed(s) for s in (None, 0, None, 2**31 + 5, -1)]
    return {"pairs": [str(p) for p in pairs]}


def two_sessions_start_alike(tf):
    out = tf.random_normal([2], seed=5)
    with tf.Session() as one, tf.Session() as two:
        return {"one": one.run(out), "again": one.run(out), "two": two.run(out)}
