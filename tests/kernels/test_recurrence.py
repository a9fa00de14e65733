"""The native LSTM gives what the op's plain body gives."""

from __future__ import annotations

import numpy as np
import pytest

from penstock.ir.op import TABLE
from penstock.kernels import native
from penstock.ops.xla import jax

FORWARD, GRADIENT = TABLE["_RecurrentLSTM"], TABLE["_RecurrentLSTMGrad"]
#: time, batch, inputs, units: one row, units that fill no vector, several pieces.
SIZES = {
    "one of each": (1, 1, 1, 1),
    "odd": (4, 3, 5, 9),
    "in pieces": (30, 64, 8, 50),
    "wide": (12, 7, 20, 130),
}
KINDS = {
    "Keras": {"order": "ifgo", "go_backwards": False},
    "cells of 1.x": {"order": "igfo", "go_backwards": False},
    "backwards": {"order": "ifgo", "go_backwards": True},
}


@pytest.fixture(autouse=True, scope="module")
def kernels():
    if jax.default_backend() != "cpu" or not native.available():
        pytest.skip(native.told())


def attributes(**changed):
    return {
        "activation": "tanh", "recurrent_activation": "sigmoid", "order": "ifgo",
        "go_backwards": False, "zero_masked": False, **changed,
    }  # fmt: skip


def inputs(sizes, kind: type = np.float32, scale=0.4):
    time, batch, width, units = sizes
    draw = np.random.RandomState(sum(sizes))
    shapes = (
        (batch, time, width), (width, 4 * units), (units, 4 * units), (4 * units,),
        (batch, units), (batch, units),
    )  # fmt: skip
    arrays = [(draw.randn(*s) * scale).astype(kind) for s in shapes]
    arrays[2] /= np.sqrt(units, dtype=kind)  # more would multiply every last digit
    return [*arrays, np.zeros(0, bool)]


def downs(sizes):
    time, batch, _, units = sizes
    draw = np.random.RandomState(1)
    shapes = (batch, time, units), (batch, units), (batch, units)
    return [draw.randn(*s).astype(np.float32) for s in shapes]


def native_of(op, args, attrs):
    chosen = op.body_on("cpu", args, attrs)
    assert chosen is op.kernels["cpu"].body
    return jax.jit(lambda *a: chosen(*a, **attrs))(*args)


def close(found, expected):
    """Equal but for the order of addition and the last digits of e^x."""
    assert len(found) == len(expected)
    for a, b in zip(map(np.asarray, found), map(np.asarray, expected), strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=0, atol=5e-6 * max(np.abs(b).max(), 1))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_kernel_is_the_body(sizes, kind):
    args, attrs = inputs(sizes), attributes(**kind)
    plain = FORWARD.body(*args, **attrs)
    close(native_of(FORWARD, args, attrs), plain)
    back = [*args, *plain[3:], *downs(sizes)]
    close(native_of(GRADIENT, back, attrs), GRADIENT.body(*back, **attrs))


@pytest.mark.parametrize("scale", [1e-4, 30.0], ids=["near zero", "saturated"])
def test_gates_over_their_whole_range(scale):
    """Relative to each value: tanh keeps its digits near 0, gates reach 0 and 1."""
    args, attrs = inputs(SIZES["odd"], scale=scale), attributes()
    found = native_of(FORWARD, args, attrs)
    for a, b in zip(found, FORWARD.body(*args, **attrs), strict=True):
        np.testing.assert_allclose(a, b, rtol=3e-5, atol=1e-11)


def test_what_is_not_finite_stays_in_its_row():
    args, attrs = inputs(SIZES["in pieces"]), attributes()
    args[0][5, 3, 0] = np.nan
    y = np.asarray(native_of(FORWARD, args, attrs)[0])
    assert np.isnan(y[5, 3:]).all() and np.isfinite(y[5, :3]).all()
    assert np.isfinite(np.delete(y, 5, 0)).all()


def test_the_same_bits_in_every_run():
    args, attrs = inputs(SIZES["in pieces"]), attributes()
    first = native_of(FORWARD, args, attrs)
    for _ in range(3):
        again = native_of(FORWARD, args, attrs)
        for a, b in zip(again, first, strict=True):
            np.testing.assert_array_equal(a, b)


LEFT = {
    "float64": (inputs(SIZES["odd"], np.float64), {}),
    "empty": (inputs((4, 0, 5, 9)), {}),
    "relu": (inputs(SIZES["odd"]), {"activation": "relu"}),
    "hard sigmoid": (inputs(SIZES["odd"]), {"recurrent_activation": "hard_sigmoid"}),
    "masked": ([*inputs(SIZES["odd"])[:-1], np.ones((3, 4), bool)], {}),
}


@pytest.mark.parametrize("case", LEFT.values(), ids=LEFT)
def test_what_the_kernel_leaves_to_the_body(case):
    args, changed = case
    assert FORWARD.body_on("cpu", args, attributes(**changed)) is FORWARD.body
