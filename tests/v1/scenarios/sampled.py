"""Candidate samplers, and the losses that draw with them."""

import numpy as np

_RNG = np.random.RandomState(51)
_LABELS = np.array([[1], [5], [0]], np.int64)
_W = _RNG.normal(size=(20, 4)).astype(np.float32)
_B = _RNG.normal(size=(20,)).astype(np.float32)
_X = _RNG.normal(size=(3, 4)).astype(np.float32)


def _drawn(call):
    def program(tf):
        tf.set_random_seed(3)
        tensors = call(tf, tf.constant(_LABELS))
        out = {}
        with tf.Session() as session:
            for run in range(3):
                for name, value in zip(
                    tensors._fields, session.run(tensors), strict=False
                ):
                    out[f"{name} {run}"] = value
        return out

    return program


def _loss(call):
    def program(tf):
        tf.set_random_seed(4)
        w, b = tf.Variable(_W, name="w"), tf.Variable(_B, name="b")
        x = tf.placeholder(tf.float32, [None, 4])
        labels = tf.placeholder(tf.int64, [None, 1])
        loss = call(tf, w, b, x, labels)
        grads = [tf.convert_to_tensor(g) for g in tf.gradients(loss, [w, b])]
        grads += tf.gradients(loss, [x])
        step = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_mean(loss))
        feeds = {x: _X, labels: _LABELS}
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            value, grads = session.run([loss, grads], feeds)
            for _ in range(3):
                session.run(step, feeds)
            return {
                "name": loss.name.split("/")[0].split(":")[0],
                "value": value,
                "w": grads[0],
                "b": grads[1],
                "x": grads[2],
                "after": session.run(w),
            }

    return program


MORE = {
    "log_uniform": _drawn(
        lambda tf, y: tf.nn.log_uniform_candidate_sampler(y, 1, 5, False, 100, seed=7)
    ),
    "log_uniform_unique": _drawn(
        lambda tf, y: tf.nn.log_uniform_candidate_sampler(y, 1, 8, True, 12)
    ),
    "uniform": _drawn(
        lambda tf, y: tf.nn.uniform_candidate_sampler(y, 1, 6, False, 30)
    ),
    "uniform_unique": _drawn(
        lambda tf, y: tf.nn.uniform_candidate_sampler(y, 1, 6, True, 9, seed=1)
    ),
    "nce": _loss(
        lambda tf, w, b, x, y: tf.nn.nce_loss(
            weights=w, biases=b, labels=y, inputs=x, num_sampled=6, num_classes=20
        )
    ),
    "nce_without_hits": _loss(
        lambda tf, w, b, x, y: tf.nn.nce_loss(
            w, b, y, x, 6, 20, remove_accidental_hits=True
        )
    ),
    "sampled_softmax": _loss(
        lambda tf, w, b, x, y: tf.nn.sampled_softmax_loss(w, b, y, x, 6, 20)
    ),
}
