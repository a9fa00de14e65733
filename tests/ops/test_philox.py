"""Draws against TensorFlow's, bit by bit (fixtures/random.npz and random.json)."""

import hashlib
import json
import math

import numpy as np
import pytest

from penstock.core.philox_np import words
from penstock.core.seeds import EagerSeeds, philox_state
from penstock.ops import boxmuller, sampling
from penstock.ops import sampling_discrete as discrete
from penstock.ops import sampling_gamma as gammas
from penstock.ops import sampling_initializers as initializers
from penstock.ops import sampling_stateless as stateless
from penstock.ops.philox import advance
from penstock.ops.xla import jax, jnp, lax

KEY, COUNTER = words(87654321, 2), words(1 << 64, 4)
#: XLA's float64 log, sine and power differ from the C library's in the last digits.
DOUBLE = 4e-14
LOGITS = np.log(
    np.array([[0.1, 0.2, 0.3, 0.4], [0.25] * 4, [0.7, 0.1, 0.1, 0.1]], np.float32)
)
RATES = (0.3, 5.0, 9.9, 50.0)
ALPHAS = (0.3, 1.0, 2.5, 50.0)
SEEDS = ("0,0", "1,2", "-1,5", "2147483647,-2147483648")


@pytest.fixture(autouse=True)
def cpu():
    """Bit by bit is for the CPU: a GPU's logarithm and sine round otherwise."""
    with jax.default_device(jax.devices("cpu")[0]):
        yield


@pytest.fixture(scope="module")
def draws(fixtures):
    with np.load(fixtures / "random.npz", allow_pickle=False) as file:
        return dict(file)


@pytest.fixture(scope="module")
def record(fixtures):
    return json.loads((fixtures / "random.json").read_text())


def check(name, value, draws, record, tolerance=0.0):
    value = np.asarray(value)
    if value.dtype.name == "bfloat16":
        value = value.view(np.uint16)
    if name in record["digests"]:
        assert not tolerance, f"{name} is kept as a digest, which has no tolerance"
        digest = hashlib.sha256(value.tobytes()).hexdigest()
        assert digest == record["digests"][name], name
    else:
        expected = draws[name]
        assert value.dtype == expected.dtype and value.shape == expected.shape, name
        np.testing.assert_allclose(value, expected, rtol=tolerance, atol=0)


FLOATS = ("float16", "bfloat16", "float32", "float64")
SIZES = {
    "float16": (5, 100003),
    "bfloat16": (5, 100003),
    "float32": (1, 3, 5, 100, 100003),
    "float64": (1, 3, 5, 100),
}
ROWS = [
    (name, kind, size)
    for name in ("uniform", "normal", "truncated_normal")
    for kind in FLOATS
    for size in SIZES[kind]
]


@pytest.mark.parametrize("name,kind,size", ROWS)
def test_two_runs_of_a_float_op(name, kind, size, draws, record):
    draw = jax.jit(lambda c: getattr(sampling, name)(KEY, c, (size,), kind))
    tolerance = DOUBLE if kind == "float64" and name != "uniform" else 0.0
    for run in range(2):
        counter = advance(jnp.asarray(COUNTER), run * sampling.reserved(size))
        check(f"{name}/{kind}/{size}/{run}", draw(counter), draws, record, tolerance)


@pytest.mark.parametrize("kind", ["int32", "int64"])
@pytest.mark.parametrize("size", [1, 5, 100003])
def test_two_runs_of_an_integer_op(kind, size, draws, record):
    for run in range(2):
        counter = advance(jnp.asarray(COUNTER), run * sampling.reserved(size))
        value = sampling.uniform_int(KEY, counter, (size,), -5, 1000000, kind)
        check(f"uniform_int/{kind}/{size}/{run}", value, draws, record)


@pytest.mark.parametrize("size", [1, 2, 5, 100, 70000])
def test_shuffle(size, draws, record):
    counter = jnp.asarray(COUNTER)
    for run in range(2):
        order = discrete.permutation(KEY, counter, size)
        check(f"shuffle/int32/{size}/{run}", order, draws, record)
        counter = advance(counter, discrete.reserved_by_shuffle(size))


@pytest.mark.parametrize("size", [1, 5, 10, 300])
def test_multinomial(size, draws, record):
    blocks = discrete.reserved_by_multinomial(len(LOGITS), size)
    for run in range(2):
        counter = advance(jnp.asarray(COUNTER), run * blocks)
        value = discrete.multinomial(KEY, counter, jnp.asarray(LOGITS), size)
        check(f"multinomial/int64/{size}/{run}", value, draws, record)


@pytest.mark.parametrize(
    "kind,size",
    [
        ("float32", 1),
        ("float32", 10),
        ("float32", 300),
        ("float64", 1),
        ("float64", 10),
    ],
)
def test_gamma(kind, size, draws, record):
    draw = jax.jit(lambda c: gammas.gamma(KEY, c, jnp.array(ALPHAS, kind), size, kind))
    tolerance = DOUBLE if kind == "float64" else 0.0
    for run in range(2):
        counter = advance(jnp.asarray(COUNTER), run * sampling.reserved(4 * size))
        check(f"gamma/{kind}/{size}/{run}", draw(counter), draws, record, tolerance)


@pytest.mark.parametrize("size", [1, 10, 300])
def test_poisson(size, draws, record):
    rates = jnp.array(RATES, jnp.float32)
    draw = jax.jit(lambda c: gammas.poisson(KEY, c, rates, size, "float32"))
    for run in range(2):
        counter = advance(jnp.asarray(COUNTER), run * sampling.reserved(4 * size))
        check(f"poisson/float32/{size}/{run}", draw(counter), draws, record)


def test_poisson_of_no_rate_ends():
    rates = jnp.array([-1.0, np.nan, np.inf, 0.0], jnp.float32)
    value = gammas.poisson(KEY, COUNTER, rates, 2, "float32")
    assert np.isnan(value[:, :3]).all() and (value[:, 3] == 0).all()


@pytest.mark.parametrize("text", SEEDS)
def test_stateless_draws(text, draws, record):
    seed = jnp.asarray([int(n) for n in text.split(",")], jnp.int32)
    key, counter = stateless.key_and_counter(seed)

    def same(name, value, tolerance=0.0):
        check(f"stateless/{text}/{name}", value, draws, record, tolerance)

    same("place", jnp.concatenate(stateless.packed(key, counter)))
    back = stateless.unpacked(*stateless.packed(key, counter))
    assert all(map(np.array_equal, back, (key, counter)))
    for kind in FLOATS:
        tolerance = DOUBLE if kind == "float64" else 0.0
        same(f"uniform/{kind}", sampling.uniform(key, counter, (50,), kind))
        same(f"normal/{kind}", sampling.normal(key, counter, (50,), kind), tolerance)
        value = sampling.truncated_normal(key, counter, (50,), kind)
        same(f"truncated_normal/{kind}", value, tolerance)
    for kind in ("int32", "int64", "uint32", "uint64"):
        value = sampling.random_integers(key, counter, (50,), kind)
        same(f"integers/{kind}", value)
    same("split", stateless.split(seed, 3))
    same("fold_in", stateless.fold_in(seed, 7))
    same("shuffle", discrete.permutation(key, counter, 20))
    same("categorical", discrete.multinomial(key, counter, jnp.asarray(LOGITS), 10))
    same("gamma", gammas.gamma(key, counter, jnp.float32(2.5), 5, "float32"))
    same("poisson", gammas.poisson(key, counter, jnp.float32(2.5), 5, "int32"))


def test_generator_states(draws, record):
    state = jnp.asarray(draws["generator/0/state"])
    value = sampling.normal(*stateless.generator_place(state), (5,), "float32")
    check("generator/1/normal", value, draws, record)
    for number, values in ((1, 5), (2, 10), (None, 3), (4, 2)):
        if number is None:
            seeds = stateless.generator_seeds(state, 3)
            check("generator/2/seeds", seeds, draws, record)
        if number == 4:
            keys = stateless.generator_seeds(state, 2)[0]
            assert np.array_equal(keys, draws["generator/3/split"][:, 2])
        state = stateless.generator_advanced(state, values)
        if number is not None:
            check(f"generator/{number}/state", state, draws, record)


def scaled(scale, mode, distribution):
    return lambda seed: initializers.variance_scaling(
        seed, (3, 4), scale, mode, distribution, "float32"
    )


INITIALIZERS = {
    "glorot_uniform": scaled(1.0, "fan_avg", "uniform"),
    "glorot_normal": scaled(1.0, "fan_avg", "truncated_normal"),
    "he_uniform": scaled(2.0, "fan_in", "uniform"),
    "he_normal": scaled(2.0, "fan_in", "truncated_normal"),
    "uniform": lambda s: initializers.uniform(s, (3, 4), -0.05, 0.05, "float32"),
    "normal": lambda s: initializers.normal(s, (3, 4), 0.0, 0.05, "float32"),
}


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize("compiled", [False, True])
def test_initializers(name, compiled, draws, record):
    draw = jax.jit(INITIALIZERS[name]) if compiled else INITIALIZERS[name]
    check(f"initializer/{name}", draw(np.array([1, 0])), draws, record)


def test_orthogonal_initializer(draws):
    value = initializers.orthogonal(np.array([1, 0]), (3, 4), 1.0, "float32")
    # The QR decompositions of the two libraries round differently.
    np.testing.assert_allclose(value, draws["initializer/orthogonal"], atol=1e-6)


def test_box_muller_equals_the_c_library_at_every_argument(record):
    u = (np.arange(1 << 23) / (1 << 23)).astype(np.float32)
    angle = (u.astype(np.float64) * (2 * math.pi)).astype(np.float32)
    sine, cosine = jax.jit(boxmuller._sine_and_cosine)(angle)
    logarithm = jax.jit(boxmuller._log)(np.maximum(u, np.float32(1e-7)))
    for name, value in (("logf", logarithm), ("sinf", sine), ("cosf", cosine)):
        digest = hashlib.sha256(np.asarray(value).tobytes()).hexdigest()
        assert digest == record["library"][name], name


def test_the_notes_six_numbers_print_equal():
    value = np.asarray(sampling.normal(KEY, COUNTER, (2, 3), "float32"))
    assert str(value).splitlines() == [
        "[[-0.8113182   1.4845988   0.06532937]",
        " [-2.4427042   0.0992484   0.5912243 ]]",
    ]


def test_eager_ops_share_a_counter_by_their_seeds(record):
    seeds, counters = EagerSeeds(), {}
    seeds.set_seed(1234)
    got = []
    for size, op_seed in ((2, None), (2, None), (2, 1), (2, 1), (3, 1)):
        pair = seeds.pair(op_seed)
        key, start = philox_state(*pair)
        counter = counters.get(pair, start)
        got.append(np.asarray(sampling.normal(key, counter, (size,), "float32")))
        counters[pair] = advance(jnp.asarray(counter), sampling.reserved(size))
    for value, expected in zip(got, record["eager"]["values"], strict=True):
        assert value.tolist() == expected


def test_draws_run_inside_a_scan():
    def step(counter, _):
        value = sampling.normal(KEY, counter, (5,), "float32")
        return advance(counter, sampling.reserved(5)), value

    last, rows = jax.jit(lambda c: lax.scan(step, c, None, 3))(COUNTER)
    counter = jnp.asarray(COUNTER)
    for row in rows:
        assert np.array_equal(row, sampling.normal(KEY, counter, (5,), "float32"))
        counter = advance(counter, sampling.reserved(5))
    assert np.array_equal(last, counter)


def test_empty_shapes():
    for draw in (sampling.uniform, sampling.normal, sampling.truncated_normal):
        for kind in ("float32", "float64"):
            assert draw(KEY, COUNTER, (0, 3), kind).shape == (0, 3)
