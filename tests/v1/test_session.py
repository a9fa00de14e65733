"""Sessions: what `run` takes and gives, and every error that TensorFlow has for it."""

import collections
import re
import subprocess
import sys

import numpy as np
import pytest

import penstock.compat.v1 as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as made:
        tf.constant(0.0, name="zero")
        yield made


def test_fetches_in_any_structure():
    Pair = collections.namedtuple("Pair", "a b")
    c = tf.constant([1, 2])
    with tf.Session() as sess:
        got = sess.run({"p": Pair(c, [c, (c,)]), "op": tf.no_op(), "n": "zero:0"})
    assert type(got["p"]) is Pair and got["op"] is None and got["n"] == 0.0
    np.testing.assert_array_equal(got["p"].b[1][0], [1, 2])


def test_types_of_what_is_fetched():
    made = [
        tf.constant(1.0), tf.constant(1), tf.constant(True), tf.constant([1.0]),
        tf.constant("a"), tf.constant(["a", "b"]),
    ]  # fmt: skip
    with tf.Session() as sess:
        got = sess.run(made)
    kinds = [np.float32, np.int32, np.bool_, np.ndarray, bytes, np.ndarray]
    assert [type(v) for v in got] == kinds
    assert got[4] == b"a" and got[5].tolist() == [b"a", b"b"]


def test_what_is_fetched_belongs_to_the_program():
    c = tf.constant([1.0, 2.0])
    with tf.Session() as sess:
        got = sess.run(c)
        got[0] = 5.0
        np.testing.assert_array_equal(sess.run(c), [1.0, 2.0])


def test_feeds_by_tensor_name_variable_and_composite():
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    v = tf.Variable(1.0)
    y = tf.identity(x)
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(y, {x: [[1, 2]]}), [[1.0, 2.0]])
        np.testing.assert_array_equal(sess.run(y, {"x:0": np.ones([1, 2])}), [[1, 1]])
        assert sess.run(v + 1, {v: 5.0}) == 6.0
        assert sess.run("zero:0", {"zero:0": 5.0}) == 5.0


def test_two_sessions_keep_their_own_variables():
    v = tf.Variable(1.0)
    init, add = tf.global_variables_initializer(), v.assign_add(1.0)
    with tf.Session() as one, tf.Session() as two:
        one.run(init), two.run(init)
        one.run(add), one.run(add), two.run(add)
        assert (one.run(v), two.run(v)) == (3.0, 2.0)


def test_interactive_session_is_the_default_until_closed():
    sess = tf.InteractiveSession()
    assert tf.constant(2.0).eval() == 2.0 and tf.get_default_session() is sess
    sess.close()
    assert tf.get_default_session() is None


def test_make_callable():
    x = tf.placeholder(tf.float32, [2])
    with tf.Session() as sess:
        double = sess.make_callable(tf.identity(x), [x])
        np.testing.assert_array_equal(double([1, 2]), [1.0, 2.0])
        with pytest.raises(TypeError, match="takes 1 values"):
            double()
    with pytest.raises(RuntimeError, match="closed Session"):
        double([1, 2])


def _other_graphs(kind):
    with tf.Graph().as_default():
        return tf.constant(1.0) if kind == "const" else tf.placeholder(tf.float32)


FETCHES = {
    "none": (lambda: None, TypeError, "Cannot be None"),
    "none inside": (lambda: [None], TypeError, "Cannot be None"),
    "number": (lambda: 3, TypeError, "Can not convert a int into a Tensor or"),
    "function": (
        lambda: tf.global_variables_initializer, TypeError, 'invalid type "function"',
    ),
    "set": (lambda: {tf.constant(1)}, TypeError, 'invalid type "set"'),
    "operation": (lambda: "nope", ValueError, "refers to an Operation not in the"),
    "tensor": (lambda: "nope:0", ValueError, "operation, 'nope', does not exist"),
    "output": (lambda: "zero:1", ValueError, "exists but only has 1 outputs"),
    "other graph": (
        lambda: _other_graphs("const"), ValueError, "not an element of this graph",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FETCHES)
def test_wrong_fetch(case):
    make, error, text = FETCHES[case]
    with tf.Session() as sess, pytest.raises(error, match=text):
        sess.run(make())


FEEDS = {
    "number as key": (lambda x: {3: 1}, TypeError, "Can not convert a int"),
    "name as key": (lambda x: {"x": 1}, TypeError, "invalid\\) Operation name"),
    "operation as key": (
        lambda x: {tf.no_op(): 1}, TypeError, "Can not convert a Operation",
    ),
    "other graph": (
        lambda x: {_other_graphs("ph"): 1}, TypeError, "not an element of this graph",
    ),
    "tensor as value": (
        lambda x: {x: tf.constant([[1.0, 2.0]])}, TypeError, "cannot be a tf.Tensor",
    ),
    "shape": (
        lambda x: {x: np.zeros([3])}, ValueError,
        re.escape("value of shape (3,) for Tensor x:0, which has shape (?, 2)"),
    ),
    "text": (lambda x: {x: "abc"}, ValueError, "could not convert string to float"),
    "ragged": (lambda x: {x: [[1], [1, 2]]}, ValueError, "x:0"),
    "no dictionary": (lambda x: [x], TypeError, "feed_dict must be a dictionary"),
    "too large": (
        lambda x: {tf.placeholder(tf.int32): 2**40}, TypeError, "larger type",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FEEDS)
def test_wrong_feed(case):
    make, error, text = FEEDS[case]
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    with tf.Session() as sess, pytest.raises(error, match=text):
        sess.run(tf.identity(x), make(x))


def test_forgotten_feed_names_the_placeholder_and_the_line():
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError) as error:
        sess.run(tf.identity(x))
    assert str(error.value).startswith(
        "You must feed a value for placeholder tensor 'x' with dtype float and shape "
        "[?,2]"
    )
    assert "test_session.py" in str(error.value)
    assert error.value.op.name == "x" and error.value.error_code == 3


@pytest.mark.parametrize("resource", [False, True])
def test_uninitialised_variable(resource):
    w = tf.Variable(1.0, name="w", use_resource=resource)
    with tf.Session() as sess:
        for fetch in (w, w + 1.0, w.assign_add(1.0)):
            with pytest.raises(tf.errors.FailedPreconditionError, match="value w"):
                sess.run(fetch)


def test_closed_session():
    with tf.Session() as sess:
        pass
    with pytest.raises(RuntimeError, match="Attempted to use a closed Session"):
        sess.run("zero:0")


def test_empty_graph():
    with tf.Session(graph=tf.Graph()) as sess:
        with pytest.raises(RuntimeError, match="The Session graph is empty"):
            sess.run("x:0")


def test_without_a_session():
    with pytest.raises(ValueError, match="No default session is registered"):
        tf.constant(1.0).eval()
    with pytest.raises(ValueError, match="Cannot execute operation"):
        tf.no_op().run()


def test_session_of_another_graph():
    c = tf.constant(1.0)
    with tf.Session(graph=tf.Graph()) as sess:
        with pytest.raises(ValueError, match="the default session"):
            c.eval()
        with pytest.raises(ValueError, match="the given session"):
            c.eval(session=sess)


@pytest.mark.parametrize(
    ("given", "text"),
    [({"graph": 3}, "`graph` must be"), ({"config": 3}, "`config` must be"),
     ({"target": 3}, "`target` must be")],
)  # fmt: skip
def test_wrong_arguments(given, text):
    with pytest.raises(TypeError, match=text):
        tf.Session(**given)


def test_partial_runs_are_refused():
    with tf.Session() as sess, pytest.raises(AttributeError, match="not in Penstock"):
        sess.partial_run_setup(["zero:0"])


def test_finalized_graph(graph):
    graph.finalize()
    with pytest.raises(RuntimeError, match="Graph is finalized"):
        tf.constant(1.0)


def test_reset_inside_a_graph():
    with pytest.raises(AssertionError, match="clear nested graphs"):
        tf.reset_default_graph()


def test_options_and_metadata_are_taken():
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    with tf.Session(config=tf.ConfigProto(allow_soft_placement=True)) as sess:
        assert sess.run("zero:0", options=options, run_metadata=tf.RunMetadata()) == 0.0
        assert sess.list_devices()[0].device_type == "CPU"


def test_the_same_call_is_prepared_once():
    x = tf.placeholder(tf.float32)
    y = tf.identity(x)
    with tf.Session() as sess:
        for value in (1.0, 2.0):
            assert sess.run([y], {x: value}) == [value]
        assert len(sess._calls) == 1


def test_nested_fetches_compile_once():
    traced = []
    x = tf.placeholder(tf.float32, [2])
    y = tf.py_func(lambda v: traced.append(1) or v, [x], tf.float32) + x
    with tf.Session() as sess:
        for i in range(5):
            got = sess.run([y, [x, (y,)], {"k": "zero:0"}], {x: [i, i]})
            np.testing.assert_array_equal(got[1][1][0], [2 * i, 2 * i])
            sess.run({"a": x, "b": [y]}, {x.op.name + ":0": [1, 2]})
        assert len(sess._calls) == 2 and len(traced) == 10


def test_a_list_of_fetches_belongs_to_the_program():
    a, b = tf.constant(1.0), tf.constant(2.0)
    wanted = [a, [b]]
    with tf.Session() as sess:
        assert sess.run(wanted) == [1.0, [2.0]]
        wanted[1].append(a)
        assert sess.run(wanted) == [1.0, [2.0, 1.0]]
        assert sess.run([a, [b]]) == [1.0, [2.0]]


def test_what_may_be_fetched_and_fed(graph):
    x = tf.placeholder(tf.float32, name="x")
    assert graph.is_feedable(x) and graph.is_fetchable(x)
    graph.prevent_feeding(x)
    graph.prevent_fetching(x.op)
    assert not graph.is_feedable(x) and not graph.is_fetchable(x)
    with tf.Session() as sess:
        with pytest.raises(ValueError, match="may not be fetched"):
            sess.run(x)
        with pytest.raises(ValueError, match="may not be fed"):
            sess.run("zero:0", {x: 1.0})


def test_loops_give_what_their_body_gave():
    def more(i, j):
        return i + 1, j

    as_tuple = tf.while_loop(lambda i, j: i < 3, more, [0, 1])
    as_list = tf.while_loop(lambda i, j: i < 3, lambda i, j: [i + 1, j], (0, 1))
    assert type(as_tuple) is tuple and type(as_list) is list
    with tf.Session() as sess:
        assert sess.run(as_tuple) == (3, 1)


def test_ctrl_c_between_runs_keeps_the_variables():
    program = (
        "import os, signal, threading, penstock.compat.v1 as tf\n"
        "v = tf.Variable(0.0)\n"
        "more = v.assign_add(1.0)\n"
        "with tf.Session() as sess:\n"
        "    sess.run(v.initializer), sess.run(more)\n"
        "    for _ in range(20):\n"
        "        stop = lambda: os.kill(os.getpid(), signal.SIGINT)\n"
        "        try:\n"
        "            threading.Timer(0.02, stop).start()\n"
        "            while True: sess.run(more)\n"
        "        except KeyboardInterrupt: sess.run(v)\n"
        "print('kept')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "kept\n", done.stderr


@pytest.mark.parametrize(
    ("make", "left", "right"),
    [
        (tf.add, [2], [3]),
        (tf.matmul, [2, 3], [2, 3]),
        (lambda a, b: tf.concat([a, b], 0), [2, 3], [2, 2]),
        (lambda a, b: tf.reshape(a, [5]) + b, [2, 3], []),
        (lambda a, b: tf.nn.conv2d(a, b, [1, 1, 1, 1], "SAME"), [1, 2, 2, 3], [1] * 4),
    ],
)
def test_shapes_that_turn_out_not_to_fit_name_the_node(make, left, right):
    a, b = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    out = make(a, b)
    with tf.Session() as sess:
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=r"(?s)Incompat.*node "
        ):
            sess.run(out, {a: np.ones(left), b: np.ones(right)})


def test_a_feed_dict_that_is_none():
    with tf.Session() as sess:
        with pytest.raises(TypeError, match="feed_dict must be a dictionary"):
            sess.run("zero:0", 3)


@pytest.mark.parametrize("at", [5, -1])
def test_constants_that_index_outside_are_told_only_where_they_run(at):
    with tf.Graph().as_default(), tf.Session() as session:
        outside = tf.gather([1, 2], at)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"test_session\.py"):
            session.run(outside)
        number = tf.placeholder(tf.int32, [])
        either = tf.cond(
            number * 2 > 2, lambda: tf.gather([1, 2], at), lambda: tf.constant(3)
        )
        assert session.run(either, {number: 0}) == 3
        with pytest.raises(tf.errors.InvalidArgumentError, match="not all in"):
            session.run(either, {number: 2})
