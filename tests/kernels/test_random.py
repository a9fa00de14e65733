"""Words drawn natively are those of the plain body, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from penstock.core.dtypes import float16, float32
from penstock.ir.op import TABLE
from penstock.kernels import native, random
from penstock.ops.philox import random_words
from penstock.ops.xla import jax

LAST = 2**32 - 1


@pytest.fixture(autouse=True, scope="module")
def kernels():
    if jax.default_backend() != "cpu" or not native.available():
        pytest.skip(native.told())


@pytest.mark.parametrize("count", [1, 63, 64, 65, 1000, 4096])
@pytest.mark.parametrize(
    "counter",
    [(0, 0, 0, 0), (LAST - 5, 3, 7, 9), (LAST - 5, LAST, LAST, 1), (LAST,) * 4],
    ids=["start", "carry", "two carries", "wrap"],
)
def test_words(counter, count):
    key = np.array([87654321, 42], np.uint32)
    at = np.array(counter, np.uint32)
    np.testing.assert_array_equal(
        random.words(key, at, count), random_words(key, at, count)
    )


def test_uniform_and_the_place_it_reaches():
    op, kept = TABLE["RandomUniform"], np.arange(6, dtype=np.uint32)
    attrs, shape = {"dtype": float32}, np.array([31, 57, 3])
    kernel = op.body_on("cpu", (shape,), attrs)
    assert kernel is not op.body
    pairs = zip(
        kernel(shape, kept=kept, **attrs),
        op.body(shape, kept=kept, **attrs),
        strict=True,
    )
    for ours, plain in pairs:
        np.testing.assert_array_equal(ours, plain)


@pytest.mark.parametrize(
    ("shape", "kind"), [([5, 7], float32), ([0], float32), ([99, 99], float16)]
)
def test_what_is_left_to_the_body(shape, kind):
    op = TABLE["RandomUniform"]
    assert op.body_on("cpu", (np.array(shape),), {"dtype": kind}) is op.body
