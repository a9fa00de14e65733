"""Beam search: the likeliest sentences, several kept at every step; Graves (2012)."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from penstock.api import array, nn, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api import math_reduce as reduce
from penstock.api.math_functions import cast
from penstock.api.nn_embedding import embedding_lookup
from penstock.api.scopes import scope, tensor
from penstock.api.tensor_array import TensorArray
from penstock.core import nest
from penstock.core.dtypes import float32, int32
from penstock.core.shapes import TensorShape
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.v1.contrib_seq2seq.beam_paths import beam_paths, gather_tree
from penstock.v1.contrib_seq2seq.decoder import Decoder

BeamSearchDecoderState = namedtuple(
    "BeamSearchDecoderState",
    "cell_state log_probs finished lengths accumulated_attention_probs",
)
BeamSearchDecoderOutput = namedtuple(
    "BeamSearchDecoderOutput", "scores predicted_ids parent_ids"
)
FinalBeamSearchDecoderOutput = namedtuple(
    "FinalBeamSearchDecoderOutput", "predicted_ids beam_search_decoder_output"
)


def tile_batch(t, multiplier, name=None):
    """Every row of `t` [batch, ...] (nested) `multiplier` times over, in a row."""
    with scope(name, "tile_batch"):
        return nest.map_structure(
            lambda x: x if _passes(x) else array.repeat(tensor(x), multiplier, axis=0),
            t,
        )


class BeamSearchDecoder(Decoder):
    """Keeps the `beam_width` best sentences of every row.

    `initial_state` and an attention's memory must be tiled (`tile_batch`). A score is
    the log probability by ((5 + length) / 6) ** `length_penalty_weight`; Wu et al.
    (2016). Raises ValueError for tokens of other ranks.
    """

    def __init__(
        self, cell, embedding, start_tokens, end_token, initial_state, beam_width,
        output_layer=None, length_penalty_weight=0.0, coverage_penalty_weight=0.0,
        reorder_tensor_arrays=True,
    ):  # fmt: skip
        self._cell: Any = cell
        self._output_layer: Any = output_layer
        self._embed: Any = embedding
        if not callable(embedding):
            self._embed = lambda ids: embedding_lookup(embedding, ids)
        start_tokens = tensor(start_tokens, int32, "start_tokens")
        self._end = tensor(end_token, int32, "end_token")
        if start_tokens.shape.rank != 1:
            raise ValueError("start_tokens must be a vector")
        if self._end.shape.rank != 0:
            raise ValueError("end_token must be a scalar")
        self._width = beam_width
        self._penalty = length_penalty_weight
        self._coverage = coverage_penalty_weight
        self._reorders = reorder_tensor_arrays
        self._batch: Any = start_tokens.shape.as_list()[0] or array.size(start_tokens)
        tiled = array.tile(array.expand_dims(start_tokens, 1), [1, beam_width])
        self._start = self._embed(tiled)
        self._state: Any = nest.map_structure(self._split, initial_state)

    @property
    def batch_size(self):
        return self._batch

    @property
    def beam_width(self):
        return self._width

    @property
    def tracks_own_finished(self) -> bool:
        return True

    @property
    def output_size(self):
        beams = TensorShape([self._width])
        return BeamSearchDecoderOutput(beams, beams, beams)

    @property
    def output_dtype(self):
        return BeamSearchDecoderOutput(float32, int32, int32)

    def initialize(self, name=None):
        """(finished [batch, beam], inputs, state): at first all beams are alike.

        Only the first of them counts, so that the second step has others.
        """
        first = array.one_hot(
            array.zeros([self._batch], int32), self._width, on_value=True,
            off_value=False, dtype="bool",
        )  # fmt: skip
        scores = TABLE["SelectV2"](first, np.float32(0), np.float32(-np.inf))
        seen: Any = ()
        if self._coverage:
            steps = _alignments(self._state).shape[-1]
            seen = array.zeros([self._batch, self._width, steps], float32)
        state = BeamSearchDecoderState(
            cell_state=self._state,
            log_probs=scores,
            finished=TABLE["LogicalNot"](first),
            lengths=array.zeros([self._batch, self._width], int32),
            accumulated_attention_probs=seen,
        )
        return state.finished, self._start, state

    def step(self, time, inputs, state, name=None):
        with scope(name, "BeamSearchDecoderStep"):
            flat = nest.map_structure(self._merge, state.cell_state)
            outputs, after = self._cell(nest.map_structure(self._merge, inputs), flat)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            after = nest.map_structure(self._split, after)
            output, state = self._prolonged(self._split(outputs), after, state)
            following = self._embed(output.predicted_ids)
        return output, state, following, state.finished

    def _prolonged(self, logits: Tensor, cell_state, state):
        """The best prolongations of every row's sentences."""
        words = logits.shape.as_list()[-1] or array.shape(logits)[-1]
        steps = nn.log_softmax(cast(logits, float32))
        # A finished sentence goes on with its end, at no cost, and with nothing else.
        ends = array.one_hot(self._end, words, dtype=float32)
        least = np.float32(np.finfo(np.float32).min)
        stays = TABLE["SelectV2"](TABLE["Greater"](ends, 0.5), np.float32(0), least)
        done = array.expand_dims(state.finished, 2)
        totals = array.expand_dims(state.log_probs, 2) + TABLE["SelectV2"](
            done, stays, steps
        )
        scores, seen = self._scored(totals, ends, cell_state, state)
        flat = array.reshape(scores, [self._batch, self._width * words])
        best, at = nn.top_k(flat, self._width)
        ids, parents = at % words, at // words
        taken = array.reshape(totals, [self._batch, self._width * words])
        was = array.gather(state.finished, parents, batch_dims=1)
        lengths = array.gather(state.lengths, parents, batch_dims=1)
        out = BeamSearchDecoderOutput(best, ids, parents)
        if self._coverage:
            seen = array.gather(seen, parents, batch_dims=1)
        made = BeamSearchDecoderState(
            cell_state=nest.map_structure(
                lambda x: x if _passes(x) else _gathered(x, parents), cell_state
            ),
            log_probs=array.gather(taken, at, batch_dims=1),
            finished=TABLE["LogicalOr"](was, TABLE["Equal"](ids, self._end)),
            lengths=lengths + cast(TABLE["LogicalNot"](was), int32),
            accumulated_attention_probs=seen,
        )
        return nest.map_structure(self._beams, out), made._replace(
            log_probs=self._beams(made.log_probs),
            finished=self._beams(made.finished),
            lengths=self._beams(made.lengths),
        )

    def _scored(self, totals, ends, cell_state, state):
        """(scores [batch, beam, words], attention so far) of every prolongation."""
        seen: Any = state.accumulated_attention_probs
        scores = totals
        if self._penalty:
            running = cast(TABLE["LogicalNot"](state.finished), float32)
            grown = array.expand_dims(running, 2) * (1.0 - ends)
            lengths = array.expand_dims(cast(state.lengths, float32), 2) + grown
            scores = scores / ((5.0 + lengths) / 6.0) ** self._penalty
        if self._coverage:
            looked = _alignments(cell_state)
            running = TABLE["LogicalNot"](array.expand_dims(state.finished, 2))
            seen = TABLE["SelectV2"](running, seen + looked, seen)
            kept = TABLE["Log"](TABLE["Minimum"](seen, np.float32(1)))
            total = reduce.reduce_sum(kept, -1, keepdims=True)
            scores = scores + self._coverage * total
        return scores, seen

    def finalize(self, outputs, final_state, sequence_lengths):
        """Sentences of each beam [time, batch, beam], the best first."""
        longest = reduce.reduce_max(final_state.lengths, 1)
        ids = gather_tree(outputs.predicted_ids, outputs.parent_ids, longest, self._end)
        if self._reorders:
            paths = beam_paths(outputs.parent_ids, longest)
            cell_state = nest.map_structure(
                lambda x: self._reordered(x, paths), final_state.cell_state
            )
            final_state = final_state._replace(cell_state=cell_state)
        return FinalBeamSearchDecoderOutput(ids, outputs), final_state

    def _reordered(self, x, paths):
        """An array of steps, each sentence's own: [time, batch · beam, ...]."""
        if not isinstance(x, TensorArray):
            return x
        whole = x.stack()
        rest = array.shape(whole)[2:]
        sizes = [[-1, self._batch, self._width], rest]
        parted = array.reshape(whole, array.concat(sizes, 0))
        found = array.gather(parted, paths, batch_dims=2)
        return x.unstack(array.reshape(found, array.shape(whole)))

    def _split(self, x):
        """[batch · beam, ...] -> [batch, beam, ...]."""
        if _passes(x):
            return x
        x = tensor(x)
        rest = x.shape.as_list()[1:]
        sizes = [self._batch, self._width, *_known(x, rest)]
        out = array.reshape(x, sizes)
        batch = self._batch if isinstance(self._batch, int) else None
        out.set_shape([batch, self._width, *rest])
        return out

    def _merge(self, x):
        """[batch, beam, ...] -> [batch · beam, ...]."""
        if _passes(x):
            return x
        rest = x.shape.as_list()[2:]
        out = array.reshape(x, [self._batch * self._width, *_known(x, rest, 2)])
        batch = self._batch * self._width if isinstance(self._batch, int) else None
        out.set_shape([batch, *rest])
        return out

    def _beams(self, x: Tensor) -> Tensor:
        """`x` [batch, beam], and known to be."""
        batch = self._batch if isinstance(self._batch, int) else None
        x.set_shape([batch, self._width])
        return x


def _known(x: Tensor, rest: list, skip: int = 1) -> list:
    """The sizes `rest` of `x` from dimension `skip` on, tensors where unknown."""
    if None not in rest:
        return rest
    shape = array.shape(x)
    return [shape[i + skip] if n is None else n for i, n in enumerate(rest)]


def _passes(x) -> bool:
    """Whether `x` has no batch: scalars and arrays of steps."""
    return isinstance(x, TensorArray) or (isinstance(x, Tensor) and x.shape.rank == 0)


def _gathered(x: Tensor, parents: Tensor) -> Tensor:
    out = array.gather(x, parents, batch_dims=1)
    out.set_shape(x.shape)
    return out


def _alignments(cell_state) -> Any:
    """Where an AttentionWrapper looked. Raises ValueError without one."""
    found = getattr(cell_state, "alignments", None)
    if found is None or isinstance(found, tuple):
        raise ValueError(
            "A coverage penalty needs the state of an AttentionWrapper with one "
            f"mechanism, received {type(cell_state).__name__}."
        )
    return found


__all__ = [
    "BeamSearchDecoder", "BeamSearchDecoderOutput", "BeamSearchDecoderState",
    "FinalBeamSearchDecoderOutput", "tile_batch",
]  # fmt: skip
