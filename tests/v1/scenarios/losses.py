"""`tf.losses`: values, gradients, names, collections."""

import numpy as np

_RNG = np.random.RandomState(31)
_X = _RNG.normal(size=(4, 3)).astype(np.float32)
_Y = _RNG.normal(size=(4, 3)).astype(np.float32)
_P = _RNG.uniform(0.05, 0.95, size=(4, 3)).astype(np.float32)
_B = (_RNG.uniform(size=(4, 3)) > 0.5).astype(np.float32)
_HOT = np.eye(3, dtype=np.float32)[[0, 2, 1, 1]]
_W = np.array([[1.0], [0.0], [2.0], [0.5]], np.float32)

_CALLS = [
    "tf.losses.absolute_difference(y, x)", "tf.losses.mean_squared_error(y, x)",
    "tf.losses.mean_squared_error(labels=y, predictions=x, weights=0.5)",
    "tf.losses.mean_squared_error(y, x, scope='mse')",
    "tf.losses.cosine_distance(y, x, axis=1)", "tf.losses.cosine_distance(y, x, dim=0)",
    "tf.losses.hinge_loss(b, x)", "tf.losses.huber_loss(y, x)",
    "tf.losses.huber_loss(y, x, delta=0.3)", "tf.losses.log_loss(b, p)",
    "tf.losses.mean_pairwise_squared_error(y, x)",
    "tf.losses.sigmoid_cross_entropy(b, x)",
    "tf.losses.sigmoid_cross_entropy(b, x, label_smoothing=0.2)",
    "tf.losses.softmax_cross_entropy(hot, x)",
    "tf.losses.softmax_cross_entropy(hot, x, label_smoothing=0.1)",
    "tf.losses.sparse_softmax_cross_entropy(ids, x)",
    "tf.losses.compute_weighted_loss(x)",
    "tf.losses.compute_weighted_loss(x, 0.5, reduction=tf.losses.Reduction.NONE)",
    "tf.losses.compute_weighted_loss(x, reduction=tf.losses.Reduction.SUM)",
    "tf.losses.compute_weighted_loss(x, reduction=tf.losses.Reduction.MEAN)",
    "tf.losses.compute_weighted_loss("
    "x, reduction=tf.losses.Reduction.SUM_OVER_BATCH_SIZE)",
]  # fmt: skip
#: Weights of partly unknown shape: TensorFlow adds a check of 60 nodes.
_OTHERWISE = [
    "tf.losses.sparse_softmax_cross_entropy(labels=ids, logits=x, weights=w[:, 0])",
    "tf.losses.mean_squared_error(y, x, weights=w)",
    "tf.losses.absolute_difference(y, x, weights=w, "
    "reduction=tf.losses.Reduction.MEAN)",
    "tf.losses.softmax_cross_entropy(hot, x, weights=w[:, 0])",
    "tf.losses.mean_pairwise_squared_error(y, x, weights=w)",
    "tf.losses.huber_loss(y, x, weights=w, reduction='weighted_sum')",
]


def _call(text, nodes):
    def program(tf):
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        w = tf.placeholder(tf.float32, [None, 1], name="w")
        names = {
            "x": x, "w": w, "y": tf.constant(_Y), "p": tf.constant(_P),
            "b": tf.constant(_B), "hot": tf.constant(_HOT),
            "ids": tf.constant([0, 2, 1, 1]),
        }  # fmt: skip
        graph = tf.get_default_graph()
        before = len(graph.get_operations())
        loss = eval(text, {"tf": tf, **names})
        added = graph.get_operations()[before:]
        out = {"losses": [t.name for t in tf.get_collection(tf.GraphKeys.LOSSES)]}
        if nodes:
            out["nodes"] = sorted(f"{n.name} {n.type}" for n in added)
        else:
            out["losses"] = str(len(out["losses"]))
        (grad,) = tf.gradients(loss, names["x"])
        feeds = {x: _X, w: _W}
        with tf.Session() as session:
            out["value"] = session.run(loss, feeds)
            if grad is not None:
                out["grad"] = session.run(grad, feeds)
        return out

    return program


MORE = {t: _call(t, True) for t in _CALLS} | {t: _call(t, False) for t in _OTHERWISE}


def total(tf):
    x = tf.constant(_X)
    tf.losses.mean_squared_error(_Y, x)
    tf.losses.add_loss(tf.constant(2.0))
    tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, tf.constant(0.25))
    everything = tf.losses.get_total_loss()
    alone = tf.losses.get_total_loss(add_regularization_losses=False, name="alone")
    penalty = tf.losses.get_regularization_loss()
    with tf.Session() as session:
        return {
            "names": [everything.name, alone.name, penalty.name],
            "values": np.array(session.run([everything, alone, penalty])),
            "count": str(len(tf.losses.get_losses())),
        }
