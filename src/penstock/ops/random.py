"""Random ops. Each keeps, per session, the place it has reached in its own stream.

The place is six words: the Philox key [2] and counter [4]. `seed` gives the key and
`seed2` the upper half of the counter; both 0 ask for chance. Which number a word
becomes is told in `sampling`.
"""

from __future__ import annotations

import math

import numpy as np

from penstock.core.dtypes import FLOATING, INDEX, int32, int64
from penstock.core.seeds import philox_state
from penstock.ir.constant import constant_dims
from penstock.ir.op import STOPS, op
from penstock.ops import rules, sampling
from penstock.ops.philox import advance
from penstock.ops.sampling_stateless import key_and_counter, packed, unpacked
from penstock.ops.xla import jax, jnp


def start(node) -> np.ndarray:
    """Where the stream of `node` begins: uint32 [6]."""
    return np.concatenate(philox_state(node.attrs["seed"], node.attrs["seed2"]))


def place(kept):
    """Key uint32 [2] and counter uint32 [4] of what an op keeps."""
    kept = jnp.asarray(kept)
    return kept[:2], kept[2:]


def moved(kept, blocks: int):
    """The place `blocks` further on in the stream."""
    key, counter = place(kept)
    return jnp.concatenate([key, advance(counter, blocks)])


def sizes(shape) -> tuple[int, ...]:
    """A static shape input as plain sizes."""
    return tuple(map(int, np.asarray(shape)))


def _of_shape(shape, *_, **__):
    return constant_dims(shape)


def _together(sample):
    """The bodies of several nodes that draw by `sample`."""

    def draw(inputs, attrs, kept):
        shapes = [sizes(shape) for (shape,) in inputs]
        places = jnp.stack([jnp.asarray(k) for k in kept])
        out = sampling.together(sample, places, shapes, attrs["dtype"].np)
        ahead = np.array([sampling.reserved(math.prod(s)) for s in shapes], np.uint64)
        return zip(out, jax.vmap(moved)(places, ahead), strict=True)

    return draw


def _declare(type_name: str, sample, allowed=FLOATING):
    """A random op that takes the shape of its result and draws by `sample`."""

    @op(
        type_name,
        "shape: T -> output: dtype",
        shape=_of_shape,
        attrs={"seed": 0, "seed2": 0},
        where={"T": INDEX, "dtype": allowed},
        gradient=STOPS,
        static=(0,),
        keeps=start,
        together=_together(sample),
        stateful=True,
    )
    def draw(shape, *, dtype, kept):
        dims = sizes(shape)
        out = sample(*place(kept), dims, dtype.np)
        return out, moved(kept, sampling.reserved(math.prod(dims)))

    return draw


random_uniform = _declare("RandomUniform", sampling.uniform)
random_standard_normal = _declare("RandomStandardNormal", sampling.normal)
truncated_normal = _declare("TruncatedNormal", sampling.truncated_normal)


def _range_holds(shape, minval, maxval):
    return minval < maxval, "Need minval < maxval"


@op(
    "RandomUniformInt",
    "shape: T, minval: Tout, maxval: Tout -> output: Tout",
    shape=_of_shape,
    attrs={"seed": 0, "seed2": 0},
    where={"T": INDEX, "Tout": (int32, int64)},
    gradient=STOPS,
    static=(0,),
    keeps=start,
    guard=_range_holds,
    stateful=True,
)
def random_uniform_int(shape, minval, maxval, *, kept):
    dims = sizes(shape)
    kind = jnp.asarray(minval).dtype
    out = sampling.uniform_int(*place(kept), dims, minval, maxval, kind)
    return out, moved(kept, sampling.reserved(math.prod(dims)))


# --- stateless: the caller brings the place ---------------------------------------

PHILOX = 1


@op(
    "StatelessRandomGetKeyCounter",
    "seed: Tseed -> key: uint64, counter: uint64",
    shape=lambda *_, **__: [(1,), (2,)],
    where={"Tseed": INDEX},
    gradient=STOPS,
)
def stateless_key_counter(seed):
    return packed(*key_and_counter(seed))


@op("StatelessRandomGetAlg", "-> alg: int32", shape=rules.scalar, gradient=STOPS)
def stateless_alg():
    return jnp.int32(PHILOX)


def _declare_stateless(type_name: str, sample, allowed=FLOATING):
    @op(
        type_name + "V2",
        "shape: Tshape, key: uint64, counter: uint64, alg: int32 -> output: dtype",
        shape=_of_shape,
        where={"Tshape": INDEX, "dtype": allowed},
        gradient=STOPS,
        static=(0,),
    )
    def draw(shape, key, counter, alg, *, dtype):
        del alg  # Philox is the only one there is
        return sample(*unpacked(key, counter), sizes(shape), dtype.np)

    @op(
        type_name,
        "shape: T, seed: Tseed -> output: dtype",
        shape=_of_shape,
        where={"T": INDEX, "Tseed": INDEX, "dtype": allowed},
        gradient=STOPS,
        static=(0,),
    )
    def draw_by_seed(shape, seed, *, dtype):
        return sample(*key_and_counter(seed), sizes(shape), dtype.np)

    return draw


stateless_uniform = _declare_stateless("StatelessRandomUniform", sampling.uniform)
stateless_normal = _declare_stateless("StatelessRandomNormal", sampling.normal)
stateless_truncated_normal = _declare_stateless(
    "StatelessTruncatedNormal", sampling.truncated_normal
)


@op(
    "StatelessRandomUniformIntV2",
    "shape: Tshape, key: uint64, counter: uint64, alg: int32, minval: dtype,"
    " maxval: dtype -> output: dtype",
    shape=_of_shape,
    where={"Tshape": INDEX},
    gradient=STOPS,
    static=(0,),
    guard=lambda shape, key, counter, alg, low, high: _range_holds(shape, low, high),
)
def stateless_uniform_int(shape, key, counter, alg, minval, maxval):
    del alg
    kind = jnp.asarray(minval).dtype
    return sampling.uniform_int(
        *unpacked(key, counter), sizes(shape), minval, maxval, kind
    )
