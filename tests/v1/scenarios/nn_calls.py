"""Calls of `tf.nn`: the nodes they add and the values they give."""

import numpy as np

_RNG = np.random.RandomState(7)
_FEEDS = {
    "x": _RNG.normal(size=(4, 6)),
    "y": _RNG.normal(size=(4, 6)),
    "v": _RNG.normal(size=(6,)),
    "u": _RNG.uniform(0.5, 2, size=(6,)),
    "s": _RNG.normal(size=(2, 5, 6)),
    "image": _RNG.normal(size=(2, 8, 8, 3)),
    "volume": _RNG.normal(size=(1, 4, 5, 5, 2)),
    "sequence": _RNG.normal(size=(2, 7, 3)),
    "w": _RNG.normal(size=(3, 3, 3, 4)),
    "w1": _RNG.normal(size=(3, 3, 4)),
    "w3": _RNG.normal(size=(2, 2, 2, 2, 3)),
    "d": _RNG.normal(size=(3, 3, 3, 2)),
    "p": _RNG.normal(size=(1, 1, 6, 5)),
    "t": _RNG.normal(size=(3, 3, 4, 3)),
    "m": _RNG.normal(size=(6, 2)),
    "b": _RNG.normal(size=(2,)),
    "table": _RNG.normal(size=(10, 3)),
    "half": _RNG.normal(size=(5, 3)),
}
_FEEDS = {k: v.astype(np.float32) for k, v in _FEEDS.items()}
_LABELS = np.array([1, 5, 0, 2], np.int32)
_IDS = np.array([[1, 3], [9, 0]], np.int32)

_CALLS = [
    "tf.nn.relu(x)", "tf.nn.relu6(x)", "tf.nn.leaky_relu(x)", "tf.nn.leaky_relu(x, 0.01)",
    "tf.nn.elu(x)", "tf.nn.selu(x)", "tf.nn.crelu(x)", "tf.nn.softplus(x)",
    "tf.nn.softsign(x)", "tf.nn.sigmoid(x)", "tf.nn.tanh(x)",
    "tf.nn.softmax(x)", "tf.nn.softmax(x, dim=1)",
    "tf.nn.log_softmax(x)", "tf.nn.l2_loss(x)",
    "tf.nn.l2_normalize(x, 1)", "tf.nn.l2_normalize(x, dim=0)",
    "tf.nn.bias_add(x, v)", "tf.nn.bias_add(image, b3)",
    "tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x)",
    "tf.nn.softmax_cross_entropy_with_logits(labels=s, logits=s)",
    "tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x)",
    "tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x, name='loss')",
    "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=x)",
    "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.argmax(y, 1), logits=x)",
    "tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x)",
    "tf.nn.weighted_cross_entropy_with_logits(targets=y, logits=x, pos_weight=2.0)",
    "tf.nn.log_poisson_loss(tf.abs(y), x)",
    "tf.nn.log_poisson_loss(tf.abs(y), x, compute_full_loss=True)",
    "tf.nn.moments(x, [0])", "tf.nn.moments(image, [0, 1, 2])",
    "tf.nn.moments(x, [1], keep_dims=True)",
    "tf.nn.weighted_moments(x, [0], tf.abs(y))",
    "tf.nn.sufficient_statistics(x, [0])",
    "tf.nn.sufficient_statistics(x, [0], shift=v)",
    "tf.nn.normalize_moments(*tf.nn.sufficient_statistics(x, [0]))",
    "tf.nn.batch_normalization(x, v, u, v, u, 0.001)",
    "tf.nn.batch_normalization(x, v, u, None, None, 0.001)",
    "tf.nn.batch_norm_with_global_normalization(image, b3, u3, b3, u3, 0.01, True)",
    "tf.nn.fused_batch_norm(image, u3, b3)[:3]",
    "tf.nn.fused_batch_norm(image, u3, b3, b3, u3, is_training=False)[0]",
    "tf.nn.lrn(image, 2, 1.0, 0.001, 0.75)",
    "tf.nn.local_response_normalization(image)",
    "tf.nn.conv2d(image, w, strides=[1, 1, 1, 1], padding='SAME')",
    "tf.nn.conv2d(image, filter=w, strides=[1, 2, 2, 1], padding='VALID')",
    "tf.nn.conv1d(sequence, w1, 2, 'SAME')",
    "tf.nn.conv1d(sequence, w1, stride=1, padding='VALID', name='c')",
    "tf.nn.conv3d(volume, w3, [1, 1, 1, 1, 1], 'SAME')",
    "tf.nn.conv2d_transpose(image, t3, tf.stack([tf.shape(image)[0], 16, 16, 4]), "
    "[1, 2, 2, 1])",
    "tf.nn.depthwise_conv2d(image, d, [1, 1, 1, 1], 'SAME')",
    "tf.nn.separable_conv2d(image, d, p, [1, 1, 1, 1], 'VALID')",
    "tf.nn.max_pool(image, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='SAME')",
    "tf.nn.avg_pool(image, [1, 3, 3, 1], [1, 2, 2, 1], 'SAME')",
    "tf.nn.max_pool3d(volume, [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], 'SAME')",
    "tf.nn.max_pool_with_argmax(image, [1, 2, 2, 1], [1, 2, 2, 1], 'SAME')",
    "tf.nn.dilation2d(image, t3[:, :, 0], [1, 1, 1, 1], [1, 1, 1, 1], 'SAME')",
    "tf.nn.erosion2d(image, t3[:, :, 0], [1, 1, 1, 1], [1, 1, 1, 1], 'VALID')",
    "tf.nn.xw_plus_b(x, m, b)", "tf.nn.relu_layer(x, m, b)",
    "tf.nn.embedding_lookup(table, ids)", "tf.nn.embedding_lookup([table], ids)",
    "tf.nn.embedding_lookup([half, half], ids)",
    "tf.nn.embedding_lookup([half, half], ids, partition_strategy='div')",
    "tf.nn.embedding_lookup(table, ids, max_norm=1.0)",
    "tf.nn.top_k(x, 2)", "tf.nn.in_top_k(x, labels, 2)",
    "tf.nn.dropout(x, 0.6)", "tf.nn.dropout(x, keep_prob=keep)",
    "tf.nn.dropout(x, rate=0.3, seed=4)", "tf.nn.dropout(s, 0.5, noise_shape=[2, 1, 6])",
    "tf.nn.dropout(x, 1.0)",
]  # fmt: skip
#: Fewer nodes than TensorFlow's (filters with holes are one node), or other shapes.
_OTHERWISE = [
    "tf.nn.zero_fraction(x)",
    "tf.nn.swish(x)",
    "tf.nn.softmax(x, 0)",
    "tf.nn.log_softmax(s, axis=1)",
    "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.argmax(s, 2), logits=s)",
    "tf.nn.conv2d_transpose(image, t3, [2, 16, 16, 4], [1, 2, 2, 1])",
    "tf.nn.atrous_conv2d(image, w, 2, 'VALID')",
    "tf.nn.atrous_conv2d(image, w, 2, 'SAME')",
    "tf.nn.atrous_conv2d_transpose(image, t3, [2, 12, 12, 4], 2, 'VALID')",
    "tf.nn.convolution(image, w, 'SAME', dilation_rate=[2, 2])",
    "tf.nn.convolution(image, w, 'VALID', strides=[2, 2])",
    "tf.nn.convolution(sequence, w1, 'SAME')",
    "tf.nn.pool(image, [2, 2], 'MAX', 'SAME', strides=[2, 2])",
    "tf.nn.pool(image, [3, 3], 'AVG', 'VALID')",
    "tf.nn.separable_conv2d(image, d, p, [1, 1, 1, 1], 'SAME', rate=[2, 2])",
    "tf.nn.weighted_moments(x, 0, 2.0)",
]


def _inputs(tf):
    open_batch = {"x", "y", "s", "image", "sequence"}
    made = {
        k: tf.placeholder(
            tf.float32, [None, *v.shape[1:]] if k in open_batch else v.shape, name=k
        )
        for k, v in _FEEDS.items()
    }
    feeds = {made[k]: v for k, v in _FEEDS.items()}
    made["b3"], made["u3"] = made["v"][:3], made["u"][:3]
    made["t3"] = made["t"]
    made["labels"] = tf.constant(_LABELS)
    made["ids"] = tf.constant(_IDS)
    made["keep"] = tf.placeholder_with_default(0.7, [], name="keep")
    return made, feeds


def _flat(result):
    if isinstance(result, list | tuple):
        return [t for item in result for t in _flat(item)]
    return [] if result is None else [result]


def _call(text, nodes):
    def program(tf):
        tf.set_random_seed(5)
        names, feeds = _inputs(tf)
        graph = tf.get_default_graph()
        before = len(graph.get_operations())
        result = _flat(eval(text, {"tf": tf, "np": np, **names}))
        after = graph.get_operations()[before:]
        out = {}
        if nodes:
            out["nodes"] = [f"{n.name} {n.type}" for n in after]
            out["shapes"] = [str(t.shape.as_list()) for t in result]
        with tf.Session() as session:
            for i, value in enumerate(session.run(result, feeds)):
                out[f"value {i}"] = value
        return out

    return program


MORE = {text: _call(text, True) for text in _CALLS} | {
    text: _call(text, False) for text in _OTHERWISE
}
