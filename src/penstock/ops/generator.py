"""The arithmetic of `tf.random.Generator`'s states, and of stateless seeds, as ops."""

from __future__ import annotations

from penstock.core.dtypes import INDEX
from penstock.ir.op import STOPS, op
from penstock.ops import sampling_stateless as sampling
from penstock.ops.sampling_binomial import reserved_by_binomial
from penstock.ops.xla import jnp


@op(
    "_GeneratorPlace", "state: int64 -> key: uint64, counter: uint64",
    shape=lambda *_, **__: [(1,), (2,)], gradient=STOPS,
)  # fmt: skip
def generator_place(state):
    return sampling.packed(*sampling.generator_place(jnp.asarray(state)))


@op(
    "_GeneratorAdvanced", "state: int64 -> advanced: int64",
    shape=lambda *_, **__: (3,), gradient=STOPS,
)  # fmt: skip
def generator_advanced(state, *, values):
    return sampling.generator_advanced(jnp.asarray(state), values)


@op(
    "_GeneratorAdvancedBy", "state: int64, values: T -> advanced: int64",
    shape=lambda *_, **__: (3,), gradient=STOPS, where={"T": INDEX},
)  # fmt: skip
def generator_advanced_by(state, values):
    return sampling.generator_advanced(
        jnp.asarray(state), jnp.asarray(values, jnp.uint64)
    )


@op(
    "_GeneratorAdvancedByBinomial", "state: int64 -> advanced: int64",
    shape=lambda *_, **__: (3,), gradient=STOPS,
)  # fmt: skip
def generator_advanced_by_binomial(state, *, samples, parameters):
    blocks = reserved_by_binomial(samples, parameters)
    return sampling.generator_moved(jnp.asarray(state), blocks)


@op(
    "_GeneratorSeeds", "state: int64 -> seeds: int64",
    shape=lambda *_, count, **__: (2, count), gradient=STOPS,
)  # fmt: skip
def generator_seeds(state, *, count):
    return sampling.generator_seeds(jnp.asarray(state), count)


@op(
    "_StatelessSplit", "seed: T -> seeds: T", where={"T": INDEX},
    shape=lambda *_, count, **__: (count, 2), gradient=STOPS,
)  # fmt: skip
def stateless_split(seed, *, count):
    return sampling.split(jnp.asarray(seed), count)


@op(
    "_StatelessFoldIn", "seed: T, data: Tdata -> folded: T", where={"T": INDEX},
    shape=lambda *_, **__: (2,), gradient=STOPS,
)  # fmt: skip
def stateless_fold_in(seed, data):
    return sampling.fold_in(jnp.asarray(seed), jnp.asarray(data))
