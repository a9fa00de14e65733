"""Record TensorFlow's random numbers and seed rules. Run with TensorFlow's Python.

Writes tests/fixtures/random.npz (draws), and tests/fixtures/random.json: digests of
large draws, seed rules, and digests of the C library's logf, sinf and cosf at the
2**23 arguments that Box-Muller can meet. Tolerance 0, but for float64 normals and
gammas (4e-14: XLA's float64 log, log1p, sine and power differ from the C library's
in the last digits).
"""

import ctypes
import hashlib
import json
import math
import os
import random
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf
import tf_keras

FIXTURES = Path(__file__).resolve().parents[2] / "tests/fixtures"
FLOATS = ("float16", "bfloat16", "float32", "float64")
STATELESS_SEEDS = ((0, 0), (1, 2), (-1, 5), (2**31 - 1, -(2**31)))
v1 = tf.compat.v1
draws: dict[str, np.ndarray] = {}
digests: dict[str, str] = {}


def keep(name: str, value) -> None:
    value = np.asarray(value)
    if value.dtype.name == "bfloat16":
        value = value.view(np.uint16)
    if value.nbytes > 6000:
        digests[name] = hashlib.sha256(value.tobytes()).hexdigest()
    else:
        draws[name] = value


def two_runs(name: str, build) -> None:
    """Two runs of one op in one session, op seed 1, no graph seed, one thread."""
    config = v1.ConfigProto(intra_op_parallelism_threads=1)
    with tf.Graph().as_default(), v1.Session(config=config) as session:
        result = build()
        for run in range(2):
            keep(f"{name}/{run}", session.run(result))


def stateful() -> None:
    makers = {
        "uniform": tf.random.uniform,
        "normal": tf.random.normal,
        "truncated_normal": tf.random.truncated_normal,
    }
    for size in (1, 3, 5, 100, 100003):
        for kind in FLOATS:
            for name, make in makers.items():
                two_runs(
                    f"{name}/{kind}/{size}",
                    lambda make=make, kind=kind, size=size: make(
                        [size], dtype=kind, seed=1
                    ),
                )
        for kind in ("int32", "int64"):
            two_runs(
                f"uniform_int/{kind}/{size}",
                lambda kind=kind, size=size: tf.random.uniform(
                    [size], -5, 1000000, dtype=kind, seed=1
                ),
            )
    for size in (1, 2, 5, 100, 70000):
        two_runs(
            f"shuffle/int32/{size}",
            lambda size=size: tf.random.shuffle(tf.range(size), seed=1),
        )
    for size in (1, 5, 10, 300):
        two_runs(
            f"multinomial/int64/{size}",
            lambda size=size: tf.random.categorical(logits(), size, seed=1),
        )
        for kind in ("float32", "float64"):
            two_runs(
                f"gamma/{kind}/{size}",
                lambda kind=kind, size=size: tf.random.gamma(
                    [size], tf.constant([0.3, 1.0, 2.5, 50.0], kind), dtype=kind, seed=1
                ),
            )
        two_runs(
            f"poisson/float32/{size}",
            lambda size=size: tf.random.poisson([size], [0.3, 5.0, 9.9, 50.0], seed=1),
        )


def logits() -> np.ndarray:
    rows = [[0.1, 0.2, 0.3, 0.4], [0.25] * 4, [0.7, 0.1, 0.1, 0.1]]
    return np.log(np.array(rows, np.float32))


def stateless() -> None:
    for seed in STATELESS_SEEDS:
        prefix = f"stateless/{seed[0]},{seed[1]}"
        for kind in FLOATS:
            keep(
                f"{prefix}/uniform/{kind}",
                tf.random.stateless_uniform([50], seed, dtype=kind),
            )
            keep(
                f"{prefix}/normal/{kind}",
                tf.random.stateless_normal([50], seed, dtype=kind),
            )
            keep(
                f"{prefix}/truncated_normal/{kind}",
                tf.random.stateless_truncated_normal([50], seed, dtype=kind),
            )
        for kind in ("int32", "int64", "uint32", "uint64"):
            keep(
                f"{prefix}/integers/{kind}",
                tf.random.stateless_uniform([50], seed, None, None, dtype=kind),
            )
        place = tf.raw_ops.StatelessRandomGetKeyCounter(seed=seed)
        keep(f"{prefix}/place", np.concatenate([np.asarray(p) for p in place]))
        keep(f"{prefix}/split", tf.random.split(seed, 3))
        keep(f"{prefix}/fold_in", tf.random.fold_in(seed, 7))
        keep(
            f"{prefix}/shuffle",
            tf.random.experimental.stateless_shuffle(tf.range(20), seed),
        )
        keep(
            f"{prefix}/categorical", tf.random.stateless_categorical(logits(), 10, seed)
        )
        keep(f"{prefix}/gamma", tf.random.stateless_gamma([5], seed, 2.5))
        keep(f"{prefix}/poisson", tf.random.stateless_poisson([5], seed, 2.5))


def generator() -> None:
    g = tf.random.Generator.from_seed(1)
    keep("generator/0/state", g.state)
    keep("generator/1/normal", g.normal([5]))
    keep("generator/1/state", g.state)
    g.skip(10)
    keep("generator/2/state", g.state)
    keep("generator/2/seeds", g.make_seeds(3))
    keep("generator/3/split", [child.state.numpy() for child in g.split(2)])
    keep("generator/4/state", g.state)


def initializers() -> None:
    for name, maker in INITIALIZERS.items():
        keep(f"initializer/{name}", maker((3, 4)))


INITIALIZERS = {
    "glorot_uniform": tf_keras.initializers.GlorotUniform(seed=1),
    "glorot_normal": tf_keras.initializers.GlorotNormal(seed=1),
    "he_uniform": tf_keras.initializers.HeUniform(seed=1),
    "he_normal": tf_keras.initializers.HeNormal(seed=1),
    "uniform": tf_keras.initializers.RandomUniform(seed=1),
    "normal": tf_keras.initializers.RandomNormal(seed=1),
    "orthogonal": tf_keras.initializers.Orthogonal(seed=1),
}


def seed_rules() -> dict:
    numbers = (None, 0, 1, -1, 1234, 2**31 - 1, 2**31, 2**32 + 7, -(2**31) - 3, 2**63)
    graph = []
    for graph_seed in numbers:
        for op_seed in numbers:
            with tf.Graph().as_default():
                if graph_seed is not None:
                    v1.set_random_seed(graph_seed)
                graph.append([graph_seed, op_seed, list(v1.get_seed(op_seed))])
    with tf.Graph().as_default():
        v1.set_random_seed(5)
        row = [list(v1.get_seed(s)) for s in (None, 3, None)]
        v1.set_random_seed(6)
        row += [list(v1.get_seed(s)) for s in (None, 3, None)]
    eager = []
    for seed in numbers[1:]:
        tf.random.set_seed(seed)
        pairs = [v1.get_seed(s) for s in (None, None, 1, 0, None)]
        eager.append([seed, [[int(n) for n in pair] for pair in pairs]])
    return {"graph": graph, "counted": row, "eager": eager}


def eager_values() -> dict:
    tf.random.set_seed(1234)
    fresh = [
        tf.random.normal([2]),
        tf.random.normal([2]),
        tf.random.normal([2], seed=1),
    ]
    again = [tf.random.normal([2], seed=1), tf.random.normal([3], seed=1)]
    return {"values": [np.asarray(t).tolist() for t in fresh + again]}


def library_digests() -> dict:
    """The C library's float32 results at u = i / 2**23 and float32(2 pi u)."""
    library = ctypes.CDLL("libm.so.6")
    count = 1 << 23
    u = np.arange(count) / count
    arguments = {
        "logf": np.maximum(u, 1e-7).astype(np.float32),
        "sinf": (u * (2 * math.pi)).astype(np.float32),
    }
    arguments["cosf"] = arguments["sinf"]
    out = {}
    for name, values in arguments.items():
        function = getattr(library, name)
        function.restype, function.argtypes = ctypes.c_float, [ctypes.c_float]
        results = np.fromiter(map(function, values.tolist()), np.float32, count)
        out[name] = hashlib.sha256(results.tobytes()).hexdigest()
    return out


def main() -> None:
    stateful()
    stateless()
    generator()
    initializers()
    record = {
        "tensorflow": tf.__version__,
        "tolerance": "0; float64 normal and gamma 4e-14 relative: other log and sine",
        "python_random_5": random.Random(5).randint(1, 10**9),
        "digests": digests,
        "seeds": seed_rules(),
        "eager": eager_values(),
        "library": library_digests(),
    }
    np.savez_compressed(FIXTURES / "random.npz", **draws)
    text = json.dumps(record, indent=1, sort_keys=True)
    (FIXTURES / "random.json").write_text(text + "\n")
    print(len(draws), "draws,", len(digests), "digests")


if __name__ == "__main__":
    main()
