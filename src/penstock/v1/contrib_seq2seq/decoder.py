"""Decoders, and the loop that runs one until every row has finished."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from penstock.api import array, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api import math_reduce as reduce
from penstock.api.control_flow import while_loop
from penstock.api.scopes import scope as name_scope
from penstock.api.scopes import tensor
from penstock.api.tensor_array import TensorArray
from penstock.core import nest
from penstock.core.dtypes import int32
from penstock.core.shapes import TensorShape
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.v1.variable_scope import variable_scope

BasicDecoderOutput = namedtuple("BasicDecoderOutput", "rnn_output sample_id")


class Decoder:
    """What `dynamic_decode` asks; see `BasicDecoder`."""

    #: No more steps than this are ever made; None where nobody knows.
    longest: Any = None

    @property
    def batch_size(self):
        raise NotImplementedError("A decoder must say its batch_size.")

    @property
    def output_size(self):
        """The shape of one step's outputs, without the batch, nested as they are."""
        raise NotImplementedError("A decoder must say its output_size.")

    @property
    def output_dtype(self):
        raise NotImplementedError("A decoder must say its output_dtype.")

    def initialize(self, name=None):
        """(finished [batch], first inputs, first state)."""
        raise NotImplementedError("A decoder must have initialize.")

    def step(self, time, inputs, state, name=None):
        """(outputs, next state, next inputs, finished)."""
        raise NotImplementedError("A decoder must have step.")

    def finalize(self, outputs, final_state, sequence_lengths):
        """(outputs [time, batch, ...], state) as they are returned."""
        raise NotImplementedError("This decoder has no finalize.")

    @property
    def tracks_own_finished(self) -> bool:
        """Whether a row that finished may become unfinished, as beams do."""
        return False


class BasicDecoder(Decoder):
    """A cell, and a helper that samples from its outputs and says what it reads next.

    `output_layer` stands between both. Raises TypeError for a cell or helper that is
    none.
    """

    def __init__(self, cell, helper, initial_state, output_layer=None):
        if not callable(cell):
            raise TypeError(f"The parameter cell must be a RNNCell, received {cell!r}.")
        if not hasattr(helper, "next_inputs"):
            raise TypeError(f"helper must be a Helper, received: {type(helper)}")
        if output_layer is not None and not hasattr(output_layer, "call"):
            raise TypeError(f"output_layer must be a Layer, received: {output_layer!r}")
        self._cell: Any = cell
        self._helper: Any = helper
        self._start: Any = initial_state
        self._output_layer: Any = output_layer
        self.longest = getattr(helper, "longest", None)

    @property
    def batch_size(self):
        return self._helper.batch_size

    @property
    def output_size(self):
        size = self._cell.output_size
        if self._output_layer is not None:
            whole = TensorShape([None]).concatenate(TensorShape(_sizes(size)))
            size = self._output_layer.compute_output_shape(whole)[1:]
        return BasicDecoderOutput(
            rnn_output=size, sample_id=self._helper.sample_ids_shape
        )

    @property
    def output_dtype(self):
        kind = nest.flatten(self._start)[0].dtype.base_dtype
        return BasicDecoderOutput(kind, self._helper.sample_ids_dtype)

    def initialize(self, name=None):
        return (*self._helper.initialize(), self._start)

    def step(self, time, inputs, state, name=None):
        with name_scope(name, "BasicDecoderStep"):
            outputs, after = self._cell(inputs, state)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            ids = self._helper.sample(time=time, outputs=outputs, state=after)
            finished, following, after = self._helper.next_inputs(
                time=time, outputs=outputs, state=after, sample_ids=ids
            )
        return BasicDecoderOutput(outputs, ids), after, following, finished


def dynamic_decode(
    decoder, output_time_major=False, impute_finished=False, maximum_iterations=None,
    parallel_iterations=32, swap_memory=False, scope=None,
):  # fmt: skip
    """(outputs [batch, time, ...], final state, lengths [batch]) of `decoder`.

    Runs until all rows have finished, or for `maximum_iterations` steps. With
    `impute_finished` a row that finished keeps its state and emits zeros. Raises
    TypeError for no decoder, ValueError for a limit that is no scalar.
    """
    del swap_memory
    if not hasattr(decoder, "step") or not hasattr(decoder, "initialize"):
        raise TypeError(
            f"Expected decoder to be type Decoder, but saw: {type(decoder)}"
        )
    with variable_scope(scope, "decoder"):
        limit = None
        if maximum_iterations is not None:
            limit = tensor(maximum_iterations, int32, name="maximum_iterations")
            if limit.shape.rank != 0:
                raise ValueError("maximum_iterations must be a scalar")
        loop = _Decoding(decoder, impute_finished, limit)
        made = while_loop(
            lambda time, finished, *_: TABLE["LogicalNot"](reduce.reduce_all(finished)),
            loop.step,
            loop.start(),
            parallel_iterations=parallel_iterations,
        )
        time, _, _, taken, state, lengths = made
        outputs = nest.pack(decoder.output_dtype, [loop.whole(a, time) for a in taken])
        try:
            outputs, state = decoder.finalize(outputs, state, lengths)
        except NotImplementedError:
            pass
        if not output_time_major:
            outputs = nest.map_structure(_batch_first, outputs)
        return outputs, state, lengths


class _Decoding:
    """One loop over a decoder's steps: what it starts from, and one round."""

    def __init__(self, decoder, imputes: bool, limit):
        self.decoder, self.imputes, self.limit = decoder, imputes, limit
        # With a bound on the steps the loop fills arrays of that size and is compiled;
        # without one they grow, which only the host can do.
        self.bound = limit if limit is not None else getattr(decoder, "longest", None)

    def start(self) -> list:
        finished, inputs, state = self.decoder.initialize()
        if self.limit is not None:
            finished = TABLE["LogicalOr"](finished, TABLE["LessEqual"](self.limit, 0))
        lengths = array.zeros_like(finished, dtype=int32)
        batch = _static_size(self.decoder.batch_size)
        sizes = nest.flatten_up_to(self.decoder.output_dtype, self.decoder.output_size)
        kinds = nest.flatten(self.decoder.output_dtype)
        self.blanks, taken = [], []
        grows, room = self.bound is None, 0 if self.bound is None else self.bound
        for size, kind in zip(sizes, kinds, strict=True):
            dims = _sizes(size)
            self.blanks.append(array.zeros([self.decoder.batch_size, *dims], kind))
            shape = [batch, *dims]
            taken.append(
                TensorArray(kind, room, dynamic_size=grows, element_shape=shape)
            )
        return [tensor(0, int32, "time"), finished, inputs, taken, state, lengths]

    def step(self, time, finished, inputs, taken, state, lengths):
        outputs, after, following, ends = self.decoder.step(time, inputs, state)
        own = self.decoder.tracks_own_finished
        over = ends if own else TABLE["LogicalOr"](ends, finished)
        later = time + 1
        # The rows that were still running have one step more.
        lengths = TABLE["SelectV2"](finished, lengths, later)
        if self.limit is not None:
            stop = TABLE["GreaterEqual"](later, self.limit)
            over = TABLE["LogicalOr"](over, stop)
        nest.assert_same_structure(state, after, check_types=False)
        emitted = nest.flatten(outputs)
        if self.imputes:
            pairs = zip(self.blanks, emitted, strict=True)
            emitted = [_kept(finished, blank, new) for blank, new in pairs]
            after = nest.map_structure(
                lambda old, new: _kept(finished, old, new), state, after
            )
        pairs = zip(taken, emitted, strict=True)
        taken = [array_.write(time, new) for array_, new in pairs]
        return later, over, following, taken, after, lengths

    def whole(self, taken: TensorArray, time: Tensor) -> Tensor:
        """What was written, [time, batch, ...]."""
        stacked = taken.stack()
        if self.bound is None:
            return stacked
        return stacked[:time]


def _kept(finished, old, new):
    """`old` in the rows that have finished, else `new`."""
    if isinstance(new, TensorArray) or new.shape.rank == 0:
        return new
    rows = finished
    for _ in range(new.shape.rank - finished.shape.rank):
        rows = array.expand_dims(rows, -1)
    chosen = TABLE["SelectV2"](rows, old, new)
    chosen.set_shape(new.shape)
    return chosen


def _batch_first(x):
    if not isinstance(x, Tensor) or x.shape.rank is None or x.shape.rank < 2:
        return x
    return array.transpose(x, [1, 0, *range(2, x.shape.rank)])


def _sizes(size) -> list:
    """A shape, or one size, as a list."""
    if isinstance(size, int):
        return [size]
    return list(TensorShape(size).as_list())


def _static_size(size):
    return size if isinstance(size, int) else None


__all__ = ["BasicDecoder", "BasicDecoderOutput", "Decoder", "dynamic_decode"]
