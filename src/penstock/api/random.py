"""`tf.random`: numbers by chance, the same ones for the same seeds as TensorFlow's."""

from __future__ import annotations

from typing import Any

from penstock.api.array import shape as shape_of
from penstock.api.random_stateless import full_range, place
from penstock.core.dtypes import as_dtype, float32, int32, int64
from penstock.core.seeds import resolve
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.func_graph import FuncGraph
from penstock.ir.graph import Graph
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import random as ops
from penstock.ops.math import add, mul, sub

_COUNT = "ops with the graph's seed alone"


def get_seed(op_seed):
    """The seeds `(seed, seed2)` of an op, or `(None, None)` for chance."""
    where = context.landing()
    if where.eager:
        found = where.seeds.pair(op_seed)
    else:
        found = resolve(where.seed, op_seed, _counter(where))
    return (None, None) if found is None else found


def _counter(graph: Graph):
    """What counts the ops of `graph` that have the graph's seed alone."""
    root = graph
    while isinstance(root, FuncGraph) and isinstance(root.outer, Graph):
        root = root.outer
    # Branches and loop bodies of a 1.x graph count on with it; inside a function
    # each counts for itself.
    holder = graph if isinstance(root, FuncGraph) else root

    def count() -> int:
        number = holder.scratch.get(_COUNT, 0)
        holder.scratch[_COUNT] = number + 1
        return number

    return count


def _seeds(op_seed) -> dict[str, Any]:
    seed, seed2 = get_seed(op_seed)
    return {"seed": seed or 0, "seed2": seed2 or 0}


def _shape(shape, name: str = "shape") -> Tensor:
    where = context.landing()
    if isinstance(shape, list | tuple) and not shape:
        return as_tensor(where, shape, int32, name)
    return as_tensor(where, shape, None, name)


def random_normal(
    shape, mean=0.0, stddev=1.0, dtype: Any = float32, seed=None, name="random_normal"
):
    """Normal values of `shape` with `mean` and `stddev`. As `tf.random.normal`."""
    return _scaled(ops.random_standard_normal, shape, mean, stddev, dtype, seed, name)


def truncated_normal(
    shape, mean=0.0, stddev=1.0, dtype=float32, seed=None, name="truncated_normal"
):
    """Normal values within two `stddev` of `mean`. As `tf.random.truncated_normal`."""
    return _scaled(ops.truncated_normal, shape, mean, stddev, dtype, seed, name)


def _scaled(draw, shape, mean, stddev, dtype, seed, name):
    where, kind = context.landing(), as_dtype(dtype)
    with where.name_scope(name) as scope:
        sizes = _shape(shape)
        mean = as_tensor(where, mean, kind, "mean")
        stddev = as_tensor(where, stddev, kind, "stddev")
        drawn = draw(sizes, dtype=kind, **_seeds(seed))
        return add(mul(drawn, stddev, name="mul"), mean, name=scope)


def random_uniform(
    shape,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = float32,
    seed=None,
    name="random_uniform",
):
    """Values of `shape` spread evenly over [minval, maxval). As `tf.random.uniform`.

    Integers need `maxval`; ValueError without it.
    """
    where, kind = context.landing(), as_dtype(dtype)
    if kind.is_integer and maxval is None:
        raise ValueError(f"Must specify maxval for integer dtype {kind!r}")
    with where.name_scope(name) as scope:
        sizes = _shape(shape)
        unit = not kind.is_integer and _is(minval, 0) and _is(maxval, (None, 1))
        if unit:
            return ops.random_uniform(sizes, dtype=kind, **_seeds(seed))
        low = as_tensor(where, minval, kind, "min")
        high = as_tensor(where, 1 if maxval is None else maxval, kind, "max")
        if kind.is_integer:
            return ops.random_uniform_int(sizes, low, high, name=scope, **_seeds(seed))
        drawn = ops.random_uniform(sizes, dtype=kind, **_seeds(seed))
        return _stretched(drawn, low, high, scope)


def _stretched(drawn, low, high, scope: str):
    width = sub(high, low, name="sub")
    return add(mul(drawn, width, name="mul"), low, name=scope)


def _is(value, wanted) -> bool:
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    if value is None:
        return None in wanted
    return isinstance(value, int | float) and value in wanted


def shuffle(value, seed=None, name=None):
    """`value` with its rows in random order. As `tf.random.shuffle`."""
    return TABLE["RandomShuffle"](value, name=name, **_seeds(seed))


def categorical(logits, num_samples, dtype=None, seed=None, name="categorical"):
    """Classes [batch, num_samples] drawn by `logits` [batch, classes]."""
    where = context.landing()
    with where.name_scope(name):
        logits = as_tensor(where, logits, None, "logits")
        kind = int64 if dtype is None else as_dtype(dtype)
        return TABLE["Multinomial"](
            logits, num_samples, output_dtype=kind, **_seeds(seed)
        )


def random_gamma(
    shape, alpha, beta=None, dtype=float32, seed=None, name="random_gamma"
):
    """Gamma values: for each of `alpha` and `beta` (rate), `shape` of them.

    The result is shaped `shape` + the broadcast shape of `alpha` and `beta`.
    """
    where, kind = context.landing(), as_dtype(dtype)
    with where.name_scope(name):
        sizes = as_tensor(where, shape, int32, "shape")
        alpha = as_tensor(where, alpha, kind, "alpha")
        beta = as_tensor(where, 1 if beta is None else beta, kind, "beta")
        both = TABLE["BroadcastArgs"](shape_of(alpha), shape_of(beta))
        alpha = TABLE["BroadcastTo"](alpha, both)
        drawn = TABLE["RandomGamma"](sizes, alpha, **_seeds(seed))
        import ml_dtypes

        tiny = kind.np.type(ml_dtypes.finfo(kind.np).tiny)
        return TABLE["Maximum"](tiny, TABLE["RealDiv"](drawn, beta, name="truediv"))


def random_poisson(shape, lam, dtype=float32, seed=None, name="random_poisson"):
    """Poisson counts: for each rate of `lam`, `shape` of them."""
    where, kind = context.landing(), as_dtype(dtype)
    with where.name_scope(name):
        sizes = as_tensor(where, shape, int32, "shape")
        return TABLE["RandomPoissonV2"](sizes, lam, dtype=kind, **_seeds(seed))


def random_crop(value, size, seed=None, name="random_crop"):
    """A part of `value` of shape `size`, its place by chance.

    Raises InvalidArgumentError when it runs where `size` exceeds `value`'s shape.
    """
    where = context.landing()
    with where.name_scope(name) as scope:
        value = as_tensor(where, value, None, "value")
        size = as_tensor(where, size, int32, "size")
        room = add(sub(shape_of(value), size, name="sub"), 1, name="add")
        place = random_uniform(shape_of(size), 0, int32.max, int32, seed=seed)
        place = TABLE["FloorMod"](place, room, name="mod")
        return TABLE["Slice"](value, place, size, name=scope)


# --- stateless ----------------------------------------------------------------------


def _stateless(draw, shape, seed, mean, stddev, dtype, name, alg):
    where, kind = context.landing(), as_dtype(dtype)
    with where.name_scope(name) as scope:
        sizes = _shape(shape)
        mean = as_tensor(where, mean, kind, "mean")
        stddev = as_tensor(where, stddev, kind, "stddev")
        key, counter = place(seed, alg)
        drawn = draw(sizes, key, counter, ops.PHILOX, dtype=kind)
        return add(mul(drawn, stddev, name="mul"), mean, name=scope)


def stateless_random_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype=float32, name=None, alg="auto_select"
):
    """Normal values that `seed` [2] alone decides. As `tf.random.stateless_normal`."""
    name = name or "stateless_random_normal"
    draw = ops.stateless_normal
    return _stateless(draw, shape, seed, mean, stddev, dtype, name, alg)


def stateless_truncated_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype=float32, name=None, alg="auto_select"
):
    """Truncated normal values that `seed` [2] alone decides."""
    name = name or "stateless_truncated_normal"
    draw = ops.stateless_truncated_normal
    return _stateless(draw, shape, seed, mean, stddev, dtype, name, alg)


def stateless_random_uniform(
    shape,
    seed,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = float32,
    name=None,
    alg="auto_select",
):
    """Evenly spread values that `seed` [2] alone decides.

    Integers need both bounds, or None for both: all that the dtype holds.
    """
    where, kind = context.landing(), as_dtype(dtype)
    full = kind.is_integer and minval is None
    if kind.is_integer and (maxval is None) != full:
        raise ValueError(
            f"For integer dtype {kind!r} argument `minval` and `maxval` must be both "
            f"None or not None. Got `minval`={minval} and `maxval`={maxval}."
        )
    with where.name_scope(name or "stateless_random_uniform") as scope:
        sizes = _shape(shape)
        if full:
            key, counter = place(seed, alg)
            return full_range(sizes, key, counter, kind, name=scope)
        low = as_tensor(where, minval, kind, "min")
        high = as_tensor(where, 1 if maxval is None else maxval, kind, "max")
        key, counter = place(seed, alg)
        if kind.is_integer:
            return ops.stateless_uniform_int(
                sizes, key, counter, ops.PHILOX, low, high, name=scope
            )
        drawn = ops.stateless_uniform(sizes, key, counter, ops.PHILOX, dtype=kind)
        return _stretched(drawn, low, high, scope)


#: TensorFlow's names in `tf.random`.
normal, uniform = random_normal, random_uniform
gamma, poisson = random_gamma, random_poisson
stateless_normal, stateless_uniform = stateless_random_normal, stateless_random_uniform

__all__ = [
    "categorical", "gamma", "get_seed", "normal", "poisson", "random_crop",
    "random_gamma", "random_normal", "random_poisson", "random_uniform", "shuffle",
    "stateless_normal", "stateless_random_normal", "stateless_random_uniform",
    "stateless_truncated_normal", "stateless_uniform", "truncated_normal", "uniform",
]  # fmt: skip
