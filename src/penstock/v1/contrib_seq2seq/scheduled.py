"""Training on what the decoder itself chose, now and then; Bengio et al. (2015)."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array
from penstock.api import math_reduce as reduce
from penstock.api.nn_embedding import embedding_lookup
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import bool as bool_
from penstock.core.dtypes import int32
from penstock.core.shapes import TensorShape
from penstock.ir.op import TABLE
from penstock.v1.contrib_seq2seq.helpers import TrainingHelper, chosen, drawn
from penstock.v1.random import random_uniform

#: The sample of a row that reads its right input.
_NOT_SAMPLED = np.int32(-1)


class _Scheduled(TrainingHelper):
    """A TrainingHelper whose rows read something else with `sampling_probability`."""

    def __init__(self, inputs, sequence_length, probability, time_major, seed, name):
        self._probability = tensor(probability, name="sampling_probability")
        if self._probability.shape.rank not in (0, 1):
            raise ValueError(
                "sampling_probability must be either a scalar or a vector. "
                f"saw shape: {self._probability.shape}"
            )
        self._coin_seed = seed
        super().__init__(inputs, sequence_length, time_major, name)

    def _coins(self):
        """True [batch] for the rows that read what was sampled."""
        kind = self._probability.dtype
        draws = random_uniform([self.batch_size], dtype=kind, seed=self._coin_seed)
        return TABLE["Less"](draws, self._probability)

    def _mixed(self, time, outputs, sampled, made, state):
        finished, right, state = super().next_inputs(time, outputs, state)
        rows = array.expand_dims(sampled, -1)
        mixed = TABLE["SelectV2"](rows, made, right)
        return finished, chosen(reduce.reduce_all(finished), right, mixed), state


class ScheduledEmbeddingTrainingHelper(_Scheduled):
    """Reads the embedding of an id drawn from the outputs, now and then.

    Sample ids are -1 where the right input was read.
    """

    def __init__(
        self, inputs, sequence_length, embedding, sampling_probability,
        time_major=False, seed=None, scheduling_seed=None, name=None,
    ):  # fmt: skip
        with scope(name, "ScheduledEmbeddingSamplingWrapper"):
            self._embed: Any = embedding
            if not callable(embedding):
                self._embed = lambda ids: embedding_lookup(embedding, ids)
            self._seed = seed
            super().__init__(
                inputs, sequence_length, sampling_probability, time_major,
                scheduling_seed, name,
            )  # fmt: skip

    def sample(self, time, outputs, state, name=None):
        with scope(name, "ScheduledEmbeddingTrainingHelperSample"):
            ids = drawn(outputs, self._seed)
            return TABLE["SelectV2"](self._coins(), ids, _NOT_SAMPLED)

    def next_inputs(self, time, outputs, state, sample_ids=None, name=None):
        with scope(name, "ScheduledEmbeddingTrainingHelperNextInputs"):
            ids = tensor(sample_ids)
            sampled = TABLE["Greater"](ids, _NOT_SAMPLED)
            known = TABLE["Maximum"](ids, np.int32(0))
            return self._mixed(time, outputs, sampled, self._embed(known), state)


class ScheduledOutputTrainingHelper(_Scheduled):
    """Reads the outputs themselves, now and then.

    `next_inputs_fn` makes inputs of them, `auxiliary_inputs` [batch, time, n] are
    joined to them. Sample ids are booleans: which rows do.
    """

    def __init__(
        self, inputs, sequence_length, sampling_probability, time_major=False,
        seed=None, next_inputs_fn=None, auxiliary_inputs=None, name=None,
    ):  # fmt: skip
        self._make = next_inputs_fn
        self._more: Any = None
        inputs = tensor(inputs)
        if auxiliary_inputs is not None:
            self._more = tensor(auxiliary_inputs)
            inputs = array.concat([inputs, self._more], -1)
            if not time_major:
                self._more = array.transpose(self._more, [1, 0, 2])
        super().__init__(
            inputs, sequence_length, sampling_probability, time_major, seed, name
        )

    @property
    def sample_ids_shape(self):
        return TensorShape([])

    @property
    def sample_ids_dtype(self):
        return bool_

    def sample(self, time, outputs, state, name=None):
        with scope(name, "ScheduledOutputTrainingHelperSample"):
            return self._coins()

    def next_inputs(self, time, outputs, state, sample_ids=None, name=None):
        with scope(name, "ScheduledOutputTrainingHelperNextInputs"):
            made = outputs if self._make is None else self._make(outputs)
            if self._more is not None:
                last = tensor(self.longest, int32) - 1
                at = TABLE["Minimum"](time + 1, last)
                made = array.concat([made, array.gather(self._more, at)], -1)
            return self._mixed(time, outputs, tensor(sample_ids), made, state)


__all__ = ["ScheduledEmbeddingTrainingHelper", "ScheduledOutputTrainingHelper"]
