"""`tf.random.Generator`: a stream of numbers with a state that can be saved."""

from __future__ import annotations

import os
from enum import IntEnum
from typing import Any

import numpy as np

from penstock.api.random_stateless import (
    PHILOX,
    THREEFRY,
    algorithm,
    check_algorithm,
    full_range,
)
from penstock.api.variable import Variable
from penstock.core.dtypes import as_dtype, float32, int32, int64, uint64
from penstock.core.errors import UnsupportedError
from penstock.core.shapes import broadcast, size
from penstock.ir import context
from penstock.ir.constant import constant_dims
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ops import generator as _generator_ops  # noqa: F401  (declares them)
from penstock.ops import random as ops
from penstock.runtime.eager import RECORDER


class Algorithm(IntEnum):
    """Generators by name; Philox is the one that draws."""

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


#: The int64 words of a state.
_WORDS = {PHILOX: 3, THREEFRY: 2, int(Algorithm.AUTO_SELECT): 3}
_WORD = 1 << 64


def _signed(word: int) -> int:
    word %= _WORD
    return word - _WORD if word >= _WORD >> 1 else word


def create_rng_state(seed, alg="philox"):
    """The state, int64 words, that `seed` begins with.

    A number fills them from the left, by 64 bits each; a list stands at the right.
    """
    return as_tensor(RECORDER, _state(seed, alg), None, None)


def _state(seed, alg) -> np.ndarray:
    size = _WORDS[algorithm(alg)]
    if hasattr(seed, "numpy"):
        seed = seed.numpy()
    given = np.asarray(seed, object)
    if given.ndim:
        words = [int(w) for w in given.ravel()][:size]
        words = [0] * (size - len(words)) + words
    else:
        words = [int(given) >> (64 * at) for at in range(size)]
    return np.array([_signed(word) for word in words], np.int64)


class Generator:
    """Draws that move its `state` on. As `tf.random.Generator`.

    Inside a function draws move the state whenever the function runs. ThreeFry has
    states, but no draws: TensorFlow's CPU refuses them too.
    """

    def __init__(self, copy_from=None, state=None, alg=None):
        if copy_from is not None:
            alg = copy_from.algorithm
            state = copy_from.state.numpy()  # a stream of its own from here on
        if state is None or alg is None:
            raise ValueError("If copy_from is None, state and alg must be given.")
        self._alg = algorithm(alg)
        if isinstance(state, Variable):
            self._state_var: Any = state  # one stream, two generators
            return
        state = as_tensor(context.landing(), state, int64, None)
        size = _WORDS[self._alg]
        if state.dims != (size,):
            raise ValueError(
                f"Shapes {state.shape} and [{size}] are incompatible: a state of this "
                f"algorithm has {size} words."
            )
        if context.executing_eagerly():
            self._state_var = Variable(
                state, dtype=int64, name="StateVar", trainable=False
            )
        else:
            self._state_var = _Passing(state)

    @classmethod
    def from_seed(cls, seed, alg=None) -> Generator:
        alg = PHILOX if alg is None else alg
        return cls(state=_state(seed, alg), alg=alg)

    @classmethod
    def from_state(cls, state, alg=None) -> Generator:
        return cls(state=state, alg=PHILOX if alg is None else alg)

    @classmethod
    def from_key_counter(cls, key, counter, alg=None) -> Generator:
        alg = PHILOX if alg is None else alg
        return cls(state=_of_key_and_counter(key, counter, alg), alg=alg)

    @classmethod
    def from_non_deterministic_state(cls, alg=None) -> Generator:
        alg = PHILOX if alg is None else alg
        words = np.frombuffer(os.urandom(8 * _WORDS[algorithm(alg)]), np.int64)
        return cls(state=words, alg=alg)

    @property
    def state(self) -> Variable:
        return self._state_var

    @property
    def algorithm(self) -> int:
        return self._alg

    @property
    def key(self):
        return self._state_var[-1]

    def _trackable_children(self):
        return {"_state_var": self._state_var}

    def reset(self, state) -> None:
        self._state_var.assign(state)

    def reset_from_seed(self, seed) -> None:
        self._state_var.assign(_state(seed, self._alg))

    def reset_from_key_counter(self, key, counter) -> None:
        self.reset(_of_key_and_counter(key, counter, self._alg))

    def skip(self, delta) -> None:
        """Move on as if `delta` numbers had been drawn."""
        self._advance(self._read(), int(delta))

    def _read(self):
        check_algorithm(self._alg)
        return self._state_var.read_value()

    def _advance(self, state, values: int) -> None:
        self._state_var.assign(TABLE["_GeneratorAdvanced"](state, values=values))

    def _drawn(self, shape):
        """(sizes, key, counter) of a draw of `shape`; the state moves on."""
        sizes = as_tensor(context.landing(), shape, int32, None)
        state = self._read()
        key, counter = TABLE["_GeneratorPlace"](state)
        count = size(constant_dims(sizes))
        if count is None:
            count = TABLE["Prod"](sizes, np.int32(0))
            moved = TABLE["_GeneratorAdvancedBy"](state, count)
            self._state_var.assign(moved)
        else:
            self._advance(state, count)
        return sizes, key, counter

    def normal(self, shape, mean=0.0, stddev=1.0, dtype=float32, name=None):
        return self._scaled(ops.stateless_normal, shape, mean, stddev, dtype)

    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype=float32, name=None):
        return self._scaled(ops.stateless_truncated_normal, shape, mean, stddev, dtype)

    def _scaled(self, draw, shape, mean, stddev, dtype):
        where, kind = context.landing(), as_dtype(dtype)
        drawn = draw(*self._drawn(shape), ops.PHILOX, dtype=kind)
        return drawn * as_tensor(where, stddev, kind, None) + as_tensor(
            where, mean, kind, None
        )

    def uniform(self, shape, minval=0, maxval=None, dtype=float32, name=None):
        kind = as_dtype(dtype)
        if kind.is_integer and minval is None and maxval is None:
            return self.uniform_full_int(shape, kind)
        if kind.is_integer and maxval is None:
            raise ValueError(f"Must specify maxval for integer dtype {kind!r}")
        where = context.landing()
        low = as_tensor(where, minval, kind, None)
        high = as_tensor(where, 1 if maxval is None else maxval, kind, None)
        sizes, key, counter = self._drawn(shape)
        if kind.is_integer:
            return ops.stateless_uniform_int(sizes, key, counter, ops.PHILOX, low, high)
        drawn = ops.stateless_uniform(sizes, key, counter, ops.PHILOX, dtype=kind)
        return drawn * (high - low) + low

    def uniform_full_int(self, shape, dtype=uint64, name=None):
        """Integers over the whole range of `dtype`: 32 or 64 bits, signed or not."""
        return full_range(*self._drawn(shape), as_dtype(dtype), name)

    def binomial(self, shape, counts, probs, dtype=int32, name=None):
        """Successes among `counts` trials of `probs`, whose shape ends `shape`."""
        where = context.landing()
        counts = as_tensor(where, counts, None, None)
        probs = as_tensor(where, probs, counts.dtype, None)
        sizes = as_tensor(where, shape, int32, None)
        inner = broadcast(counts.dims, probs.dims)
        state = self._read()
        drawn = TABLE["_GeneratorBinomial"](
            sizes,
            *TABLE["_GeneratorPlace"](state),
            counts,
            probs,
            dtype=as_dtype(dtype),
        )
        parameters, every = size(inner), size(constant_dims(sizes))
        if parameters is None or every is None:
            raise UnsupportedError(
                "Generator.binomial needs shapes that are known when it is called."
            )
        self._state_var.assign(
            TABLE["_GeneratorAdvancedByBinomial"](
                state, samples=every // max(parameters, 1), parameters=parameters
            )
        )
        return drawn

    def make_seeds(self, count=1):
        """Seeds int64 [2, count] for stateless ops."""
        state = self._read()
        seeds = TABLE["_GeneratorSeeds"](state, count=int(count))
        self._advance(state, int(count))
        return seeds

    def split(self, count=1) -> list[Generator]:
        """`count` independent generators."""
        keys = self.make_seeds(count)[0]
        zero = np.int64(0)
        states = [TABLE["Pack"]([zero, zero, keys[at]]) for at in range(count)]
        return [Generator(state=state, alg=self._alg) for state in states]


class _Passing:
    """The state of a generator that lives only while a function runs."""

    def __init__(self, state):
        self._value = state

    def read_value(self):
        return self._value

    def assign(self, value) -> None:
        self._value = as_tensor(context.landing(), value, int64, None)

    def __getitem__(self, index):
        return self._value[index]


def _of_key_and_counter(key, counter, alg) -> Any:
    check_algorithm(alg)
    where = context.landing()
    key = TABLE["Reshape"](as_tensor(where, key, int64, None), [1])
    return TABLE["ConcatV2"]([as_tensor(where, counter, int64, None), key], 0)


_global: Generator | None = None


def get_global_generator() -> Generator:
    """The generator that programs share, from chance until it is set."""
    global _global
    if _global is None:
        _global = Generator.from_non_deterministic_state()
    return _global


def set_global_generator(generator: Generator) -> None:
    global _global
    _global = generator


def split(seed, num=2, alg="auto_select"):
    """`num` seeds [num, 2] from one. As `tf.random.split`."""
    check_algorithm(alg)
    return TABLE["_StatelessSplit"](seed, count=int(num))


def fold_in(seed, data, alg="auto_select"):
    """A seed [2] from `seed` and an integer. As `tf.random.fold_in`."""
    check_algorithm(alg)
    return TABLE["_StatelessFoldIn"](seed, data)


stateless_split, stateless_fold_in = split, fold_in

__all__ = [
    "Algorithm", "Generator", "create_rng_state", "fold_in", "get_global_generator",
    "set_global_generator", "split", "stateless_fold_in", "stateless_split",
]  # fmt: skip
