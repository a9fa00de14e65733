"""Decompositions up to the signs that leave them free, and their derivatives."""

import numpy as np
import pytest

import penstock.ops  # noqa: F401
from penstock import backward
from penstock.api import linalg, math, operators  # noqa: F401
from penstock.core import dtypes
from penstock.ir.graph import Graph
from penstock.v1.placeholders import placeholder
from penstock.v1.session import Session

RNG = np.random.RandomState(3)
TALL, WIDE, SQUARE = RNG.rand(4, 3), RNG.rand(2, 4), RNG.rand(3, 3)
SPD = SQUARE @ SQUARE.T + 3 * np.eye(3)


def evaluate(function, array):
    """`function` of a float64 matrix, run."""
    with Graph().as_default() as graph:
        x = placeholder(dtypes.float64, array.shape)
        return Session(graph=graph).run(function(x), {x: array})


@pytest.mark.parametrize("a", [TALL, WIDE, SQUARE], ids=["tall", "wide", "square"])
@pytest.mark.parametrize("full", [False, True])
def test_svd(a, full):
    s, u, v = evaluate(lambda x: linalg.svd(x, full_matrices=full), a)
    n = len(s)
    np.testing.assert_allclose(u[:, :n] * s @ v[:, :n].T, a, atol=1e-12)
    np.testing.assert_allclose(u.T @ u, np.eye(u.shape[1]), atol=1e-12)
    np.testing.assert_allclose(s, np.linalg.svd(a)[1])
    alone = evaluate(lambda x: linalg.svd(x, compute_uv=False), a)
    np.testing.assert_allclose(alone, s)


def test_eigh():
    e, v = evaluate(linalg.eigh, SPD)
    np.testing.assert_allclose(v * e @ v.T, SPD, atol=1e-12)
    assert np.all(np.diff(e) > 0)
    np.testing.assert_allclose(evaluate(linalg.eigvalsh, SPD), e)


@pytest.mark.parametrize("full", [False, True])
def test_qr(full):
    q, r = evaluate(lambda x: linalg.qr(x, full_matrices=full), TALL)
    np.testing.assert_allclose(q @ r, TALL, atol=1e-12)
    assert q.shape == ((4, 4) if full else (4, 3))


def test_functions_of_matrices():
    import scipy.linalg

    got = evaluate(linalg.expm, SQUARE)
    np.testing.assert_allclose(got, scipy.linalg.expm(SQUARE), rtol=1e-10)
    root = evaluate(linalg.sqrtm, SPD)
    np.testing.assert_allclose(root @ root, SPD, rtol=1e-10)
    inverse = evaluate(linalg.pinv, TALL)
    np.testing.assert_allclose(inverse, np.linalg.pinv(TALL), rtol=1e-8)


#: Functions that the signs of vectors leave unchanged.
SMOOTH = {
    "singular values": (lambda x: math.reduce_sum(linalg.svd(x)[0] ** 3.0), TALL),
    "singular vectors": (lambda x: _weighed(linalg.svd(x)[1]), TALL),
    "right vectors": (lambda x: _weighed(linalg.svd(x)[2]), TALL),
    "wide": (lambda x: _weighed(linalg.svd(x)[2]), WIDE),
    "qr": (lambda x: _weighed(linalg.qr(x)[0]), TALL),
    "expm": (lambda x: math.reduce_sum(linalg.expm(x)), SQUARE),
    "sqrtm": (lambda x: math.reduce_sum(linalg.sqrtm(x) ** 2.0 * 0.5), SPD),
    "norm": (lambda x: linalg.norm(x, ord=2, axis=[0, 1]), TALL),
    "slogdet": (lambda x: linalg.slogdet(x)[1], SQUARE),
    "lstsq": (
        lambda x: math.reduce_sum(linalg.lstsq(x, np.ones((4, 1)), 0.1) ** 2.0),
        TALL,
    ),
}


def _weighed(vectors):
    squares = vectors * vectors
    return math.reduce_sum(squares * np.arange(1.0, 1 + vectors.shape.num_elements())
                           .reshape(vectors.shape.as_list()))  # fmt: skip


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives_are_differences(name):
    function, a = SMOOTH[name]
    with Graph().as_default() as graph:
        x = placeholder(dtypes.float64, a.shape)
        y = function(x)
        (g,) = backward.gradients([y], [x])
        session = Session(graph=graph)
        got = session.run(g, {x: a})
        step = 1e-6
        for at in np.ndindex(*a.shape):
            up, down = a.copy(), a.copy()
            up[at] += step
            down[at] -= step
            high, low = session.run(y, {x: up}), session.run(y, {x: down})
            np.testing.assert_allclose(got[at], (high - low) / (2 * step), atol=1e-6)
