"""Attention that only moves forward; Raffel et al. (2017)."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from penstock.api import array, random
from penstock.api import math_arithmetic as a
from penstock.api import math_functions as m
from penstock.api import math_reduce as reduce
from penstock.api.clip import clip_by_value
from penstock.api.scopes import tensor
from penstock.core.dtypes import float32
from penstock.v1.contrib_seq2seq.attention import BahdanauAttention, LuongAttention
from penstock.v1.initializers import constant_initializer
from penstock.v1.variable_scope import get_variable, variable_scope


def safe_cumprod(x, *args, **kwargs):
    """The running product by way of logarithms: no gradient becomes infinite."""
    x = tensor(x)
    tiny = np.finfo(x.dtype.np).tiny
    return m.exp(reduce.cumsum(m.log(clip_by_value(x, tiny, 1.0)), *args, **kwargs))


def monotonic_attention(p_choose_i, previous_attention, mode):
    """Where attention stands [batch, steps] after it stood at `previous_attention`.

    `p_choose_i`: the probability to stay at each step. `mode`: "recursive",
    "parallel" (fast, less exact) or "hard" (p of 0 and 1, previous one-hot).
    """
    p, before = tensor(p_choose_i), tensor(previous_attention)
    if mode == "hard":
        # Only from the last place on; the first step that is chosen.
        p = p * reduce.cumsum(before, axis=1)
        return p * reduce.cumprod(1 - p, axis=1, exclusive=True)
    if mode == "parallel":
        passed = safe_cumprod(1 - p, axis=1, exclusive=True)
        whole = reduce.cumsum(before / clip_by_value(passed, 1e-10, 1.0), axis=1)
        return p * passed * whole
    if mode == "recursive":
        shifted = array.concat([array.ones_like(p[:, :1]), 1 - p[:, :-1]], 1)
        from penstock.api.loops import scan

        rows = scan(
            lambda last, x: array.reshape(x[0] * last + x[1], array.shape(x[1])),
            (array.transpose(shifted), array.transpose(before)),
            array.zeros([array.shape(p)[0]], p.dtype),
        )
        return p * array.transpose(rows)
    raise ValueError("mode must be 'recursive', 'parallel', or 'hard'.")


def _probability(score, previous, sigmoid_noise, mode, seed=None):
    """The probability to stay, by `score` and noise that makes it nearly 0 or 1."""
    if sigmoid_noise > 0:
        noise = random.random_normal(array.shape(score), dtype=score.dtype, seed=seed)
        score = score + sigmoid_noise * noise
    if mode == "hard":
        p = m.cast(a.greater(score, 0.0), score.dtype)
    else:
        p = m.sigmoid(score)
    return monotonic_attention(p, previous, mode)


class _Monotonic:
    """Beside an attention: it starts at the first step and only goes on."""

    def _set(self, noise, seed, bias, mode) -> None:
        self._bias: Any = bias
        self._choose: Any = functools.partial(
            _probability, sigmoid_noise=noise, mode=mode, seed=seed
        )

    def initial_alignments(self, batch_size, dtype):
        steps: Any = self.alignments_size  # type: ignore[attr-defined]
        first = array.zeros([batch_size], "int32")
        return array.one_hot(first, steps, dtype=dtype)

    def _aligned(self, scores, state):
        with variable_scope(None, "monotonic"):
            bias: Any = get_variable(
                "attention_score_bias", [], dtype=scores.dtype,
                initializer=constant_initializer(self._bias),
            )  # fmt: skip
        return self._choose(scores + bias, state)


class BahdanauMonotonicAttention(_Monotonic, BahdanauAttention):
    """Additive scores, monotonic places."""

    def __init__(
        self, num_units, memory, memory_sequence_length=None, normalize=False,
        score_mask_value=None, sigmoid_noise=0.0, sigmoid_noise_seed=None,
        score_bias_init=0.0, mode="parallel", dtype=None,
        name="BahdanauMonotonicAttention",
    ):  # fmt: skip
        self._set(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode)
        super().__init__(
            num_units, memory, memory_sequence_length, normalize, None,
            score_mask_value, dtype or float32, None, name,
        )  # fmt: skip


class LuongMonotonicAttention(_Monotonic, LuongAttention):
    """Products as scores, monotonic places."""

    def __init__(
        self, num_units, memory, memory_sequence_length=None, scale=False,
        score_mask_value=None, sigmoid_noise=0.0, sigmoid_noise_seed=None,
        score_bias_init=0.0, mode="parallel", dtype=None,
        name="LuongMonotonicAttention",
    ):  # fmt: skip
        self._set(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode)
        super().__init__(
            num_units, memory, memory_sequence_length, scale, None, score_mask_value,
            dtype or float32, None, name,
        )  # fmt: skip


__all__ = [
    "BahdanauMonotonicAttention", "LuongMonotonicAttention", "monotonic_attention",
    "safe_cumprod",
]  # fmt: skip
