"""Random ops on given values: shuffles, classes, gamma and Poisson draws."""

from __future__ import annotations

import math

import numpy as np

from penstock.core.dtypes import FLOATING, INDEX, REAL, float64, int64
from penstock.ir.constant import constant_dims, constant_value
from penstock.ir.op import STOPS, op
from penstock.ops import rules, sampling
from penstock.ops.random import moved, place, sizes, start
from penstock.ops.sampling_discrete import (
    multinomial as draw_classes,
)
from penstock.ops.sampling_discrete import (
    permutation,
    reserved_by_multinomial,
    reserved_by_shuffle,
)
from penstock.ops.sampling_gamma import gamma, poisson
from penstock.ops.sampling_stateless import key_and_counter
from penstock.ops.xla import jnp

_SEEDS = {"seed": 0, "seed2": 0}


@op(
    "RandomShuffle",
    "value: T -> output: T",
    shape=rules.same_as(0),
    attrs=_SEEDS,
    gradient=STOPS,
    keeps=start,
    stateful=True,
)
def random_shuffle(value, *, kept):
    text = value.dtype.kind == "O"  # strings are shuffled where they are, on the host
    value = value if text else jnp.asarray(value)
    length = value.shape[0] if value.ndim else 0
    if length < 2:
        return value, kept
    order = permutation(*place(kept), length)
    shuffled = value[np.asarray(order)] if text else value[order]
    return shuffled, moved(kept, reserved_by_shuffle(length))


def _classes(logits, num_samples, **_):
    dims = rules.ranked(logits, 2, "Multinomial: logits")
    samples = constant_value(num_samples)
    return (dims[0], None if samples is None else int(samples))


@op(
    "Multinomial",
    "logits: T, num_samples: int32 -> output: output_dtype",
    shape=_classes,
    attrs=_SEEDS,
    where={"T": REAL, "output_dtype": INDEX},
    gradient=STOPS,
    static=(1,),
    keeps=start,
    stateful=True,
)
def multinomial(logits, num_samples, *, kept, output_dtype=int64):
    logits, samples = jnp.asarray(logits), int(num_samples)
    out = draw_classes(*place(kept), logits, samples, output_dtype.name)
    return out, moved(kept, reserved_by_multinomial(logits.shape[0], samples))


@op(
    "StatelessMultinomial",
    "logits: T, num_samples: int32, seed: Tseed -> output: output_dtype",
    shape=lambda logits, num_samples, seed, **_: _classes(logits, num_samples),
    where={"T": REAL, "Tseed": INDEX, "output_dtype": INDEX},
    gradient=STOPS,
    static=(1,),
)
def stateless_multinomial(logits, num_samples, seed, *, output_dtype=int64):
    draws = key_and_counter(jnp.asarray(seed))
    return draw_classes(
        *draws, jnp.asarray(logits), int(num_samples), output_dtype.name
    )


def _for_each(shape, parameter, **_):
    dims = constant_dims(shape)
    if dims is None or parameter.dims is None:
        return None
    return dims + parameter.dims


def _drawn(draw, shape, parameter, kept, dtype):
    """`draw` of `shape` values for each element of `parameter`, and the new place."""
    parameter, wanted = jnp.asarray(parameter), sizes(shape)
    count = math.prod(wanted)
    out = draw(*place(kept), parameter, count, dtype)
    out = out.reshape(*wanted, *parameter.shape)
    return out, moved(kept, sampling.reserved(count * parameter.size))


@op(
    "RandomGamma",
    "shape: S, alpha: T -> output: T",
    shape=_for_each,
    attrs=_SEEDS,
    where={"S": INDEX, "T": FLOATING},
    static=(0,),
    keeps=start,
    stateful=True,
)
def random_gamma(shape, alpha, *, kept):
    return _drawn(gamma, shape, alpha, kept, jnp.asarray(alpha).dtype)


@op(
    "RandomPoissonV2",
    "shape: S, rate: R -> output: dtype",
    shape=_for_each,
    attrs=_SEEDS,
    where={"S": INDEX, "R": REAL},
    gradient=STOPS,
    static=(0,),
    keeps=start,
    stateful=True,
)
def random_poisson(shape, rate, *, kept, dtype=float64):
    return _drawn(poisson, shape, rate, kept, dtype.np)
