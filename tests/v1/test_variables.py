"""Errors of variables and variable scopes; what the scenarios do not show."""

import re

import numpy as np
import pytest

import penstock.compat.v1 as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as made:
        yield made


def _twice():
    tf.get_variable("x", [1])
    tf.get_variable("x", [1])


def _share(**given):
    tf.get_variable("x", [1])
    with tf.variable_scope(tf.get_variable_scope(), reuse=True):
        tf.get_variable("x", **given)


def _missing():
    with tf.variable_scope("s", reuse=True):
        tf.get_variable("x", [1])


def _scope(*args, **kwargs):
    with tf.variable_scope(*args, **kwargs):
        pass


CASES = {
    "made twice": (_twice, ValueError, "Variable x already exists, disallowed"),
    "says where": (_twice, ValueError, "test_variables.py"),
    "not there": (_missing, ValueError, "Variable s/x does not exist, or was not"),
    "other shape": (
        lambda: _share(shape=[2]), ValueError,
        re.escape("specified shape (2,) and found shape (1,)"),
    ),
    "other dtype": (
        lambda: _share(shape=[1], dtype=tf.int32), ValueError,
        "specified dtype int32 and found dtype float32_ref",
    ),
    "no shape": (
        lambda: tf.get_variable("x"), ValueError, "`shape` argument must be specified",
    ),
    "constant and shape": (
        lambda: tf.get_variable("x", [2], initializer=tf.ones([2])), ValueError,
        "If initializer is a constant, do not specify shape",
    ),
    "partial shape": (
        lambda: tf.get_variable("x", [None, 2]), ValueError, "fully defined",
    ),
    "no initial value": (tf.Variable, ValueError, "initial_value must be specified"),
    "unknown shape": (
        lambda: tf.Variable(tf.placeholder(tf.float32)), ValueError,
        "initial_value must have a shape specified",
    ),
    "collections": (
        lambda: tf.Variable(1.0, collections="variables"), ValueError, "list, tuple",
    ),
    "dtype of a tensor": (
        lambda: tf.Variable(tf.constant(1), dtype=tf.float32), ValueError, "tf.cast",
    ),
    "assigned shape": (
        lambda: tf.Variable(0.0).assign([1.0, 2.0]), ValueError, "rank",
    ),
    "assigned dtype": (
        lambda: tf.Variable(0.0).assign(tf.constant(1)), TypeError, "int32",
    ),
    "assigned to a tensor": (
        lambda: tf.assign(tf.constant(1.0), 2.0), AttributeError, "tf.Variable",
    ),
    "iterated": (lambda: list(tf.Variable([1.0])), TypeError, "not iterable"),
    "no name": (lambda: _scope(None), TypeError, "name_or_scope is required"),
    "a number": (lambda: _scope(3), TypeError, "must be a string or VariableScope"),
    "reuse of a default": (
        lambda: _scope(None, "d", reuse=True), ValueError, "without a name_or_scope",
    ),
    "reuse of a kind": (lambda: _scope("s", reuse=3), ValueError, "True or False"),
    "name scope": (
        lambda: tf.name_scope(None, None, [tf.constant(1)]), ValueError, "At least one",
    ),
    "two global steps": (
        lambda: [tf.train.create_global_step() for _ in range(2)], ValueError,
        "already exists",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_refused(case):
    make, error, text = CASES[case]
    with pytest.raises(error, match=text):
        make()


def test_count_up_to_stops():
    step = tf.Variable(0).count_up_to(2)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert [sess.run(step), sess.run(step)] == [0, 1]
        with pytest.raises(tf.errors.OutOfRangeError, match="Reached limit of 2"):
            sess.run(step)


def test_shape_that_may_change():
    v = tf.Variable([1.0], validate_shape=False)
    longer = tf.assign(v, [1.0, 2.0, 3.0], validate_shape=False)
    with tf.Session() as sess:
        sess.run(v.initializer)
        assert sess.run(longer).shape == (3,) and sess.run(v).shape == (3,)


def test_made_inside_control_dependencies_and_branches():
    x = tf.placeholder(tf.float32, [])
    with tf.control_dependencies([x]):
        v = tf.Variable(1.0)
    assert v.initializer.control_inputs == []
    with tf.Session() as sess:
        sess.run(v.initializer)


def test_load_checks_the_shape():
    v = tf.Variable([1.0, 2.0])
    with tf.Session() as sess:
        v.load([3.0, 4.0], sess)
        np.testing.assert_array_equal(sess.run(v), [3.0, 4.0])
        with pytest.raises(ValueError, match="of shape"):
            v.load([1.0], sess)


def test_the_array_that_was_loaded_stays_the_programs():
    start = np.ones(4, np.float32)
    v = tf.Variable(tf.zeros([4]))
    add = v.assign_add([1.0, 1.0, 1.0, 1.0])
    with tf.Session() as sess:
        v.load(start, sess)
        sess.run(add)
        np.testing.assert_array_equal(start, np.ones(4))


def test_sliced_and_numpy_operands():
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.Session() as sess:
        sess.run(v.initializer)
        np.testing.assert_array_equal(sess.run(v[1:]), [2.0, 3.0])
        np.testing.assert_array_equal(sess.run(np.ones(3, "f") * v), [1.0, 2.0, 3.0])


@pytest.mark.parametrize("use_resource", [False, True])
def test_a_moving_average_begins_with_the_initial_value(use_resource):
    v = tf.get_variable("v", initializer=2.0, use_resource=use_resource)
    average = tf.train.ExponentialMovingAverage(0.9)
    follow, move = average.apply([v]), v.assign(3.0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(move), sess.run(follow)
        assert sess.run(average.average(v)) == np.float32(2.1)
        assert sess.run(v.initialized_value()) == 3.0
