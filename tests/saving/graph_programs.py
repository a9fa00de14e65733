"""Graphs with loops and branches, for TensorFlow's recorder and Penstock alike.

Each function takes the `tf` of a face and a float32 placeholder `x` [] and gives a
tensor. Nothing but that `tf` may be used.
"""

VALUES = (2.0, -1.5, 7.0)


def branch(tf, x):
    return tf.cond(x > 0, lambda: x * 2, lambda: x - 1)


def several_outputs(tf, x):
    a, b = tf.cond(x > 0, lambda: (x, tf.constant(1.0)), lambda: (-x, x * x))
    return a - 3 * b


def branch_in_branch(tf, x):
    inner = lambda: tf.cond(x > 3, lambda: tf.constant(10.0), lambda: x + 0.5)  # noqa: E731
    return tf.cond(x > 0, inner, lambda: tf.sqrt(-x))


def case(tf, x):
    pairs = [(x < 0, lambda: -x), (x > 5, lambda: x * 10)]
    return tf.case(pairs, default=lambda: x + 0.5)


def loop(tf, x):
    _, y = tf.while_loop(lambda i, a: i < 5, lambda i, a: (i + 1, a * x + 1.0), [0, x])
    return y


def loop_in_loop(tf, x):
    def inner(a):
        _, b = tf.while_loop(lambda j, b: j < 2, lambda j, b: (j + 1, b + a), [0, a])
        return b

    def body(i, a):
        return i + 1, tf.cond(a > 10, lambda: a - x, lambda: inner(a))

    return tf.while_loop(lambda i, a: i < 3, body, [0, x])[1]


def growing(tf, x):
    shapes = [tf.TensorShape([]), tf.TensorShape([None])]
    _, y = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, tf.concat([a, [x]], 0)),
        [tf.constant(0), tf.constant([1.0])],
        shape_invariants=shapes,
    )
    return tf.reduce_sum(y)


def mapped(tf, x):
    return tf.reduce_sum(tf.map_fn(lambda e: e * x, tf.constant([1.0, 2.0, 3.0])))


def counted(tf, x):
    ints = tf.map_fn(lambda e: e * 2, tf.constant([1, 2, 3]))
    return tf.cast(tf.reduce_sum(ints), tf.float32) * x


def scanned(tf, x):
    return tf.reduce_sum(tf.scan(lambda a, e: a + e * x, tf.constant([1.0, 2.0, 3.0])))


def recurrent(tf, x):
    cell = tf.nn.rnn_cell.BasicLSTMCell(3, name="cell")
    inputs = tf.reshape(tf.range(12, dtype=tf.float32) * x, [2, 3, 2]) / 10
    with tf.variable_scope("net", initializer=tf.constant_initializer(0.1)):
        outputs, _ = tf.nn.dynamic_rnn(
            cell, inputs, sequence_length=[3, 2], dtype=tf.float32
        )
    return tf.reduce_sum(outputs)


def normalised(tf, x):
    """Batch normalisation that a fed boolean switches, and a guarded value."""
    training = tf.placeholder_with_default(False, [], name="training")
    rows = tf.stack([x, x + 1, x + 2])
    kept = tf.cond(training, lambda: tf.reduce_mean(rows), lambda: tf.constant(0.25))
    with tf.control_dependencies([tf.Assert(x < 100, [x])]):
        return tf.identity(rows[0] - kept)


PROGRAMS = {
    f.__name__: f
    for f in (
        branch, several_outputs, branch_in_branch, case, loop, loop_in_loop, growing,
        mapped, counted, scanned, recurrent, normalised,
    )
}  # fmt: skip


def written(tf, name: str):
    """(GraphDef, its results for VALUES) of a program, variables as constants."""
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [], name="x")
        tf.identity(PROGRAMS[name](tf, x), name="result")
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            message = tf.graph_util.convert_variables_to_constants(
                session, graph.as_graph_def(), ["result"]
            )
            return message, [float(session.run("result:0", {x: v})) for v in VALUES]


def read(tf, message) -> list[float]:
    """The results of a GraphDef that `written` gave."""
    with tf.Graph().as_default():
        tf.import_graph_def(message, name="")
        with tf.Session() as session:
            return [float(session.run("result:0", {"x:0": v})) for v in VALUES]


def fed() -> dict:
    """Numbers for the placeholders of `trained`."""
    import numpy as np

    random = np.random.RandomState(0)
    return {"x:0": random.normal(size=(4, 3)), "y:0": random.normal(size=(4, 2))}


def trained(tf, prefix: str) -> list[float]:
    """Saves a net with a branch after three steps; the losses of three more."""
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        y = tf.placeholder(tf.float32, [None, 2], name="y")
        w = tf.get_variable("w", initializer=tf.ones([3, 2]) / 3)
        found = tf.cond(
            tf.reduce_sum(x) > 0,
            lambda: tf.matmul(x, w),
            lambda: tf.tanh(tf.matmul(x, w)),
        )
        loss = tf.reduce_mean(tf.square(found - y), name="loss")
        tf.train.AdamOptimizer(0.01).minimize(loss, name="train")
        session.run(tf.global_variables_initializer())
        steps = lambda: [float(session.run(["loss:0", "train"], fed())[0])  # noqa: E731
                         for _ in range(3)]  # fmt: skip
        steps()
        tf.train.Saver().save(session, prefix, write_state=False)
        return steps()
