"""`AttentionWrapper`: a cell that looks back at a memory at every step."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from penstock.api import array, debugging
from penstock.api.passing import identity
from penstock.api.scopes import scope, tensor
from penstock.api.tensor_array import TensorArray
from penstock.core import nest
from penstock.core.dtypes import int32
from penstock.core.shapes import TensorShape
from penstock.ir import context
from penstock.ir.tensor import Tensor
from penstock.v1.contrib_seq2seq.attention import attended
from penstock.v1.layers.core import Dense
from penstock.v1.rnn_cell_base import RNNCell

_PARTS = "cell_state attention time alignments alignment_history attention_state"


class AttentionWrapperState(namedtuple("AttentionWrapperState", _PARTS)):
    """The state of the cell, the last attention, and where it looked."""

    __slots__ = ()

    def clone(self, **kwargs) -> AttentionWrapperState:
        """A copy with some parts replaced. Raises ValueError for other shapes."""

        def fitting(old, new):
            if isinstance(old, Tensor) and isinstance(new, Tensor):
                new.shape.assert_is_compatible_with(old.shape)
            return new

        for key, new in kwargs.items():
            nest.assert_same_structure(getattr(self, key), new, check_types=False)
            nest.map_structure(fitting, getattr(self, key), new)
        return self._replace(**kwargs)


class AttentionWrapper(RNNCell):
    """`cell`, given its inputs joined with the last attention, then asked to look.

    `attention_mechanism`, `attention_layer_size` and `attention_layer` are each one or
    a list. Without a layer, attention is the context vector itself. Raises ValueError
    for lists of unequal lengths, TypeError for a cell that is none.
    """

    def __init__(
        self, cell, attention_mechanism, attention_layer_size=None,
        alignment_history=False, cell_input_fn=None, output_attention=True,
        initial_cell_state=None, name=None, attention_layer=None, attention_fn=None,
    ):  # fmt: skip
        super().__init__(name=name)
        if not callable(cell):
            raise TypeError(f"The parameter cell must be a RNNCell, received {cell!r}.")
        self._single = not isinstance(attention_mechanism, list | tuple)
        self._mechanisms = _listed(attention_mechanism)
        self._cell: Any = cell
        self._keeps_history = alignment_history
        self._output_attention = output_attention
        self._join = cell_input_fn or _joined
        self._attend = attention_fn or attended
        self._layers = self._made_layers(attention_layer_size, attention_layer)
        self._attention_size = self._size_of_attention()
        self._initial: Any = None
        if initial_cell_state is not None:
            self._initial = nest.map_structure(tensor, initial_cell_state)

    def _made_layers(self, sizes, layers) -> list:
        count = len(self._mechanisms)
        if sizes is not None and layers is not None:
            raise ValueError(
                "Only one of attention_layer_size and attention_layer should be set"
            )
        given = _listed(sizes if layers is None else layers)
        if given == [None]:
            return [None] * count
        if len(given) != count:
            raise ValueError(
                "If provided, attention_layer_size and attention_layer must contain "
                f"exactly one integer or layer per attention_mechanism, saw: "
                f"{len(given)} vs {count}"
            )
        if layers is not None:
            return given
        return [
            Dense(size, use_bias=False, name="attention_layer", dtype=m.values.dtype)
            for size, m in zip(given, self._mechanisms, strict=True)
        ]

    def _size_of_attention(self) -> int:
        size = 0
        for layer, mechanism in zip(self._layers, self._mechanisms, strict=True):
            depth = mechanism.values.shape.as_list()[-1]
            if layer is not None:
                whole = TensorShape([None, self._cell.output_size + depth])
                depth = layer.compute_output_shape(whole).as_list()[-1]
            size += depth
        return size

    @property
    def output_size(self):
        return (
            self._attention_size if self._output_attention else self._cell.output_size
        )

    @property
    def state_size(self):
        return AttentionWrapperState(
            cell_state=self._cell.state_size,
            time=TensorShape([]),
            attention=self._attention_size,
            alignments=self._each([m.alignments_size for m in self._mechanisms]),
            attention_state=self._each([m.state_size for m in self._mechanisms]),
            alignment_history=self._each([() for _ in self._mechanisms]),
        )

    def _each(self, items: list):
        """One item for one mechanism, a tuple for several."""
        return items[0] if self._single else tuple(items)

    def zero_state(self, batch_size, dtype) -> AttentionWrapperState:
        """The state before the first step.

        InvalidArgumentError at run time where the memory has another batch size: a
        beam search needs its memory tiled (`tile_batch`).
        """
        with scope(None, type(self).__name__ + "ZeroState"):
            batch_size = self._checked(batch_size)
            start = self._initial
            if start is None:
                start = self._cell.zero_state(batch_size, dtype)
            start = nest.map_structure(identity, start)
            aligned = [
                m.initial_alignments(batch_size, dtype) for m in self._mechanisms
            ]
            history = [
                TensorArray(dtype, size=0, dynamic_size=True, element_shape=a.shape)
                if self._keeps_history
                else ()
                for a in aligned
            ]
            return AttentionWrapperState(
                cell_state=start,
                time=array.zeros([], int32),
                attention=array.zeros([batch_size, self._attention_size], dtype),
                alignments=self._each(aligned),
                attention_state=self._each(
                    [m.initial_state(batch_size, dtype) for m in self._mechanisms]
                ),
                alignment_history=self._each(history),
            )

    def _checked(self, batch_size):
        """`batch_size`, which every mechanism must share."""
        batch_size = tensor(batch_size, int32)
        checks = [
            debugging.assert_equal(
                batch_size, tensor(m.batch_size, int32),
                message="Non-matching batch sizes between the memory (encoder output) "
                "and the requested batch size. Are you using the BeamSearchDecoder? "
                "Then tile the encoder output with tf.contrib.seq2seq.tile_batch.",
            )
            for m in self._mechanisms
        ]  # fmt: skip
        with context.landing().control_dependencies(
            [c for c in checks if c is not None]
        ):
            return identity(batch_size)

    def call(self, inputs, state):
        """(attention or cell output, next state)."""
        if not isinstance(state, AttentionWrapperState):
            raise TypeError(
                "Expected state to be instance of AttentionWrapperState. Received "
                f"type {type(state)} instead."
            )
        joined = self._join(inputs, state.attention)
        output, after = self._cell(joined, state.cell_state)
        befores = _listed(state.attention_state)
        histories = (
            [state.alignment_history] if self._single else list(state.alignment_history)
        )
        found = [
            self._attend(mechanism, output, before, layer)
            for mechanism, before, layer in zip(
                self._mechanisms, befores, self._layers, strict=True
            )
        ]
        attention = array.concat([attention for attention, _, _ in found], 1)
        if self._keeps_history:
            histories = [
                history.write(state.time, alignments)
                for history, (_, alignments, _) in zip(histories, found, strict=True)
            ]
        following = AttentionWrapperState(
            time=state.time + 1,
            cell_state=after,
            attention=attention,
            attention_state=self._each([next_ for _, _, next_ in found]),
            alignments=self._each([alignments for _, alignments, _ in found]),
            alignment_history=self._each(histories),
        )
        return (attention if self._output_attention else output), following


def _listed(value) -> list:
    return list(value) if isinstance(value, list | tuple) else [value]


def _joined(inputs, attention):
    return array.concat([inputs, attention], -1)


__all__ = ["AttentionWrapper", "AttentionWrapperState"]
