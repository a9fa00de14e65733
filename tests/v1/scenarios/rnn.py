"""Recurrent networks: names, values, gradients, training."""

import numpy as np

_RNG = np.random.RandomState(21)
_X = _RNG.normal(size=(3, 5, 4)).astype(np.float32)
_LENGTHS = np.array([5, 2, 3], np.int32)

_CELLS = {
    "basic": lambda tf: tf.nn.rnn_cell.BasicRNNCell(3),
    "lstm_basic": lambda tf: tf.nn.rnn_cell.BasicLSTMCell(3),
    "lstm_bias": lambda tf: tf.nn.rnn_cell.BasicLSTMCell(
        3, forget_bias=0.0, activation=tf.nn.relu
    ),
    "lstm": lambda tf: tf.nn.rnn_cell.LSTMCell(3),
    "lstm_peepholes": lambda tf: tf.nn.rnn_cell.LSTMCell(
        3, use_peepholes=True, num_proj=2, cell_clip=0.5, proj_clip=0.3,
    ),
    "gru": lambda tf: tf.nn.rnn_cell.GRUCell(3),
    "multi": lambda tf: tf.nn.rnn_cell.MultiRNNCell(
        [tf.nn.rnn_cell.BasicLSTMCell(n) for n in (3, 2)]
    ),
    "dropout": lambda tf: tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.BasicRNNCell(3), 0.7, 0.6, seed=4
    ),
    "dropout_variational": lambda tf: tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.LSTMCell(3), 0.7, 0.6, 0.8, variational_recurrent=True,
        input_size=4, dtype=tf.float32, seed=4,
    ),
    "residual": lambda tf: tf.nn.rnn_cell.ResidualWrapper(
        tf.nn.rnn_cell.GRUCell(4)
    ),
}  # fmt: skip


def _flat(value):
    if isinstance(value, list | tuple):
        return [t for item in value for t in _flat(item)]
    return [value]


def _report(tf, outputs, feeds):
    outputs = _flat(outputs)
    trained = tf.trainable_variables()
    total = tf.add_n([tf.reduce_sum(tf.square(o + 0.2) * o) for o in outputs])
    grads = tf.gradients(total, trained)
    out = {
        "variables": [f"{v.name} {v.shape.as_list()}" for v in trained],
        "shapes": [str(o.shape.as_list()) for o in outputs],
    }
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for v in trained:
            out[f"first {v.name}"] = session.run(v)
        fetched = session.run([outputs, grads], feeds)
        for i, value in enumerate(fetched[0]):
            out[f"output {i}"] = value
        for v, g in zip(trained, fetched[1], strict=False):
            out[f"grad {v.name}"] = g
    return out


def _dynamic(make, lengths=False, open_sizes=False, **options):
    def program(tf):
        tf.set_random_seed(9)
        x = tf.placeholder(tf.float32, [None, None, 4] if open_sizes else _X.shape)
        given = tf.constant(_LENGTHS) if lengths else None
        outputs, state = tf.nn.dynamic_rnn(
            make(tf), x, sequence_length=given, dtype=tf.float32, **options
        )
        return _report(tf, [outputs, state], {x: _X})

    return program


def _static(make, lengths=False):
    def program(tf):
        tf.set_random_seed(9)
        x = tf.placeholder(tf.float32, [None, 5, 4])
        given = tf.constant(_LENGTHS) if lengths else None
        outputs, state = tf.nn.static_rnn(
            make(tf), tf.unstack(x, 5, 1), dtype=tf.float32, sequence_length=given
        )
        return _report(tf, [outputs, state], {x: _X})

    return program


MORE = {
    **{f"dynamic_{name}": _dynamic(make) for name, make in _CELLS.items()},
    # Else TensorFlow's steps race for the next numbers of the input's dropout.
    "dynamic_dropout": _dynamic(_CELLS["dropout"], parallel_iterations=1),
    **{f"static_{name}": _static(make) for name, make in _CELLS.items()},
    "dynamic_lengths": _dynamic(_CELLS["lstm_basic"], lengths=True),
    "dynamic_open": _dynamic(_CELLS["lstm_basic"], open_sizes=True),
    "dynamic_open_lengths": _dynamic(_CELLS["gru"], lengths=True, open_sizes=True),
    "dynamic_scope": _dynamic(_CELLS["basic"], scope="encoder"),
    "static_lengths": _static(_CELLS["gru"], lengths=True),
}


def time_major(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [5, None, 4])
    cell = tf.nn.rnn_cell.BasicLSTMCell(2)
    first = cell.zero_state(tf.shape(x)[1], tf.float32)
    outputs = tf.nn.dynamic_rnn(cell, x, initial_state=first, time_major=True)
    return _report(tf, list(outputs), {x: _X.transpose(1, 0, 2)})


def bidirectional(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [3, 5, 4])
    cells = [tf.nn.rnn_cell.BasicLSTMCell(2) for _ in range(2)]
    outputs, state = tf.nn.bidirectional_dynamic_rnn(
        *cells, x, sequence_length=_LENGTHS, dtype=tf.float32
    )
    return _report(tf, [outputs, state], {x: _X})


def bidirectional_static(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [3, 5, 4])
    cells = [tf.nn.rnn_cell.GRUCell(2) for _ in range(2)]
    outputs = tf.nn.static_bidirectional_rnn(
        *cells, tf.unstack(x, axis=1), dtype=tf.float32
    )
    return _report(tf, list(outputs), {x: _X})


def own_cell(tf):
    """A cell as programs write them, run by hand under one scope."""

    class Cell(tf.nn.rnn_cell.RNNCell):
        @property
        def state_size(self):
            return 3

        @property
        def output_size(self):
            return 3

        def __call__(self, inputs, state, scope=None):
            with tf.variable_scope(scope or type(self).__name__):
                w = tf.get_variable("w", [4, 3])
                u = tf.get_variable("u", [3, 3])
                new = tf.tanh(tf.matmul(inputs, w) + tf.matmul(state, u))
            return new, new

    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [3, 5, 4])
    outputs, state = tf.nn.dynamic_rnn(Cell(), x, dtype=tf.float32)
    return _report(tf, [outputs, state], {x: _X})


def by_hand(tf):
    """Steps in a Python loop, variables shared by `reuse_variables`."""
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [3, 5, 4])
    cell = tf.nn.rnn_cell.MultiRNNCell(
        [tf.nn.rnn_cell.BasicLSTMCell(3) for _ in range(2)]
    )
    state = cell.zero_state(3, tf.float32)
    outputs = []
    with tf.variable_scope("RNN"):
        for t in range(5):
            if t > 0:
                tf.get_variable_scope().reuse_variables()
            output, state = cell(x[:, t, :], state)
            outputs.append(output)
    return _report(tf, [outputs, state], {x: _X})


def training(tf):
    """A sequence classifier: LSTM, last output, softmax, Adam."""
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 5, 4])
    y = tf.placeholder(tf.int32, [None])
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(6), x, dtype=tf.float32)
    logits = tf.layers.dense(outputs[:, -1], 3)
    loss = tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    )
    step = tf.train.AdamOptimizer(0.01).minimize(loss)
    losses = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(10):
            losses.append(session.run([loss, step], {x: _X, y: [0, 1, 2]})[0])
        return {"losses": np.array(losses), "logits": session.run(logits, {x: _X})}
