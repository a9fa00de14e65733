"""`tf.random.stateless_*` on given values: classes, counts, bounds, shuffles."""

from __future__ import annotations

from typing import Any

from penstock.core.dtypes import as_dtype, float32, int32, int64
from penstock.core.errors import UnimplementedError
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ops import random as ops

PHILOX, THREEFRY, AUTO = 1, 2, 3
_ALGORITHMS = {
    "philox": PHILOX, "threefry": THREEFRY, "auto_select": AUTO, "default": AUTO
}  # fmt: skip


def algorithm(alg) -> int:
    """The number of an algorithm by name or number. Raises ValueError for others."""
    if isinstance(alg, str):
        if alg not in _ALGORITHMS:
            raise ValueError(
                f"Argument `alg` got unsupported value {alg}. Supported values are "
                "philox for the Philox algorithm, threefry for the ThreeFry algorithm, "
                "and auto_select for automatic selection."
            )
        return _ALGORITHMS[alg]
    if int(alg) not in _ALGORITHMS.values():
        raise ValueError(f"Argument `alg` got unsupported value {alg}.")
    return int(alg)


def check_algorithm(alg) -> None:
    """Raises UnimplementedError for ThreeFry, which TensorFlow's CPU refuses too."""
    if algorithm(alg) == THREEFRY:
        raise UnimplementedError(
            None, None, "Non-XLA devices don't support the ThreeFry algorithm. Use "
            "alg='philox', or leave it out.",
        )  # fmt: skip


def place(seed, alg="auto_select"):
    """(key, counter) of the stream that `seed` [2] stands for."""
    check_algorithm(alg)
    return ops.stateless_key_counter(seed)


def full_range(shape, key, counter, kind, name=None):
    """Integers over the whole range of `kind`."""
    return TABLE["StatelessRandomUniformFullIntV2"](
        shape, key, counter, ops.PHILOX, dtype=kind, name=name
    )


def stateless_categorical(logits, num_samples, seed, dtype=int64, name=None):
    """Classes [batch, num_samples] by `logits` [batch, classes] and `seed` [2]."""
    return TABLE["StatelessMultinomial"](
        logits, num_samples, seed, output_dtype=as_dtype(dtype), name=name
    )


def stateless_binomial(shape, seed, counts, probs, output_dtype=int32, name=None):
    """Successes among `counts` trials of `probs`, whose shape ends `shape`."""
    where = context.landing()
    counts = as_tensor(where, counts, None, "counts")
    return TABLE["StatelessRandomBinomial"](
        as_tensor(where, shape, int32, "shape"), seed, counts,
        as_tensor(where, probs, counts.dtype, "probs"), dtype=as_dtype(output_dtype),
        name=name,
    )  # fmt: skip


def stateless_poisson(shape, seed, lam, dtype=int32, name=None):
    """Poisson counts of rates `lam`, whose shape ends `shape`."""
    return TABLE["StatelessRandomPoisson"](
        as_tensor(context.landing(), shape, int32, "shape"), seed, lam,
        dtype=as_dtype(dtype), name=name,
    )  # fmt: skip


def stateless_gamma(shape, seed, alpha, beta=None, dtype=float32, name=None):
    """Gamma values of `alpha` and rate `beta`, whose shape ends `shape`."""
    import ml_dtypes

    where, kind = context.landing(), as_dtype(dtype)
    with where.name_scope(name or "stateless_gamma"):
        sizes = as_tensor(where, shape, int32, "shape")
        alpha = as_tensor(where, alpha, kind, "alpha")
        beta = as_tensor(where, 1 if beta is None else beta, kind, "beta")
        both = TABLE["BroadcastArgs"](TABLE["Shape"](alpha), TABLE["Shape"](beta))
        alpha = TABLE["BroadcastTo"](alpha, both)
        drawn = TABLE["StatelessRandomGammaV2"](sizes, seed, alpha)
        tiny = kind.np.type(ml_dtypes.finfo(kind.np).tiny)
        return TABLE["Maximum"](tiny, TABLE["RealDiv"](drawn, beta))


def stateless_parameterized_truncated_normal(
    shape, seed, means: Any = 0.0, stddevs: Any = 1.0, minvals: Any = -2.0,
    maxvals: Any = 2.0, name=None,
):  # fmt: skip
    """Normal values between bounds; all four parameters broadcast to `shape`'s end."""
    where = context.landing()
    means = as_tensor(where, means, None, "means")
    others = [
        as_tensor(where, p, means.dtype, None) for p in (stddevs, minvals, maxvals)
    ]
    return TABLE["StatelessParameterizedTruncatedNormal"](
        as_tensor(where, shape, int32, "shape"), seed, means, *others, name=name
    )


def stateless_shuffle(value, seed, alg="auto_select", name=None):
    """`value` with its rows in an order that `seed` [2] decides."""
    return TABLE["StatelessShuffle"](value, *place(seed, alg), ops.PHILOX, name=name)


__all__ = [
    "stateless_binomial", "stateless_categorical", "stateless_gamma",
    "stateless_parameterized_truncated_normal", "stateless_poisson",
    "stateless_shuffle",
]  # fmt: skip
