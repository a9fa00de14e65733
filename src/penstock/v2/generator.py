"""`tf.random.Generator`: a stream of numbers with a state that can be saved."""

from __future__ import annotations

import os
from enum import IntEnum
from typing import Any

import numpy as np

from penstock.api.variable import Variable
from penstock.core.dtypes import as_dtype, float32, int64
from penstock.core.shapes import as_dims, size
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ops import generator as _generator_ops  # noqa: F401  (declares them)
from penstock.ops import random as ops
from penstock.runtime.eager import RECORDER


class Algorithm(IntEnum):
    """Generators by name; Philox is the one there is."""

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


def _wrapped(value: int) -> int:
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >= 1 << 63 else value


def create_rng_state(seed, alg="philox"):
    """The state int64 [3] that `seed` begins with."""
    return as_tensor(RECORDER, _state(seed), None, None)


def _state(seed) -> np.ndarray:
    """`seed` where the counter's two halves and the key go, as from_seed puts it."""
    words = [_wrapped(int(w)) for w in np.asarray(seed).astype(object).ravel()]
    return np.array([*words, 0, 0, 0][:3], np.int64)


class Generator:
    """Draws that move its `state` on. As `tf.random.Generator`."""

    def __init__(self, copy_from=None, state=None, alg=None):
        if copy_from is not None:
            state = copy_from.state.numpy()  # a stream of its own from here on
        if state is None:
            raise ValueError("If copy_from is None, state must be given.")
        if isinstance(state, Variable):
            self._state_var = state  # one stream, two generators
            return
        values = np.asarray(as_tensor(RECORDER, state, None, None)._numpy(), np.int64)
        self._state_var = Variable(
            values, dtype=int64, name="StateVar", trainable=False
        )

    @classmethod
    def from_seed(cls, seed, alg=None) -> Generator:
        return cls(state=_state(seed))

    @classmethod
    def from_state(cls, state, alg=None) -> Generator:
        return cls(state=state)

    @classmethod
    def from_key_counter(cls, key, counter, alg=None) -> Generator:
        low, high = (int(c) for c in np.asarray(counter).ravel())
        return cls(state=np.array([low, high, int(key)], np.int64))

    @classmethod
    def from_non_deterministic_state(cls, alg=None) -> Generator:
        words = np.frombuffer(os.urandom(24), np.int64)
        return cls(state=words)

    @property
    def state(self) -> Variable:
        return self._state_var

    @property
    def algorithm(self) -> int:
        return int(Algorithm.PHILOX)

    @property
    def key(self):
        state: Any = self._state_var
        return state[2]

    def _trackable_children(self):
        return {"_state_var": self._state_var}

    def reset(self, state) -> None:
        self._state_var.assign(state)

    def reset_from_seed(self, seed) -> None:
        self._state_var.assign(_state(seed))

    def reset_from_key_counter(self, key, counter) -> None:
        self.reset(type(self).from_key_counter(key, counter).state)

    def skip(self, delta) -> None:
        """Move on as if `delta` numbers had been drawn."""
        state = self._state_var.read_value()
        self._state_var.assign(TABLE["_GeneratorAdvanced"](state, values=int(delta)))

    def _drawn(self, shape):
        """(sizes, key, counter) of a draw of `shape`; the state moves on."""
        where = context.landing()
        sizes = as_tensor(where, shape, None, None)
        dims = as_dims(
            np.asarray(shape).tolist() if not isinstance(shape, list | tuple) else shape
        )
        state = self._state_var.read_value()
        key, counter = TABLE["_GeneratorPlace"](state)
        count = size(dims)
        self._state_var.assign(
            TABLE["_GeneratorAdvanced"](state, values=int(count or 0))
        )
        return sizes, key, counter

    def normal(self, shape, mean=0.0, stddev=1.0, dtype=float32, name=None):
        sizes, key, counter = self._drawn(shape)
        drawn = ops.stateless_normal(
            sizes, key, counter, ops.PHILOX, dtype=as_dtype(dtype)
        )
        return drawn * stddev + mean

    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype=float32, name=None):
        sizes, key, counter = self._drawn(shape)
        drawn = ops.stateless_truncated_normal(
            sizes, key, counter, ops.PHILOX, dtype=as_dtype(dtype)
        )
        return drawn * stddev + mean

    def uniform(self, shape, minval=0, maxval=None, dtype=float32, name=None):
        kind = as_dtype(dtype)
        if kind.is_integer and maxval is None:
            raise ValueError(f"Must specify maxval for integer dtype {kind!r}")
        sizes, key, counter = self._drawn(shape)
        if kind.is_integer:
            low = as_tensor(context.landing(), minval, kind, None)
            high = as_tensor(context.landing(), maxval, kind, None)
            return ops.stateless_uniform_int(sizes, key, counter, ops.PHILOX, low, high)
        drawn = ops.stateless_uniform(sizes, key, counter, ops.PHILOX, dtype=kind)
        return drawn * ((1 if maxval is None else maxval) - minval) + minval

    def make_seeds(self, count=1):
        """Seeds int64 [2, count] for stateless ops."""
        state = self._state_var.read_value()
        seeds = TABLE["_GeneratorSeeds"](state, count=int(count))
        self._state_var.assign(TABLE["_GeneratorAdvanced"](state, values=int(count)))
        return seeds

    def split(self, count=1) -> list[Generator]:
        """`count` independent generators."""
        keys = np.asarray(self.make_seeds(count)._numpy())[0]
        return [Generator(state=np.array([0, 0, k], np.int64)) for k in keys]


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
    return TABLE["_StatelessSplit"](seed, count=int(num))


def fold_in(seed, data, alg="auto_select"):
    """A seed [2] from `seed` and an integer. As `tf.random.fold_in`."""
    return TABLE["_StatelessFoldIn"](seed, data)


stateless_split, stateless_fold_in = split, fold_in

__all__ = [
    "Algorithm", "Generator", "create_rng_state", "fold_in", "get_global_generator",
    "set_global_generator", "split", "stateless_fold_in", "stateless_split",
]  # fmt: skip
