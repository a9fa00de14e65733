"""Recurrences: the gradient by hand is the derivative of the body."""

import numpy as np
import pytest

from penstock.compat import v1 as tf
from penstock.ops import rnn
from penstock.ops.xla import jax

B, T, D, U = 3, 4, 2, 5
MASKS = {
    "none": np.zeros((0,), bool),
    "some": np.array([[1, 1, 0, 0], [0, 1, 1, 1], [0, 0, 0, 0]], bool),
}


def arrays(*shapes):
    rng = np.random.RandomState(5)
    return [rng.uniform(-1, 1, s) for s in shapes]


CASES = [
    (rnn.simple, rnn.simple_grad, 1, (U,), {}, 1),
    (rnn.lstm, rnn.lstm_grad, 4, (4 * U,), {}, 2),
    (rnn.lstm, rnn.lstm_grad, 4, (4 * U,), {"recurrent_activation": "softsign"}, 2),
    (rnn.lstm, rnn.lstm_grad, 4, (4 * U,), {"order": "igfo"}, 2),
    (rnn.gru, rnn.gru_grad, 3, (2, 3 * U), {"reset_after": True}, 1),
    (rnn.gru, rnn.gru_grad, 3, (3 * U,), {"reset_after": False}, 1),
]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize(
    ("forward", "backward", "gates", "bias", "attrs", "states"), CASES
)
def test_gradient_is_the_derivative(
    forward, backward, gates, bias, attrs, states, mask, backwards
):
    attrs = {**attrs, "go_backwards": backwards}
    values = arrays((B, T, D), (D, gates * U), (U, gates * U), bias, *[(B, U)] * states)
    here = MASKS[mask]
    outs, back = jax.vjp(
        lambda *v: forward.body(*v, here, **attrs)[: 1 + states], *values
    )
    downs = arrays(*(o.shape for o in outs))
    wanted = back(tuple(downs))
    kept = forward.body(*values, here, **attrs)[1 + states :]
    got = backward.body(*values, here, *kept, *downs, **attrs)
    for mine, theirs in zip(got, wanted, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-12)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize(
    ("forward", "gates", "bias", "states"),
    [
        (rnn.simple, 1, (U,), 1),
        (rnn.lstm, 4, (4 * U,), 2),
        (rnn.gru, 3, (2, 3 * U), 1),
    ],
)
def test_second_derivatives(forward, gates, bias, states, mask):
    """Of a penalty on the gradients, by the graph and by differences."""
    values = arrays((B, T, D), (D, gates * U), (U, gates * U), bias, *[(B, U)] * states)
    direction = arrays(*(v.shape for v in values))
    with tf.Graph().as_default(), tf.Session() as session:
        fed = [tf.placeholder(tf.float64, v.shape) for v in values]
        out = forward(*fed, MASKS[mask])
        loss = tf.add_n([tf.reduce_sum(tf.sin(o)) for o in out[: 1 + states]])
        penalty = tf.add_n([tf.reduce_sum(g**2) for g in tf.gradients([loss], fed)])
        second = tf.gradients([penalty], fed)

        def at(step):
            moved = [v + step * d for v, d in zip(values, direction, strict=True)]
            return dict(zip(fed, moved, strict=True))

        slope = session.run(penalty, at(1e-5)) - session.run(penalty, at(-1e-5))
        got = session.run(second, at(0.0))
    along = sum((g * d).sum() for g, d in zip(got, direction, strict=True))
    np.testing.assert_allclose(along, slope / 2e-5, rtol=1e-6)


@pytest.mark.parametrize("name", rnn.ACTIVATIONS)
def test_slopes_follow_from_what_an_activation_gave(name):
    x = np.linspace(-3.03, 3.01, 41)
    given, back = jax.vjp(rnn.ACTIVATIONS[name], x)
    (wanted,) = back(np.ones_like(x))
    np.testing.assert_allclose(rnn.SLOPES[name](given), wanted, atol=1e-12)
