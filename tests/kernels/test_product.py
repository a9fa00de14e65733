"""The kernel of matrix products gives what the op's plain body gives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from penstock.ir.op import TABLE
from penstock.kernels import native
from penstock.ops import extent
from penstock.ops.xla import jax, lax

MATMUL = TABLE["MatMul"]
#: rows, terms, columns: one piece and many, whole and broken, wide and high.
SIZES = {
    "small": (32, 128, 10),
    "one row": (1, 784, 128),
    "one column": (300, 130, 1),
    "one term": (300, 1, 130),
    "cut by columns": (33, 300, 1001),
    "cut by rows": (1001, 300, 33),
    "cut into few rows": (9, 100_003, 5),
    "rows at equal places, right": (64, 256, 512),
    "rows at equal places, left": (512, 40, 130),
    "rows at equal places, both": (1024, 64, 1536),
    "pieces of rows at equal places": (17, 40, 4096),
}
TURNED = [(False, False), (True, False), (False, True), (True, True)]


@pytest.fixture(autouse=True, scope="module")
def kernels():
    if jax.default_backend() != "cpu" or not native.available():
        pytest.skip(native.told())


def matrices(sizes, turned=(False, False), kind: type = np.float32):
    rows, terms, columns = sizes
    draw = np.random.RandomState(rows + columns)
    shapes = (rows, terms), (terms, columns)
    return [
        np.ascontiguousarray((m.T if t else m).astype(kind))
        for m, t in zip((draw.randn(*s) for s in shapes), turned, strict=True)
    ]


def attributes(turned):
    return dict(zip(("transpose_a", "transpose_b"), turned, strict=True))


def kernel(*args, **attrs):
    chosen = MATMUL.body_on("cpu", args, attrs)
    assert chosen is MATMUL.kernels["cpu"].body
    return chosen(*args, **attrs)


@pytest.mark.parametrize("turned", TURNED)
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_kernel_is_the_body(sizes, turned):
    args, attrs = matrices(sizes, turned), attributes(turned)
    got = np.asarray(kernel(*args, **attrs))
    a, b = (m.T if t else m for m, t in zip(args, turned, strict=True))
    exact = a.astype(np.float64) @ b
    # Sums of float32 differ by their order: a few ulp, more for more terms.
    bound = 2e-7 * np.sqrt(sizes[1]) * np.abs(exact).max()
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, exact, rtol=0, atol=bound)
    np.testing.assert_allclose(got, MATMUL.body(*args, **attrs), rtol=0, atol=bound)


@pytest.mark.parametrize("turned", TURNED)
@pytest.mark.parametrize(
    "sizes", [(32, 10, 64), (64, 16, 32), (2, 3, 700), (8, 2, 256)]
)
def test_small_products_are_rounded_as_tensorflows(sizes, turned):
    args, attrs = matrices(sizes, turned), attributes(turned)
    args[0].flat[::5] = 0  # -0 is kept too
    got = np.asarray(kernel(*args, **attrs))
    np.testing.assert_array_equal(
        got.view(np.int32), np.asarray(MATMUL.body(*args, **attrs)).view(np.int32)
    )


def test_the_same_bits_in_every_run_and_from_every_thread():
    args = matrices((700, 600, 650))
    product = jax.jit(kernel)
    first = np.asarray(product(*args))
    with ThreadPoolExecutor(4) as pool:
        for again in pool.map(lambda _: np.asarray(product(*args)), range(12)):
            np.testing.assert_array_equal(again, first)


def test_many_at_once_in_one_step():
    """Pieces of several products wait for the same few threads, and all get done."""
    args = [matrices((256, 200, 256 + 8 * i)) for i in range(8)]
    found = jax.jit(lambda pairs: [kernel(*pair) for pair in pairs])(args)
    for (a, b), got in zip(args, found, strict=True):
        np.testing.assert_allclose(got, a @ b, rtol=0, atol=1e-3)


def test_in_a_loop_and_under_vmap():
    a, b = matrices((64, 96, 96))
    steps = jax.jit(lambda a: lax.fori_loop(0, 3, lambda _, a: kernel(a, b) / 10, a))
    np.testing.assert_allclose(steps(a), a @ b @ b @ b / 1000, rtol=0, atol=1e-3)
    many = np.stack([a, 2 * a])
    each = jax.vmap(lambda a: kernel(a, b))(many)
    np.testing.assert_allclose(each, many @ b, rtol=0, atol=1e-3)


def test_cut_into_more_pieces_in_a_loop_of_steps():
    a, b = matrices((33, 300, 301))
    with extent.looped():
        found = jax.jit(kernel)(a, b)
    np.testing.assert_allclose(found, a @ b, rtol=0, atol=1e-3)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_stays_in_its_row(value):
    a, b = matrices((500, 300, 40))
    a[123, 7] = value
    found = np.asarray(kernel(a, b))
    assert not np.isfinite(found[123]).any()
    assert np.isfinite(np.delete(found, 123, 0)).all()


LEFT = {
    "float64": (matrices((64, 64, 64), kind=np.float64), {}),
    "empty": ([np.zeros((0, 64), "f"), np.zeros((64, 64), "f")], {}),
    "no terms": ([np.zeros((64, 0), "f"), np.zeros((0, 64), "f")], {}),
    "tiny": (matrices((16, 15, 16)), {}),
    "a small vector": (matrices((1, 16, 2000)), {}),
    "many terms": (matrices((16, 64, 16)), {}),
}


@pytest.mark.parametrize("case", LEFT.values(), ids=LEFT)
def test_what_the_kernel_leaves_to_the_body(case):
    args, attrs = case
    assert MATMUL.body_on("cpu", args, attrs) is MATMUL.body
