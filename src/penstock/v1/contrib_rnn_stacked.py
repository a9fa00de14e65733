"""`tf.contrib.rnn`: bidirectional layers upon each other."""

from __future__ import annotations

from typing import Any

from penstock.api import array
from penstock.v1.rnn import bidirectional_dynamic_rnn, static_bidirectional_rnn
from penstock.v1.variable_scope import variable_scope


def _check(cells_fw, cells_bw) -> None:
    for name, cells in (("cells_fw", cells_fw), ("cells_bw", cells_bw)):
        if not isinstance(cells, list) or not cells:
            raise ValueError(f"{name} must be a list of at least one cell.")
    if len(cells_fw) != len(cells_bw):
        raise ValueError("Forward and Backward cells must have the same depth.")


def _start(states, at):
    return states[at] if states else None


def stack_bidirectional_dynamic_rnn(
    cells_fw, cells_bw, inputs, initial_states_fw=None, initial_states_bw=None,
    dtype=None, sequence_length=None, parallel_iterations=None, time_major=False,
    scope=None, swap_memory=False,
):  # fmt: skip
    """(outputs [batch, time, both], last states forward, backward) of all layers."""
    _check(cells_fw, cells_bw)
    forward, backward = [], []
    layer: Any = inputs
    with variable_scope(scope or "stack_bidirectional_rnn"):
        for at, (fw, bw) in enumerate(zip(cells_fw, cells_bw, strict=True)):
            with variable_scope(f"cell_{at}"):
                outputs, states = bidirectional_dynamic_rnn(
                    fw, bw, layer, initial_state_fw=_start(initial_states_fw, at),
                    initial_state_bw=_start(initial_states_bw, at),
                    sequence_length=sequence_length, dtype=dtype,
                    time_major=time_major,
                )  # fmt: skip
                layer = array.concat(outputs, 2)
            forward.append(states[0])
            backward.append(states[1])
    return layer, tuple(forward), tuple(backward)


def stack_bidirectional_rnn(
    cells_fw, cells_bw, inputs, initial_states_fw=None, initial_states_bw=None,
    dtype=None, sequence_length=None, scope=None,
):  # fmt: skip
    """The same of a list of steps [batch, n]."""
    _check(cells_fw, cells_bw)
    forward, backward = [], []
    layer = inputs
    with variable_scope(scope or "stack_bidirectional_rnn"):
        for at, (fw, bw) in enumerate(zip(cells_fw, cells_bw, strict=True)):
            with variable_scope(f"cell_{at}"):
                layer, state_fw, state_bw = static_bidirectional_rnn(
                    fw, bw, layer, _start(initial_states_fw, at),
                    _start(initial_states_bw, at), dtype, sequence_length,
                )  # fmt: skip
            forward.append(state_fw)
            backward.append(state_bw)
    return layer, tuple(forward), tuple(backward)


__all__ = ["stack_bidirectional_dynamic_rnn", "stack_bidirectional_rnn"]
