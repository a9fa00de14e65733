"""Helpers: what a decoder samples from its outputs, and what it reads next."""

from __future__ import annotations

from typing import Any

from penstock.api import array, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api import math_reduce as reduce
from penstock.api.math_arithmetic import maximum, minimum
from penstock.api.math_functions import cast
from penstock.api.nn_embedding import embedding_lookup
from penstock.api.scopes import scope, tensor
from penstock.core import nest
from penstock.core.dtypes import as_dtype, int32
from penstock.core.shapes import TensorShape
from penstock.ir.op import TABLE
from penstock.v1.random import multinomial


class Helper:
    """What `BasicDecoder` asks. Subclasses give the methods of `CustomHelper`."""

    #: No more steps than this are ever made; None where nobody knows.
    longest: Any = None

    @property
    def batch_size(self):
        raise NotImplementedError("A helper must say its batch_size.")

    @property
    def sample_ids_shape(self):
        return TensorShape([])

    @property
    def sample_ids_dtype(self):
        return int32

    def initialize(self, name=None):
        """(finished [batch], inputs of the first step)."""
        raise NotImplementedError("A helper must have initialize.")

    def sample(self, time, outputs, state, name=None):
        """What was chosen from `outputs`, as a rule ids [batch]."""
        raise NotImplementedError("A helper must have sample.")

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        """(finished [batch], inputs of the next step, its state)."""
        raise NotImplementedError("A helper must have next_inputs.")


class CustomHelper(Helper):
    """A helper of three functions."""

    def __init__(
        self, initialize_fn, sample_fn, next_inputs_fn, sample_ids_shape=None,
        sample_ids_dtype=None,
    ):  # fmt: skip
        self._initialize, self._sample = initialize_fn, sample_fn
        self._following = next_inputs_fn
        self._batch_size = None
        self._shape = TensorShape(() if sample_ids_shape is None else sample_ids_shape)
        self._dtype = as_dtype(sample_ids_dtype or int32)

    @property
    def batch_size(self):
        if self._batch_size is None:
            raise ValueError("batch_size accessed before initialize was called")
        return self._batch_size

    @property
    def sample_ids_shape(self):
        return self._shape

    @property
    def sample_ids_dtype(self):
        return self._dtype

    def initialize(self, name=None):
        with scope(name, "CustomHelperInitialize"):
            finished, inputs = self._initialize()
            if self._batch_size is None:
                self._batch_size = array.size(finished)
        return finished, inputs

    def sample(self, time, outputs, state, name=None):
        with scope(name, "CustomHelperSample"):
            return self._sample(time=time, outputs=outputs, state=state)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        with scope(name, "CustomHelperNextInputs"):
            return self._following(
                time=time, outputs=outputs, state=state, sample_ids=sample_ids
            )


class InferenceHelper(CustomHelper):
    """Reads what was sampled, as `next_inputs_fn` makes it, until `end_fn` says so."""

    def __init__(
        self, sample_fn, sample_shape, sample_dtype, start_inputs, end_fn,
        next_inputs_fn=None,
    ):  # fmt: skip
        start = tensor(start_inputs)

        def first():
            return array.fill([array.shape(start)[0]], False), start

        def following(time, outputs, state, sample_ids):
            made = sample_ids if next_inputs_fn is None else next_inputs_fn(sample_ids)
            return end_fn(sample_ids), made, state

        super().__init__(
            first, lambda time, outputs, state: sample_fn(outputs), following,
            sample_shape, sample_dtype,
        )  # fmt: skip


def argmax(outputs):
    """The likeliest id [batch], int32."""
    return cast(reduce.argmax(outputs, -1), int32)


def chosen(condition, yes, no):
    """`yes` where `condition` (a scalar) holds, else `no`, leaf by leaf."""
    return nest.map_structure(lambda a, b: TABLE["SelectV2"](condition, a, b), yes, no)


class TrainingHelper(Helper):
    """Reads the right inputs [batch, time, ...] step by step ("teacher forcing").

    `sequence_length` [batch] tells when a row has finished. Raises ValueError for
    another rank.
    """

    def __init__(self, inputs, sequence_length, time_major=False, name=None):
        with scope(name, "TrainingHelper"):
            inputs = nest.map_structure(tensor, inputs)
            self._inputs: Any = inputs
            if not time_major:
                inputs = nest.map_structure(_time_first, inputs)
            self._steps: Any = inputs
            self._lengths = tensor(sequence_length, name="sequence_length")
            if self._lengths.shape.rank != 1:
                raise ValueError(
                    "Expected sequence_length to be a vector, but received shape: "
                    f"{self._lengths.shape}"
                )
            self._lengths = cast(self._lengths, int32)
            first = nest.flatten(inputs)[0]
            self.longest = first.shape.as_list()[0] or array.shape(first)[0]
            self._blank = nest.map_structure(lambda x: array.zeros_like(x[0]), inputs)

    @property
    def inputs(self):
        return self._inputs

    @property
    def sequence_length(self):
        return self._lengths

    @property
    def batch_size(self):
        return self._lengths.shape.as_list()[0] or array.size(self._lengths)

    def initialize(self, name=None):
        with scope(name, "TrainingHelperInitialize"):
            finished = TABLE["Equal"](self._lengths, 0)
            return finished, self._read(0, finished)

    def sample(self, time, outputs, state, name=None):
        with scope(name, "TrainingHelperSample"):
            return argmax(outputs)

    def next_inputs(self, time, outputs, state, sample_ids=None, name=None):
        with scope(name, "TrainingHelperNextInputs"):
            later = time + 1
            finished = TABLE["GreaterEqual"](later, self._lengths)
            return finished, self._read(later, finished), state

    def _read(self, time, finished):
        """The inputs of step `time`, zeros when all rows have finished."""
        at = maximum(minimum(time, tensor(self.longest, int32) - 1), 0)
        return chosen(
            reduce.reduce_all(finished),
            self._blank,
            nest.map_structure(lambda x: array.gather(x, at), self._steps),
        )


def _time_first(x):
    return array.transpose(x, [1, 0, *range(2, x.shape.rank)])


class GreedyEmbeddingHelper(Helper):
    """Reads the embedding of the likeliest id, from `start_tokens` [batch] on.

    `embedding` is a function of ids or a matrix [ids, depth]. A row finishes with
    `end_token`. Raises ValueError where these are no vector and no scalar.
    """

    def __init__(self, embedding, start_tokens, end_token):
        self._embed: Any = embedding
        if not callable(embedding):
            self._embed = lambda ids: embedding_lookup(embedding, ids)
        self._start_tokens = tensor(start_tokens, int32, "start_tokens")
        self._end_token = tensor(end_token, int32, "end_token")
        if self._start_tokens.shape.rank != 1:
            raise ValueError("start_tokens must be a vector")
        if self._end_token.shape.rank != 0:
            raise ValueError("end_token must be a scalar")
        self._start = self._embed(self._start_tokens)

    @property
    def batch_size(self):
        tokens = self._start_tokens
        return tokens.shape.as_list()[0] or array.size(tokens)

    def initialize(self, name=None):
        return array.fill([self.batch_size], False), self._start

    def sample(self, time, outputs, state, name=None):
        return argmax(outputs)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        finished = TABLE["Equal"](sample_ids, self._end_token)
        return finished, self._embed(sample_ids), state


class SampleEmbeddingHelper(GreedyEmbeddingHelper):
    """As the greedy one, with ids drawn from softmax(outputs / temperature)."""

    def __init__(
        self, embedding, start_tokens, end_token, softmax_temperature=None, seed=None
    ):
        super().__init__(embedding, start_tokens, end_token)
        self._temperature, self._seed = softmax_temperature, seed

    def sample(self, time, outputs, state, name=None):
        if self._temperature is not None:
            outputs = outputs / self._temperature
        return drawn(outputs, self._seed)


def drawn(logits, seed):
    """One id per row [batch], int32, by the rows' probabilities."""
    ids = multinomial(logits, 1, seed=seed, output_dtype=int32)
    return array.reshape(ids, [-1])


__all__ = [
    "CustomHelper", "GreedyEmbeddingHelper", "Helper", "InferenceHelper",
    "SampleEmbeddingHelper", "TrainingHelper",
]  # fmt: skip
