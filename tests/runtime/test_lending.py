"""Which variables a step writes in place, and that it changes no number."""

from __future__ import annotations

import numpy as np
import pytest

import penstock.compat.v1 as tf
from penstock.runtime import step
from penstock.runtime.lending import read_beside
from penstock.runtime.plan import make_plan

BATCH = np.random.RandomState(0).rand(8, 3).astype(np.float32)


def network(use_resource):
    """(input, weight, loss) of a layer with a penalty on its weight."""
    x = tf.placeholder(tf.float32, [None, 3])
    w = tf.get_variable(
        "w", initializer=np.eye(3, dtype=np.float32), use_resource=use_resource
    )
    return x, w, tf.reduce_mean(tf.square(tf.matmul(x, w) - 1))


def descend(loss):
    return tf.train.GradientDescentOptimizer(0.1).minimize(loss)


def plain(x, w, loss):
    return [descend(loss)]


def plain_and_its_loss(x, w, loss):
    return [descend(loss), loss]


def adam(x, w, loss):
    return [tf.train.AdamOptimizer(0.1).minimize(loss), loss]


def average_beside(x, w, loss):
    return [tf.group(descend(loss), tf.train.ExponentialMovingAverage(0.9).apply([w]))]


def average_after(x, w, loss):
    with tf.control_dependencies([descend(loss)]):
        return [tf.train.ExponentialMovingAverage(0.9).apply([w])]


def penalty_that_is_fetched(x, w, loss):
    whole = loss + 0.01 * tf.nn.l2_loss(w)
    return [descend(whole), whole]


def penalty_that_nobody_sees(x, w, loss):
    return [descend(loss + 0.01 * tf.nn.l2_loss(w))]


def old_value_handed_out(x, w, loss):
    before = w + 0.0
    with tf.control_dependencies([before]):
        return [descend(loss), before]


#: program -> the variables that something reads beside their update
PROGRAMS = {
    plain: set(),
    plain_and_its_loss: set(),
    adam: {"beta1_power", "beta2_power"},
    average_beside: {"w"},
    average_after: set(),
    penalty_that_is_fetched: {"w"},
    penalty_that_nobody_sees: set(),
    old_value_handed_out: {"w"},
}
AVERAGES = (average_beside, average_after)  # of references only
ROWS = [(p, r) for p in PROGRAMS for r in (False, True) if not r or p not in AVERAGES]
NAMES = [f"{p.__name__}-{'resource' if r else 'reference'}" for p, r in ROWS]


@pytest.mark.parametrize(("program", "use_resource"), ROWS, ids=NAMES)
def test_what_is_read_beside_its_update(program, use_resource):
    with tf.Graph().as_default():
        x, w, loss = network(use_resource)
        fetches = program(x, w, loss)
        parts = [f.op if isinstance(f, tf.Variable) else f for f in fetches]
        found = set()
        for segment in make_plan(parts, [x]).segments:
            found |= {v.name for v in read_beside(segment)}
    assert found == PROGRAMS[program]


@pytest.mark.parametrize(("program", "use_resource"), ROWS, ids=NAMES)
def test_lending_changes_no_number(program, use_resource, monkeypatch):
    def three_steps():
        with tf.Graph().as_default(), tf.Session() as session:
            x, w, loss = network(use_resource)
            fetches = program(x, w, loss)
            session.run(tf.global_variables_initializer())
            got = [session.run(fetches, {x: BATCH}) for _ in range(3)]
            return [*got, session.run(tf.global_variables())]

    lent = three_steps()
    monkeypatch.setattr(step, "read_beside", lambda segment: set())
    for ours, theirs in zip(lent, three_steps(), strict=True):
        for a, b in zip(ours, theirs, strict=True):
            assert (a is None) == (b is None)
            if a is not None:
                np.testing.assert_array_equal(a, b)
