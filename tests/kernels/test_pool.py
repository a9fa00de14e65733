"""The gradient of max pooling: the kernel gives what the plain body gives."""

from __future__ import annotations

import numpy as np
import pytest

from penstock.ir.op import TABLE
from penstock.kernels import native
from penstock.ops.xla import jax

POOL, GRADIENT = TABLE["MaxPool"], TABLE["MaxPoolGrad"]
#: (image, window, strides, padding, explicit padding)
ROWS = {
    "tiles": ((2, 8, 6, 5), (2, 2), (2, 2), "VALID", ()),
    "tiles of 3 by 2": ((2, 9, 6, 16), (3, 2), (3, 2), "SAME", ()),
    "left over": ((2, 9, 7, 5), (2, 2), (2, 2), "VALID", ()),
    "overlapping": ((2, 9, 9, 8), (3, 3), (2, 2), "VALID", ()),
    "overlapping, padded": ((2, 9, 8, 8), (3, 3), (2, 2), "SAME", ()),
    "every place": ((2, 5, 5, 3), (3, 3), (1, 1), "SAME", ()),
    "gaps": ((2, 9, 9, 3), (2, 2), (3, 4), "SAME", ()),
    "explicit": (
        (2, 7, 7, 3), (3, 3), (2, 2), "EXPLICIT", (0, 0, 2, 1, 0, 2, 0, 0),
    ),
}  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def kernels():
    if jax.default_backend() != "cpu" or not native.available():
        pytest.skip(native.told())


def case(row, draw):
    """(arguments of the gradient op, attributes) for an image that `draw` fills."""
    shape, window, strides, padding, explicit = row
    attrs = {
        "ksize": (1, *window, 1),
        "strides": (1, *strides, 1),
        "padding": padding,
        "explicit_paddings": explicit,
        "data_format": "NHWC",
    }
    x = draw(shape).astype(np.float32)
    y = np.asarray(POOL.body(x, **attrs))
    dy = np.random.RandomState(1).randn(*y.shape).astype(np.float32)
    return (x, y, dy), attrs


def distinct(shape):
    return np.random.RandomState(0).randn(*shape)


def tied(shape):
    """Small integers: most windows have their largest element more than once."""
    return np.random.RandomState(0).randint(-1, 2, shape)


@pytest.mark.parametrize("draw", [distinct, tied])
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_kernel_is_the_body(row, draw):
    args, attrs = case(row, draw)
    kernel = GRADIENT.body_on("cpu", args, attrs)
    assert kernel is not GRADIENT.body
    plain = GRADIENT.body(*args, **attrs)
    assert np.abs(plain).max() > 0
    np.testing.assert_allclose(kernel(*args, **attrs), plain, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tiles", np.nan), ("tiles", np.inf), ("tiles", -np.inf),
        ("overlapping", np.inf), ("overlapping", -np.inf),
    ],
)  # fmt: skip
def test_what_is_not_finite(name, value):
    def spoilt(shape):
        x = distinct(shape)
        x[1, 3, 3, 1] = value
        x[0, 4:6, 4:6] = value
        return x

    args, attrs = case(ROWS[name], spoilt)
    kernel = GRADIENT.body_on("cpu", args, attrs)
    np.testing.assert_allclose(
        kernel(*args, **attrs), GRADIENT.body(*args, **attrs), rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("kind", [np.float64, np.float16])
def test_other_types_are_left_to_the_body(kind):
    args, attrs = case(ROWS["tiles"], distinct)
    args = tuple(a.astype(kind) for a in args)
    assert GRADIENT.body_on("cpu", args, attrs) is GRADIENT.body
