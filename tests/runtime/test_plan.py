"""Plans: what is an input of a compiled step, and what is part of it."""

import penstock.compat.v1 as tf
from penstock.runtime.plan import make_plan


def test_a_placeholder_of_unknown_rank_is_an_input_not_a_constant():
    """Else every new value compiles the step again."""
    with tf.Graph().as_default():
        x = tf.placeholder("float")
        w = tf.Variable(0.5)
        loss = tf.reduce_sum(tf.pow(x * w, 2)) / 17
        step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
        plan = make_plan([step], [x])
    (segment,) = plan.segments
    assert not segment.static
    assert [t.name for t in segment.inputs] == [x.name]
