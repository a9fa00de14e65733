"""Where a decoder looks: scores of a query against every step of a memory."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from penstock.api import array, debugging, linalg, nn, operators  # noqa: F401
from penstock.api import math_reduce as reduce
from penstock.api.math_functions import rsqrt, square, tanh
from penstock.api.passing import identity
from penstock.api.scopes import scope, tensor
from penstock.core import nest
from penstock.core.dtypes import as_dtype, float32
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.v1.initializers import constant_initializer, zeros_initializer
from penstock.v1.layers.core import Dense
from penstock.v1.variable_scope import get_variable, variable_scope


def hardmax(logits, name=None) -> Tensor:
    """1 where the largest entry of the last axis stands, 0 elsewhere."""
    with scope(name, "Hardmax"):
        logits = tensor(logits)
        depth = logits.shape.as_list()[-1] or array.shape(logits)[-1]
        return array.one_hot(reduce.argmax(logits, -1), depth, dtype=logits.dtype)


class AttentionMechanism:
    """A memory [batch, steps, depth] that can be asked where to look.

    `keys` is the memory as queries are compared with it, `values` as it is summed:
    zeros beyond `memory_sequence_length` [batch], where `alignments` are zero too.
    """

    def __init__(
        self, memory, memory_layer, query_layer, memory_sequence_length, probability_fn,
        score_mask_value, custom_key_value_fn,
    ):  # fmt: skip
        self.query_layer = query_layer
        self.memory_layer = memory_layer
        self._probability: Any = probability_fn or nn.softmax
        self._mask_value = -math.inf if score_mask_value is None else score_mask_value
        self._lengths = None
        memory = nest.map_structure(tensor, memory)
        if memory_sequence_length is not None:
            self._lengths = _positive(memory_sequence_length)
            memory = nest.map_structure(self._cleared, memory)
        self._values: Any = memory
        self._keys: Any = memory_layer(memory) if memory_layer else memory
        if custom_key_value_fn is not None:
            self._keys, self._values = custom_key_value_fn(self._keys, self._values)

    def _cleared(self, memory: Tensor) -> Tensor:
        """`memory` with zeros beyond each row's length."""
        steps = memory.shape.as_list()[1] or array.shape(memory)[1]
        mask = array.sequence_mask(self._lengths, steps, dtype=memory.dtype)
        for _ in memory.shape.as_list()[2:]:
            mask = array.expand_dims(mask, -1)
        return memory * mask

    @property
    def keys(self) -> Tensor:
        return self._keys

    @property
    def values(self) -> Tensor:
        return self._values

    @property
    def batch_size(self):
        """An int where it is known, else a scalar tensor."""
        return self._keys.shape.as_list()[0] or array.shape(self._keys)[0]

    @property
    def alignments_size(self):
        """How many steps the memory has: an int where known, else a tensor."""
        return self._keys.shape.as_list()[1] or array.shape(self._keys)[1]

    @property
    def state_size(self):
        return self.alignments_size

    def initial_alignments(self, batch_size, dtype) -> Tensor:
        return array.zeros([batch_size, self.alignments_size], dtype)

    def initial_state(self, batch_size, dtype):
        """What the first step is given as the alignments before it."""
        return self.initial_alignments(batch_size, dtype)

    def __call__(self, query, state=None, previous_alignments=None):
        """(alignments [batch, steps], next state) for `query` [batch, depth]."""
        with variable_scope(None, self._scope):
            scores = self._scores(
                self.query_layer(query) if self.query_layer else query
            )
        if self._lengths is not None:
            scores = self._masked(scores)
        state = previous_alignments if state is None else state
        alignments = self._aligned(scores, state)
        return alignments, alignments

    def _masked(self, scores: Tensor) -> Tensor:
        steps = scores.shape.as_list()[1] or array.shape(scores)[1]
        mask = array.sequence_mask(self._lengths, steps)
        out = np.asarray(self._mask_value, scores.dtype.base_dtype.np)
        return TABLE["SelectV2"](mask, scores, out)

    def _aligned(self, scores, state):
        return self._probability(scores)

    _scope = "attention"

    def _scores(self, query: Tensor) -> Tensor:
        raise NotImplementedError("An attention mechanism must say its scores.")


def _positive(lengths) -> Tensor:
    """`lengths`, checked once: rows without any memory have nowhere to look."""
    lengths = tensor(lengths)
    check = debugging.assert_positive(
        lengths, message="All values in memory_sequence_length must greater than zero."
    )
    with context.landing().control_dependencies([] if check is None else [check]):
        return identity(lengths)


class BahdanauAttention(AttentionMechanism):
    """score = v · tanh(keys + query); Bahdanau, Cho and Bengio (2015).

    With `normalize`, g · v/|v| · tanh(keys + query + b); Salimans and Kingma (2016).
    """

    _scope = "bahdanau_attention"

    def __init__(
        self, num_units, memory, memory_sequence_length=None, normalize=False,
        probability_fn=None, score_mask_value=None, dtype=None,
        custom_key_value_fn=None, name="BahdanauAttention",
    ):  # fmt: skip
        dtype = as_dtype(dtype or float32)
        self._num_units, self._normalize = num_units, normalize
        self._name = name
        with scope(name, "BahdanauAttention"):
            super().__init__(
                memory,
                Dense(num_units, use_bias=False, name="memory_layer", dtype=dtype),
                Dense(num_units, use_bias=False, name="query_layer", dtype=dtype),
                memory_sequence_length, probability_fn, score_mask_value,
                custom_key_value_fn,
            )  # fmt: skip

    def _scores(self, query):
        kind, units = query.dtype.base_dtype, self._keys.shape.as_list()[2]
        v: Any = get_variable("attention_v", [units], dtype=kind)
        total = self._keys + array.expand_dims(query, 1)
        if self._normalize:
            g = get_variable(
                "attention_g", [], dtype=kind,
                initializer=constant_initializer(math.sqrt(1.0 / units)),
            )  # fmt: skip
            b = get_variable(
                "attention_b", [units], dtype=kind, initializer=zeros_initializer()
            )
            v = g * v * rsqrt(reduce.reduce_sum(square(v)))
            total = total + b
        return reduce.reduce_sum(v * tanh(total), [2])


class LuongAttention(AttentionMechanism):
    """score = keys · query, times a learnt g with `scale`; Luong et al. (2015).

    Raises ValueError where the query is not as deep as `num_units`.
    """

    _scope = "luong_attention"

    def __init__(
        self, num_units, memory, memory_sequence_length=None, scale=False,
        probability_fn=None, score_mask_value=None, dtype=None,
        custom_key_value_fn=None, name="LuongAttention",
    ):  # fmt: skip
        dtype = as_dtype(dtype or float32)
        self._num_units, self._scale = num_units, scale
        self._name = name
        with scope(name, "LuongAttention"):
            super().__init__(
                memory,
                Dense(num_units, use_bias=False, name="memory_layer", dtype=dtype),
                None, memory_sequence_length, probability_fn, score_mask_value,
                custom_key_value_fn,
            )  # fmt: skip

    def _scores(self, query):
        depth, units = query.shape.as_list()[-1], self._keys.shape.as_list()[-1]
        if depth != units:
            raise ValueError(
                "Incompatible or unknown inner dimensions between query and keys. "
                f"Query ({query.name}) has units: {depth}. Keys ({self._keys.name}) "
                f"have units: {units}. Perhaps you need to set num_units to the keys' "
                f"dimension ({units})?"
            )
        found = linalg.matmul(array.expand_dims(query, 1), self._keys, transpose_b=True)
        scores = array.squeeze(found, [1])
        if self._scale:
            start = constant_initializer(1.0)
            g: Any = get_variable("attention_g", [], query.dtype, initializer=start)
            scores = g * scores
        return scores


def attended(mechanism, cell_output, attention_state, attention_layer):
    """(attention, alignments, next state): what the values give where it looks."""
    alignments, following = mechanism(cell_output, state=attention_state)
    weights = array.expand_dims(alignments, 1)
    seen = array.squeeze(linalg.matmul(weights, mechanism.values), [1])
    if attention_layer is None:
        return seen, alignments, following
    joined = array.concat([cell_output, seen], 1)
    return attention_layer(joined), alignments, following


__all__ = [
    "AttentionMechanism", "BahdanauAttention", "LuongAttention", "attended", "hardmax",
]  # fmt: skip
