"""`tf.layers`: names, nodes, initial values from the graph's seed, training."""

import numpy as np

_RNG = np.random.RandomState(11)
_FLAT = _RNG.normal(size=(6, 4)).astype(np.float32)
_IMAGE = _RNG.normal(size=(3, 8, 8, 3)).astype(np.float32)
_VOLUME = _RNG.normal(size=(2, 4, 5, 5, 2)).astype(np.float32)
_SEQUENCE = _RNG.normal(size=(2, 9, 3)).astype(np.float32)


def _report(tf, outputs, feeds, nodes=True):
    """Names, nodes, initial values of variables, outputs, gradients of their sum."""
    graph = tf.get_default_graph()
    variables = tf.global_variables()
    out = {"variables": [f"{v.name} {v.shape.as_list()}" for v in variables]}
    if nodes:
        out["nodes"] = [f"{n.name} {n.type}" for n in graph.get_operations()]
    out["trainable"] = [v.name for v in tf.trainable_variables()]
    for key in (tf.GraphKeys.UPDATE_OPS, tf.GraphKeys.REGULARIZATION_LOSSES):
        found = tf.get_collection(key)
        out[key] = [t.name for t in found] if nodes else str(len(found))
    trained = tf.trainable_variables()
    total = tf.add_n([tf.reduce_sum(tf.square(o + 0.3) * o) for o in outputs])
    grads = tf.gradients(total, trained) if trained else []
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for v in variables:
            out[f"first {v.name}"] = session.run(v)
        for i, value in enumerate(session.run(outputs, feeds)):
            out[f"output {i}"] = value
        for v, g in zip(
            trained, session.run(grads, feeds) if grads else [], strict=False
        ):
            out[f"grad {v.name}"] = g
        session.run(updates, feeds)
        for v in variables if updates else []:
            out[f"after {v.name}"] = session.run(v)
        losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
        out["losses"] = np.array(session.run(losses), np.float32)
    return out


def _one(make, value, nodes=True):
    def program(tf):
        tf.set_random_seed(3)
        x = tf.placeholder(tf.float32, [None, *value.shape[1:]], name="x")
        made = make(tf, x)
        made = made if isinstance(made, list) else [made]
        return _report(tf, made, {x: value}, nodes)

    return program


def _stack(tf, x):
    y = tf.layers.conv2d(x, 4, 3, padding="same", activation=tf.nn.relu)
    y = tf.layers.max_pooling2d(y, 2, 2)
    y = tf.layers.conv2d(y, 5, [2, 2], name="second")
    y = tf.layers.flatten(y)
    y = tf.layers.dense(y, 7, tf.nn.tanh)
    return tf.layers.dense(y, 3)


def _l2(tf):
    return lambda w: 0.1 * tf.nn.l2_loss(w)


MORE = {
    "dense": _one(lambda tf, x: tf.layers.dense(x, 3), _FLAT),
    "dense_options": _one(
        lambda tf, x: tf.layers.dense(
            x, 3, activation=tf.nn.sigmoid, name="out",
            kernel_initializer=tf.truncated_normal_initializer(stddev=0.1),
            bias_initializer=tf.constant_initializer(0.1),
            kernel_regularizer=_l2(tf),
        ), _FLAT),
    "dense_no_bias": _one(lambda tf, x: tf.layers.dense(x, 3, use_bias=False), _FLAT),
    "dense_rank_3": _one(lambda tf, x: tf.layers.dense(x, 4), _SEQUENCE, nodes=False),
    "conv2d": _one(lambda tf, x: tf.layers.conv2d(x, 4, 3), _IMAGE),
    "conv2d_strides": _one(
        lambda tf, x: tf.layers.conv2d(x, 4, (3, 2), strides=2, padding="SAME"), _IMAGE),
    "conv2d_dilated": _one(
        lambda tf, x: tf.layers.conv2d(x, 4, 3, dilation_rate=2), _IMAGE, nodes=False),
    "conv1d": _one(lambda tf, x: tf.layers.conv1d(x, 4, 3, 2, "same"), _SEQUENCE),
    "conv3d": _one(lambda tf, x: tf.layers.conv3d(x, 3, 2), _VOLUME),
    "conv2d_transpose": _one(
        lambda tf, x: tf.layers.conv2d_transpose(x, 4, 3, 2, "same"), _IMAGE,
        nodes=False),
    "conv2d_transpose_valid": _one(
        lambda tf, x: tf.layers.conv2d_transpose(x, 4, 3, 2), _IMAGE, nodes=False),
    "separable_conv2d": _one(
        lambda tf, x: tf.layers.separable_conv2d(x, 5, 3, depth_multiplier=2), _IMAGE),
    "pooling": _one(
        lambda tf, x: [
            tf.layers.max_pooling2d(x, 2, 2),
            tf.layers.average_pooling2d(x, 3, 2, "same"),
            tf.layers.MaxPooling2D(3, 1)(x),
        ], _IMAGE),
    "pooling_1d": _one(
        lambda tf, x: [
            tf.layers.max_pooling1d(x, 2, 2), tf.layers.average_pooling1d(x, 3, 1)
        ], _SEQUENCE),
    "stack": _one(_stack, _IMAGE),
    "batch_norm_images": _one(
        lambda tf, x: tf.layers.batch_normalization(x, training=True), _IMAGE),
    "batch_norm_images_fixed": _one(
        lambda tf, x: tf.layers.batch_normalization(x), _IMAGE),
    "batch_norm_rows": _one(
        lambda tf, x: tf.layers.batch_normalization(x, training=True, momentum=0.9),
        _FLAT),
    "batch_norm_rows_fixed": _one(
        lambda tf, x: tf.layers.batch_normalization(x, scale=False), _FLAT),
    "batch_norm_asked": _one(
        lambda tf, x: tf.layers.batch_normalization(
            x, training=tf.placeholder_with_default(True, [])), _FLAT, nodes=False),
    "batch_norm_images_asked": _one(
        lambda tf, x: tf.layers.batch_normalization(
            x, training=tf.placeholder_with_default(True, [])), _IMAGE, nodes=False),
    "dropout": _one(lambda tf, x: tf.layers.dropout(x, 0.4, training=True), _FLAT),
    "dropout_off": _one(lambda tf, x: tf.layers.dropout(x, 0.4), _FLAT),
    "dropout_asked": _one(
        lambda tf, x: tf.layers.dropout(
            x, 0.4, training=tf.placeholder_with_default(True, [])), _FLAT,
        nodes=False),
    "dropout_seed": _one(
        lambda tf, x: tf.layers.dropout(x, seed=4, training=True), _FLAT),
}  # fmt: skip


def sharing(tf):
    """Scopes, reuse and names."""
    x = tf.placeholder(tf.float32, [None, 4])
    layer = tf.layers.Dense(3)
    outputs = [layer(x), layer(x)]
    outputs.append(tf.layers.dense(x, 3, name="a"))
    outputs.append(tf.layers.dense(x, 3, name="a", reuse=True))
    with tf.variable_scope("s"):
        outputs += [tf.layers.dense(x, 3), tf.layers.dense(x, 3)]
    with tf.variable_scope("s", reuse=True):
        outputs.append(tf.layers.dense(x, 3))
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        outputs += [tf.layers.dense(x, 3, name="q") for _ in range(2)]
    with tf.name_scope("n"):
        outputs.append(tf.layers.dense(x, 2))
    errors = []
    for again in (False, True):
        try:
            tf.layers.dense(x, 3, name="z" if again else "a", reuse=again)
        except ValueError as error:
            errors.append(str(error)[:40])
    return {
        "outputs": [o.name for o in outputs],
        "variables": [v.name for v in tf.global_variables()],
        "layer": [layer.kernel.name, layer.bias.name, layer.scope_name],
        "errors": errors,
    }


def scope_defaults(tf):
    """A variable scope's initialiser and regularizer reach the layers inside."""
    tf.set_random_seed(2)
    x = tf.constant(_FLAT)
    with tf.variable_scope(
        "net", initializer=tf.random_normal_initializer(), regularizer=_l2(tf)
    ):
        y = tf.layers.dense(x, 3)
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return {
            "losses": [t.name for t in losses],
            "values": np.array(session.run(losses)),
            "y": session.run(y),
        }


def train_with_batch_norm(tf):
    tf.set_random_seed(8)
    x = tf.placeholder(tf.float32, [None, 4])
    training = tf.placeholder(tf.bool)
    hidden = tf.layers.dense(x, 5, use_bias=False)
    hidden = tf.layers.batch_normalization(hidden, training=training)
    y = tf.layers.dense(tf.nn.relu(hidden), 2)
    loss = tf.reduce_mean(tf.square(y - x[:, :2]))
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        step = tf.train.AdamOptimizer(0.05).minimize(loss)
    losses = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(10):
            losses.append(session.run([loss, step], {x: _FLAT, training: True})[0])
        return {
            "losses": np.array(losses),
            "test": session.run(y, {x: _FLAT, training: False}),
            "moving": session.run("batch_normalization/moving_mean:0"),
        }
