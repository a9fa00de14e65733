"""Branches, loops and TensorArrays against closed forms, NumPy and each other."""

import numpy as np
import pytest

from penstock.api import array, loops
from penstock.api import control_flow as cf
from penstock.api.scopes import tensor
from penstock.api.script import py_func
from penstock.api.tensor_array import TensorArray
from penstock.backward import gradients
from penstock.core.dtypes import as_dtype, float32
from penstock.core.errors import InvalidArgumentError
from penstock.core.shapes import TensorShape
from penstock.ir.graph import Graph
from penstock.ir.op import TABLE
from penstock.v1.session import Session
from penstock.v1.variables import Variable

X = np.array([[0.5, -1.0], [2.0, 0.25]], np.float32)


def op(name):
    return lambda *args, **kwargs: TABLE[name](*args, **kwargs)


sin, add, mul, less, matmul, tanh = map(
    op, ("Sin", "AddV2", "Mul", "Less", "MatMul", "Tanh")
)


def fed(value, shape=None):
    value = np.asarray(value)
    dims = value.shape if shape is None else shape
    return TABLE["Placeholder"](dtype=as_dtype(value.dtype), shape=TensorShape(dims))


def total(x):
    return TABLE["Sum"](TABLE["Reshape"](x, [-1]), [0])


@pytest.fixture
def graph():
    made = Graph()
    with made.as_default():
        yield made


def run(graph, fetches, feeds=None, before=()):
    with Session(graph=graph) as session:
        for step in before:
            session.run(step)
        return session.run(fetches, feeds)


def numeric(f, x, step=1e-3):
    """The gradient of scalar `f` at `x` by central differences in float64."""
    x = x.astype(np.float64)
    out = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += step
        down[index] -= step
        out[index] = (f(up) - f(down)) / (2 * step)
    return out


@pytest.mark.parametrize("known", [True, False], ids=["fed", "computed"])
@pytest.mark.parametrize("taken", [True, False])
def test_cond_takes_one_branch_and_its_gradient(graph, known, taken):
    x = fed(X)
    flag = fed(np.bool_(True))
    pred = flag if known else less(total(x), np.float32(100 if taken else -100))
    y = cf.cond(pred, lambda: mul(sin(x), x), lambda: mul(x, np.float32(2)))
    dx = gradients([y], [x])[0]
    ddx = gradients([total(mul(dx, dx))], [x])[0]
    got = run(graph, [y, dx, ddx], {x: X, flag: np.bool_(taken)})
    slope = X * np.cos(X) + np.sin(X)
    wanted = [X * np.sin(X), slope, 2 * slope * (2 * np.cos(X) - X * np.sin(X))]
    if not taken:
        wanted = [2 * X, np.full_like(X, 2), np.zeros_like(X)]
    for value, exact in zip(got, wanted, strict=True):
        np.testing.assert_allclose(value, exact, rtol=1e-5, atol=1e-6)


def test_cond_refuses_branches_that_differ(graph):
    flag = fed(np.bool_(True))
    with pytest.raises(TypeError, match="same type"):
        cf.cond(flag, lambda: np.float32(1), lambda: np.int32(1))
    with pytest.raises(ValueError, match="structure"):
        cf.cond(flag, lambda: (1, 2), lambda: 1)


def test_case_and_switch_case(graph):
    x = fed(np.float32(0))
    which = fed(np.int32(0))
    picked = cf.case(
        [(less(x, np.float32(0)), lambda: np.float32(-1)),
         (less(x, np.float32(1)), lambda: np.float32(5))],
        default=lambda: np.float32(9),
    )  # fmt: skip
    times = [lambda k=k: mul(x, np.float32(k)) for k in (2, 3, 4)]
    switched = cf.switch_case(which, times)
    with Session(graph=graph) as session:
        assert [session.run(picked, {x: v}) for v in (-3, 0, 7)] == [-1, 5, 9]
        got = [session.run(switched, {x: 1.0, which: k}) for k in (0, 1, 2, 7, -1)]
    assert got == [2, 3, 4, 4, 4]


def power(value, times):
    for _ in range(times):
        value = np.sin(value) * value
    return value


@pytest.mark.parametrize("times", [0, 1, 5])
def test_while_gradient_whatever_the_count(graph, times):
    x, n = fed(X), fed(np.int32(0))
    y = cf.while_loop(
        lambda i, a: less(i, n), lambda i, a: (add(i, 1), mul(sin(a), a)), [0, x]
    )[1]
    dx = gradients([y], [x])[0]
    got = run(graph, [y, dx], {x: X, n: np.int32(times)})
    np.testing.assert_allclose(got[0], power(X, times), rtol=1e-5)
    wanted = numeric(lambda v: power(v, times).sum(), X)
    np.testing.assert_allclose(got[1], wanted, rtol=2e-4, atol=1e-5)


def test_while_that_stops_on_a_computed_value(graph):
    x = fed(X)
    y = cf.while_loop(
        lambda a: less(np.float32(0.01), total(mul(a, a))),
        lambda a: mul(sin(a), np.float32(0.5)),
        [x],
    )[0]
    dx = gradients([y], [x])[0]

    def plain(v):
        while (v * v).sum() > 0.01:
            v = np.sin(v) * 0.5
        return v

    got = run(graph, [y, dx], {x: X})
    np.testing.assert_allclose(got[0], plain(X), rtol=1e-5)
    np.testing.assert_allclose(
        got[1], numeric(lambda v: plain(v).sum(), X), rtol=2e-4, atol=1e-6
    )


def test_weights_of_a_recurrent_loop(graph):
    """Gradients reach captured tensors, a TensorArray read and one written."""
    rng = np.random.RandomState(0)
    steps, w = rng.randn(4, 2, 3), rng.randn(3, 3)
    steps, w = steps.astype(np.float32), w.astype(np.float32)
    x, weights = fed(steps, (None, 2, 3)), fed(w)
    count = array.shape(x)[0]
    inputs = TensorArray(float32, count).unstack(x)
    outputs = TensorArray(float32, count)

    def body(i, state, filled):
        state = tanh(add(matmul(state, weights), inputs.read(i)))
        return add(i, 1), state, filled.write(i, state)

    zero = np.zeros((2, 3), np.float32)
    _, _, filled = cf.while_loop(lambda i, *_: less(i, count), body, [0, zero, outputs])
    y = filled.stack()
    found = gradients([mul(y, y)], [x, weights])
    got = run(graph, [y, *found], {x: steps, weights: w})

    def plain(xs, w):
        state, all_states = zero, []
        for row in xs:
            state = np.tanh(state @ w + row)
            all_states.append(state)
        return np.array(all_states)

    np.testing.assert_allclose(got[0], plain(steps, w), rtol=1e-5, atol=1e-6)
    for value, f, at in (
        (got[1], lambda v: (plain(v, w) ** 2).sum(), steps),
        (got[2], lambda v: (plain(steps, v) ** 2).sum(), w),
    ):
        np.testing.assert_allclose(value, numeric(f, at), rtol=1e-3, atol=1e-4)


def test_second_order_through_a_loop(graph):
    x = fed(X)
    y = cf.while_loop(
        lambda i, a: less(i, 3), lambda i, a: (add(i, 1), mul(a, x)), [0, x]
    )[1]
    dx = gradients([y], [x])[0]
    ddx = gradients([dx], [x])[0]
    got = run(graph, [y, dx, ddx], {x: X})
    for value, wanted in zip(got, (X**4, 4 * X**3, 12 * X**2), strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-5)


def test_a_loop_variable_that_grows_runs_on_the_host(graph):
    x = fed(X)
    y = cf.while_loop(
        lambda i, a: less(i, 3),
        lambda i, a: (add(i, 1), array.concat([a, a], 0)),
        [0, x],
        shape_invariants=[TensorShape([]), TensorShape([None, 2])],
    )[1]
    np.testing.assert_array_equal(run(graph, y, {x: X}), np.tile(X, (8, 1)))


def test_a_shape_that_changes_is_refused(graph):
    x = fed(X)
    with pytest.raises(ValueError, match="not an invariant"):
        cf.while_loop(
            lambda i, a: less(i, 3),
            lambda i, a: (add(i, 1), array.concat([a, a], 0)),
            [0, x],
        )


def test_callbacks_inside_a_loop_and_a_branch(graph):
    x = fed(np.float32(0))
    seen = []

    def double(value):
        seen.append(float(value))
        return np.float32(value * 2)

    def body(i, a):
        out = py_func(double, [a], float32)
        out.set_shape([])
        return add(i, 1), out

    y = cf.while_loop(lambda i, a: less(i, 3), body, [0, x])[1]
    z = cf.cond(
        less(x, np.float32(0)), lambda: py_func(double, [x], float32), lambda: x
    )
    assert run(graph, [y, z], {x: 1.5}) == [12.0, 1.5]
    assert seen == [1.5, 3.0, 6.0]


def test_variables_are_read_and_assigned_inside(graph):
    w = Variable(np.float32(1), name="w")
    flag = fed(np.bool_(True))
    raised = cf.cond(flag, lambda: w.assign_add(1.0), lambda: TABLE["Identity"](w))

    def body(i):
        with graph_now().control_dependencies([w.assign_add(2.0)]):
            return add(i, 1)

    counted = cf.while_loop(lambda i: less(i, 3), body, [0])
    with Session(graph=graph) as session:
        session.run(w.initializer)
        assert session.run(raised, {flag: True}) == 2
        assert session.run(raised, {flag: False}) == 2
        session.run(counted)
        assert session.run(w) == 8


def graph_now():
    from penstock.ir import context

    return context.landing()


def test_an_index_out_of_range_inside_a_loop_is_reported(graph):
    x = fed(X)
    y = cf.while_loop(
        lambda i, a: less(i, 4),
        lambda i, a: (add(i, 1), add(a, array.gather(x, tensor(i)))),
        [0, np.zeros(2, np.float32)],
    )[1]
    with pytest.raises(InvalidArgumentError, match=r"not all in \[0, 2\)"):
        run(graph, y, {x: X})


def test_map_scan_fold(graph):
    x = fed(X, (None, 2))
    fetches = [
        loops.map_fn(lambda v: mul(v, v), x),
        loops.scan(add, x),
        loops.scan(add, x, reverse=True),
        loops.foldl(lambda a, b: TABLE["Sub"](a, b), x),
        loops.foldr(lambda a, b: TABLE["Sub"](a, b), x),
        loops.map_fn(
            lambda v: (total(v), v), x, fn_output_signature=(float32, float32)
        ),
    ]
    got = run(graph, fetches, {x: X})
    np.testing.assert_allclose(got[0], X * X)
    np.testing.assert_allclose(got[1], np.cumsum(X, 0))
    np.testing.assert_allclose(got[2], np.cumsum(X[::-1], 0)[::-1])
    np.testing.assert_allclose(got[3], X[0] - X[1])
    np.testing.assert_allclose(got[4], X[1] - X[0])
    np.testing.assert_allclose(got[5][0], X.sum(1))
    np.testing.assert_allclose(got[5][1], X)


def test_a_tensor_array_that_grows(graph):
    x = fed(X)
    made = TensorArray(float32, 0, dynamic_size=True)
    _, made = cf.while_loop(
        lambda i, t: less(i, 2), lambda i, t: (add(i, 1), t.write(i, x[i])), [0, made]
    )
    np.testing.assert_array_equal(run(graph, made.stack(), {x: X}), X)


def test_group_tuple_and_dependencies(graph):
    w = Variable(np.float32(1), name="w")
    both = cf.group(w.assign_add(1.0), name="both")
    gated = cf.tuple([tensor(X), tensor(X)], control_inputs=[both])
    assert both.name == "both"
    with Session(graph=graph) as session:
        session.run(w.initializer)
        assert session.run(both) is None
        session.run(gated)
        assert session.run(w) == 3
