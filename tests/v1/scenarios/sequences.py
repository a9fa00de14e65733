"""CTC, free loops of cells, Hessians: values and gradients."""

import numpy as np

_RNG = np.random.RandomState(0)
_LOGITS = _RNG.randn(6, 3, 5).astype(np.float32)
_AT = np.array([[0, 0], [0, 1], [1, 0], [2, 0], [2, 1], [2, 2]], np.int64)
_LABELS = np.array([1, 2, 3, 0, 0, 1], np.int32)
_INPUTS = _RNG.randn(5, 3, 2).astype(np.float32)

_LOSSES = {
    "plain": {},
    "collapsed": {"preprocess_collapse_repeated": True},
    "not merged": {"ctc_merge_repeated": False},
    "too long": {"ignore_longer_outputs_than_inputs": True},
}


def _labels(tf):
    return tf.SparseTensor(_AT, _LABELS, np.array([3, 3], np.int64))


def _loss(kind):
    def program(tf):
        logits = tf.placeholder(tf.float32, [None, None, 5])
        lengths = [6, 2, 2] if kind == "too long" else [6, 4, 6]
        loss = tf.nn.ctc_loss(_labels(tf), logits, lengths, **_LOSSES[kind])
        (slope,) = tf.gradients(loss * [1.0, 2.0, 3.0], logits)
        with tf.Session() as session:
            values = session.run([loss, slope], {logits: _LOGITS})
        return {"loss": values[0], "slope": values[1], "shape": str(loss.shape)}

    return program


MORE = {f"ctc_loss {kind}": _loss(kind) for kind in _LOSSES}


def ctc_batch_major_and_dense(tf):
    turned = tf.constant(_LOGITS.transpose(1, 0, 2))
    dense = tf.constant([[1, 2, 0], [3, 0, 0], [1, 1, 4]])
    losses = [
        tf.nn.ctc_loss(_labels(tf), turned, [6, 4, 6], time_major=False),
        tf.nn.ctc_loss_v2(dense, tf.constant(_LOGITS), [2, 1, 3], [6, 4, 6]),
        tf.nn.ctc_loss_v2(
            dense, turned, [2, 1, 2], [6, 4, 6], logits_time_major=False, blank_index=-1
        ),
    ]
    with tf.Session() as session:
        return {str(i): session.run(loss) for i, loss in enumerate(losses)}


def ctc_decoders(tf):
    logits, lengths = tf.constant(_LOGITS), [6, 4, 6]
    found = [
        tf.nn.ctc_greedy_decoder(logits, lengths),
        tf.nn.ctc_greedy_decoder(logits, lengths, merge_repeated=False),
        tf.nn.ctc_beam_search_decoder(logits, lengths, beam_width=10, top_paths=2),
        tf.nn.ctc_beam_search_decoder(logits, lengths, 3, merge_repeated=False),
        tf.nn.ctc_beam_search_decoder_v2(logits, lengths, beam_width=4, top_paths=3),
    ]
    out = {}
    with tf.Session() as session:
        for i, (decoded, scores) in enumerate(found):
            out[f"{i} scores"] = session.run(scores)
            for j, labels in enumerate(decoded):
                value = session.run(labels)
                out[f"{i} {j} at"] = value.indices
                out[f"{i} {j} labels"] = value.values
                out[f"{i} {j} shape"] = np.array(value.dense_shape)
    return out


def ctc_refusals(tf):
    logits = tf.constant(_LOGITS)
    big = tf.SparseTensor(_AT[:1], np.array([4], np.int32), np.array([3, 3], np.int64))
    bad = [
        tf.nn.ctc_loss(_labels(tf), logits, [6, 7, 6]),
        tf.nn.ctc_loss(_labels(tf), logits, [6, 4, 2]),
        tf.nn.ctc_loss(big, logits, [6, 4, 6]),
    ]
    out = []
    with tf.Session() as session:
        for loss in bad:
            try:
                session.run(loss)
                out.append("no error")
            except tf.errors.InvalidArgumentError as error:
                out.append(type(error).__name__)
    return {"errors": out}


def hessians(tf):
    x = tf.constant([1.0, 2.0])
    y = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    target = tf.reduce_sum(x**3) * tf.reduce_sum(y**2)
    found = tf.hessians(target, [x, y])
    with tf.Session() as session:
        return {"x": session.run(found[0]), "y": session.run(found[1])}


def raw_rnn(tf):
    """As the documentation writes it; the loop's state counts the calls."""
    tf.set_random_seed(3)
    inputs, lengths = tf.constant(_INPUTS), tf.constant([5, 2, 3])
    given = tf.TensorArray(tf.float32, size=5).unstack(inputs)
    cell = tf.nn.rnn_cell.BasicLSTMCell(
        3, activation=tf.tanh, state_is_tuple=True, name="cell"
    )

    def loop_fn(time, output, state, loop_state):
        if output is None:
            following, counted = cell.zero_state(3, tf.float32), tf.constant(0)
        else:
            following, counted = state, loop_state + 1
        finished = time >= lengths
        read = tf.cond(
            tf.reduce_all(finished),
            lambda: tf.zeros([3, 2], tf.float32),
            lambda: given.read(time),
        )
        read.set_shape([3, 2])
        return finished, read, following, output, counted

    kernel = tf.constant_initializer(
        np.random.RandomState(1).randn(5, 12).astype(np.float32)
    )
    with tf.variable_scope("net", initializer=kernel):
        outputs, state, counted = tf.nn.raw_rnn(cell, loop_fn)
    whole = outputs.stack()
    (slope,) = tf.gradients(tf.reduce_sum(whole**2), tf.trainable_variables()[:1])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        values = session.run([whole, state.c, state.h, counted, slope])
    names = ["outputs", "c", "h", "calls", "slope"]
    out = dict(zip(names, values, strict=True))
    return out | {"names": [v.name for v in tf.trainable_variables()]}


def edit_distance(tf):
    guess = tf.SparseTensor(
        [[0, 0, 0], [1, 0, 0], [1, 0, 1], [1, 1, 0]], ["a", "b", "x", "z"], [2, 2, 2]
    )
    truth = tf.SparseTensor(
        [[0, 1, 0], [1, 0, 0], [1, 0, 1], [1, 1, 0]], ["a", "b", "c", "a"], [2, 2, 2]
    )
    made = [
        tf.edit_distance(guess, truth),
        tf.edit_distance(guess, truth, normalize=False),
    ]
    with tf.Session() as session:
        values = session.run(made)
    return {"relative": values[0], "steps": values[1], "shape": str(made[0].shape)}
