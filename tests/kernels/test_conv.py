"""The convolution kernels give what the ops' plain bodies give."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pytest

from penstock.ir.op import TABLE
from penstock.kernels import conv, native
from penstock.ops.xla import jax, jnp, lax


@dataclass(frozen=True)
class Row:
    """One convolution: sizes of image and filter, and what is not the default."""

    x: tuple[int, ...]
    w: tuple[int, ...]
    strides: tuple[int, int] = (1, 1)
    dilations: tuple[int, int] = (1, 1)
    padding: str = "SAME"
    pads: tuple[int, ...] = ()
    depthwise: bool = False

    @property
    def attrs(self) -> dict:
        return {
            "strides": (1, *self.strides, 1),
            "dilations": (1, *self.dilations, 1),
            "padding": self.padding,
            "explicit_paddings": self.pads,
            "data_format": "NHWC",
        }

    def op(self, part: str):
        name = "DepthwiseConv2dNative" if self.depthwise else "Conv2D"
        return TABLE[
            name + {"": "", "input": "BackpropInput"}.get(part, "BackpropFilter")
        ]


ROWS = {
    "mnist": Row((4, 28, 28, 1), (5, 5, 1, 32)),
    "one channel out": Row((2, 7, 9, 3), (3, 3, 3, 1)),
    "even window": Row((2, 8, 8, 6), (4, 2, 6, 10)),
    "strided": Row((2, 17, 15, 8), (3, 3, 8, 16), strides=(2, 3)),
    "strided, valid": Row((2, 17, 15, 8), (3, 5, 8, 16), (2, 2), padding="VALID"),
    "one by one": Row((3, 8, 8, 16), (1, 1, 16, 24)),
    "one by one, strided": Row((3, 8, 8, 16), (1, 1, 16, 24), strides=(2, 2)),
    "dilated": Row((2, 16, 16, 4), (3, 3, 4, 8), dilations=(2, 3)),
    "explicit": Row(
        (2, 9, 9, 4), (3, 3, 4, 8), (2, 1), padding="EXPLICIT",
        pads=(0, 0, 2, 1, 0, 3, 0, 0),
    ),
    "groups": Row((2, 9, 9, 16), (3, 3, 8, 32)),
    "window larger than the image": Row((2, 3, 3, 8), (7, 7, 8, 8)),
    "a row": Row((2, 1, 50, 8), (1, 5, 8, 16)),
    "depthwise twofold": Row((2, 9, 9, 8), (3, 3, 8, 2), depthwise=True),
    "depthwise": Row((2, 12, 12, 16), (3, 3, 16, 1), depthwise=True),
    "depthwise, strided": Row((2, 12, 12, 16), (3, 3, 16, 1), (2, 2), depthwise=True),
}  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def kernels():
    if jax.default_backend() != "cpu" or not native.available():
        pytest.skip(native.told())


def arrays(row: Row):
    """Image, filter, and a gradient that fits the result."""
    draw = np.random.RandomState(len(row.x) + sum(row.w))
    x, w = (draw.randn(*s).astype(np.float32) for s in (row.x, row.w))
    y = row.op("").body(x, w, **row.attrs)
    return x, w, draw.randn(*y.shape).astype(np.float32)


def arguments(row: Row, part: str):
    x, w, dy = arrays(row)
    if part == "":
        return x, w
    return (np.array(x.shape), w, dy) if part == "input" else (x, np.array(w.shape), dy)


def close(a, b):
    """Equal but for the order of addition: a few ulp of the largest element."""
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape and a.dtype == b.dtype
    np.testing.assert_allclose(a, b, rtol=0, atol=2e-6 * np.abs(b).max() + 1e-12)


@pytest.mark.parametrize("part", ["", "input", "filter"])
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_kernel_is_the_body(row, part):
    op, args = row.op(part), arguments(row, part)
    chosen = op.body_on("cpu", args, row.attrs)
    assert chosen is op.kernels["cpu"].body
    close(chosen(*args, **row.attrs), op.body(*args, **row.attrs))


BASE = ROWS["strided"]
LEFT = {
    "channels first": (BASE, {"data_format": "NCHW"}, np.float32),
    "float64": (BASE, {}, np.float64),
    "float16": (BASE, {}, np.float16),
    "empty batch": (replace(BASE, x=(0, 17, 15, 8)), {}, np.float32),
    "no filters": (replace(BASE, w=(3, 3, 8, 0)), {}, np.float32),
    "no result": (
        Row((2, 3, 3, 8), (7, 7, 8, 8), padding="VALID"), {}, np.float32,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", LEFT.values(), ids=LEFT)
def test_what_the_kernel_leaves_to_the_body(case):
    row, attrs, kind = case
    args = np.zeros(row.x, kind), np.zeros(row.w, kind)
    op = row.op("")
    assert op.body_on("cpu", args, row.attrs | attrs) is op.body


def test_other_platforms_run_the_body():
    op, args = BASE.op(""), arguments(BASE, "")
    assert op.body_on("gpu", args, BASE.attrs) is op.body


@pytest.mark.parametrize("name", ["ref:any", ""])
def test_what_only_reference_code_computes_is_left_to_the_body(monkeypatch, name):
    monkeypatch.setattr(conv, "implementation", lambda *_: name)
    for part in ("", "input", "filter"):
        op, args = BASE.op(part), arguments(BASE, part)
        assert op.body_on("cpu", args, BASE.attrs) is op.body


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("row", ["mnist", "strided", "depthwise"])
def test_what_is_not_finite_reaches_what_it_should(row, value):
    # Padding times NaN is left out: either answer can be defended.
    row = replace(ROWS[row], padding="VALID")
    for part in ("", "input", "filter"):
        args = [np.array(a) for a in arguments(row, part)]
        spoilt = next(a for a in reversed(args) if a.ndim == 4)
        spoilt[1, 2, 0, 0] = value
        ours = row.op(part).kernels["cpu"].body(*args, **row.attrs)
        plain = row.op(part).body(*args, **row.attrs)
        assert not np.isfinite(plain).all()
        np.testing.assert_array_equal(np.isfinite(ours), np.isfinite(plain))


def test_inside_a_loop():
    """Ten steps of a descent on a filter, in one compiled loop and one by one."""
    row = ROWS["one by one"]
    x, w, dy = map(jnp.asarray, arrays(row))
    forward, backward = (row.op(p).kernels["cpu"].body for p in ("", "filter"))

    def step(_, w):
        y = forward(x, w, **row.attrs)
        return w - 1e-3 * backward(x, w.shape, y - dy, **row.attrs)

    looped = jax.jit(lambda w: lax.fori_loop(0, 10, step, w))(w)
    single, one = w, jax.jit(lambda w: step(0, w))
    for _ in range(10):
        single = one(single)
    assert np.abs(np.asarray(single - w)).max() > 1e-3
    close(looped, single)


def test_batched_by_vmap():
    row = ROWS["mnist"]
    x, w, _ = arrays(row)
    many = np.stack([w, w * 2, -w])
    kernel = row.op("").kernels["cpu"].body
    found = jax.vmap(lambda w: kernel(x, w, **row.attrs))(many)
    y = row.op("").body(x, w, **row.attrs)
    close(found, np.stack([y, y * 2, -y]))


def test_from_many_threads():
    """Threads that convolve different shapes at once do not disturb each other."""
    rows = [ROWS[n] for n in ("mnist", "strided", "depthwise", "groups")]

    def work(row):
        args = arguments(row, "")
        run = jax.jit(lambda *a: row.op("").kernels["cpu"].body(*a, **row.attrs))
        return [np.asarray(run(*args)) for _ in range(20)]

    with ThreadPoolExecutor(4) as pool:
        for row, found in zip(rows, pool.map(work, rows), strict=True):
            plain = row.op("").body(*arguments(row, ""), **row.attrs)
            for y in found:
                close(y, plain)
