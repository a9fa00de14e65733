"""`tf.nn`'s recurrent networks: a cell run over the steps of a sequence.

`dynamic_rnn` is one loop node, however long the sequence; `static_rnn` writes every
step into the graph.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.api import array, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api import math_reduce as reduce
from penstock.api.control_flow import while_loop
from penstock.api.math_functions import cast
from penstock.api.passing import identity
from penstock.api.scopes import tensor
from penstock.api.tensor_array import TensorArray
from penstock.core import nest
from penstock.core.dtypes import as_dtype, int32
from penstock.core.errors import UnsupportedError
from penstock.core.shapes import TensorShape
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.v1.rnn_cell_base import sizes_joined
from penstock.v1.rnn_steps import all_steps, can_run
from penstock.v1.variable_scope import variable_scope


def _swapped(x: Tensor) -> Tensor:
    """[batch, time, ...] <-> [time, batch, ...]."""
    sizes = None if x.shape.rank is None else x.shape.as_list()
    if sizes is not None and len(sizes) < 2:
        raise ValueError(
            "Expected input tensor to have rank at least 2, but saw shape: "
            f"{x.shape}. Inputs are [batch, time, depth]."
        )
    order = array.concat([[1, 0], reduce.range(2, array.rank(x))], 0)
    out = array.transpose(x, order)
    if sizes is not None:
        out.set_shape([sizes[1], sizes[0], *sizes[2:]])
    return out


def batch_size(flat: list[Tensor]):
    """The batch size of time-major inputs: an int where known, else a tensor."""
    for x in flat:
        if x.shape.rank is not None and x.shape.rank >= 2:
            known = x.shape.as_list()[1]
            if known is not None:
                return known
    return array.shape(flat[0])[1]


def _lengths(sequence_length) -> Any:
    lengths = cast(sequence_length, int32)
    if lengths.shape.rank not in (None, 1):
        raise ValueError(
            "sequence_length must be a vector of length batch_size, but saw shape: "
            f"{lengths.shape}"
        )
    return identity(lengths, name="sequence_length")


def _first_state(cell, batch, dtype, initial_state):
    if initial_state is not None:
        return initial_state
    if dtype is None:
        raise ValueError("If there is no initial_state, you must give a dtype.")
    initial = getattr(cell, "get_initial_state", None)
    if initial is not None:
        return initial(inputs=None, batch_size=batch, dtype=dtype)
    return cell.zero_state(batch, dtype)


def dynamic_rnn(
    cell, inputs, sequence_length=None, initial_state=None, dtype=None,
    parallel_iterations=None, swap_memory=False, time_major=False, scope=None,
):  # fmt: skip
    """(outputs [batch, time, output_size], final state) of `cell` over `inputs`.

    With `sequence_length` [batch] a row's state stays and its outputs are zero from
    there on. `time_major` inputs and outputs are [time, batch, ...]. Raises ValueError
    where the state cannot be made or the last size of the inputs is unknown.
    """
    del swap_memory
    must_be_cell(cell)
    with variable_scope(scope or "rnn"):
        flat = [tensor(x) for x in nest.flatten(inputs)]
        if not time_major:
            flat = [_swapped(x) for x in flat]
        lengths = None
        if sequence_length is not None:
            lengths = _lengths(sequence_length)
        batch = batch_size(flat)
        state = _first_state(cell, batch, dtype, initial_state)
        if lengths is not None:
            if isinstance(batch, int):
                lengths.shape.assert_is_compatible_with([batch])
            lengths = identity(lengths, name="CheckSeqLen")
        inputs = nest.pack(inputs, flat)
        outputs, state = _loop(
            cell, inputs, state, lengths, dtype, parallel_iterations or 32
        )
        if not time_major:
            outputs = nest.map_structure(_swapped, outputs)
        return outputs, state


def must_be_cell(cell) -> None:
    if not callable(cell) or not hasattr(cell, "state_size"):
        raise TypeError(
            f"cell must be an RNNCell (callable, with a state_size), got {cell!r}."
        )


def _loop(cell, inputs, state, lengths, dtype, parallel):
    flat = nest.flatten(inputs)
    steps = array.shape(flat[0])[0]
    batch = batch_size(flat)
    known_steps, known_batch = flat[0].shape.as_list()[:2]
    for x in flat:
        if x.shape.as_list()[2:].count(None):
            raise ValueError(
                "Input size (depth of inputs) must be accessible via shape inference, "
                f"but saw value None in shape {x.shape}."
            )
    if can_run(cell, inputs, state):
        present = _present(steps, lengths)
        whole, last = all_steps(cell, _swapped(inputs), state, present)
        whole = _swapped(whole)
        whole.set_shape([known_steps, known_batch, cell.output_size])
        return whole, nest.pack(state, nest.flatten(last))
    state_dtype = as_dtype(dtype or nest.flatten(state)[0].dtype).base_dtype
    sizes = nest.flatten(cell.output_size)

    def zeros(size):
        shape, _ = sizes_joined(batch, size)
        return array.zeros(shape, _output_dtype(flat, state_dtype, dtype))

    blank = nest.pack(cell.output_size, [zeros(s) for s in sizes])
    longest = steps
    if lengths is not None:
        reduce.reduce_min(lengths)
        longest = reduce.reduce_max(lengths)
    time = tensor(0, int32, name="time")
    kind = _output_dtype(flat, state_dtype, dtype)
    taken = [
        TensorArray(kind, size=steps, element_shape=[known_batch, *output_dims(size)])
        for size in sizes
    ]
    given = [TensorArray(x.dtype, size=steps).unstack(x) for x in flat]
    # TensorFlow stops at the longest sequence; the steps after it change nothing.
    TABLE["Minimum"](steps, TABLE["Maximum"](1, longest))

    def step(time, taken, state):
        read = [ta.read(time) for ta in given]
        for x, whole in zip(read, flat, strict=True):
            x.set_shape(whole.shape.as_list()[1:])
        output, new = cell(nest.pack(inputs, read), state)
        nest.assert_same_structure(state, new, check_types=False)
        if lengths is not None:
            output = _kept(time, lengths, blank, output)
            new = _kept(time, lengths, state, new)
        out = [
            ta.write(time, o) for ta, o in zip(taken, nest.flatten(output), strict=True)
        ]
        return time + 1, out, nest.pack(state, nest.flatten(new))

    _, made, final = while_loop(
        lambda time, *_: time < steps, step, [time, taken, state],
        parallel_iterations=parallel, maximum_iterations=steps,
    )  # fmt: skip
    outputs = []
    for ta, size in zip(made, sizes, strict=True):
        whole = ta.stack()
        whole.set_shape([known_steps, known_batch, *output_dims(size)])
        outputs.append(whole)
    return nest.pack(cell.output_size, outputs), final


def _present(steps, lengths):
    """Which steps of each row count: [batch, time], None where all do."""
    if lengths is None:
        return None
    return TABLE["Less"](reduce.range(steps), array.expand_dims(lengths, 1))


def _output_dtype(flat, state_dtype, dtype):
    return state_dtype if dtype is not None else flat[0].dtype.base_dtype


def output_dims(size) -> list:
    return TensorShape([size] if isinstance(size, int) else size).as_list()


def _kept(time, lengths, before, after):
    """`after` in rows that go on at `time`, `before` in those that ended."""
    return unless(lambda: TABLE["GreaterEqual"](time, lengths), before, after)


def unless(ended: Callable[[], Tensor], before, after):
    """`before` in the rows that `ended` (asked for each tensor), else `after`."""

    def one(old, new):
        if isinstance(new, TensorArray) or new.shape.rank == 0:
            return new
        chosen = TABLE["Select"](ended(), old, new)
        chosen.set_shape(new.shape)
        return chosen

    pairs = zip(nest.flatten(before), nest.flatten(after), strict=True)
    return nest.pack(before, [one(a, b) for a, b in pairs])


def static_rnn(
    cell, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None
):
    """(list of outputs, final state) of `cell` over a list of inputs [batch, n].

    Raises TypeError where `inputs` is no list, ValueError where it is empty.
    """
    must_be_cell(cell)
    if not nest.is_nested(inputs):
        raise TypeError("inputs must be a sequence (a list of [batch, n] tensors).")
    if not inputs:
        raise ValueError("inputs must not be empty.")
    with variable_scope(scope or "rnn") as entered:
        inputs = [nest.map_structure(tensor, x) for x in inputs]
        first = nest.flatten(inputs[0])[0]
        known = None if first.shape.rank is None else first.shape.as_list()[0]
        batch = known if known is not None else array.shape(first)[0]
        state = _first_state(cell, batch, dtype, initial_state)
        blank = lengths = None
        if sequence_length is not None:
            lengths = identity(cast(sequence_length, int32), name="sequence_length")
        outputs = []
        for time, x in enumerate(inputs):
            if time > 0:
                entered.reuse_variables()
            output, new = cell(x, state)
            if lengths is not None:
                blank = nest.map_structure(array.zeros_like, output)
                output = _kept(tensor(time, int32), lengths, blank, output)
                new = _kept(tensor(time, int32), lengths, state, new)
            state = new
            outputs.append(output)
        return outputs, state


rnn = static_rnn


def _reversed(x, lengths, time_axis: int, batch_axis: int):
    def one(t):
        if lengths is None:
            return array.reverse(t, [time_axis])
        return TABLE["ReverseSequence"](
            t, lengths, seq_dim=time_axis, batch_dim=batch_axis
        )

    return nest.map_structure(one, x)


def bidirectional_dynamic_rnn(
    cell_fw, cell_bw, inputs, sequence_length=None, initial_state_fw=None,
    initial_state_bw=None, dtype=None, parallel_iterations=None, swap_memory=False,
    time_major=False, scope=None,
):  # fmt: skip
    """((outputs forward, outputs backward), (state forward, state backward)).

    Schuster and Paliwal (1997).
    """
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as fw_scope:
            output_fw, state_fw = dynamic_rnn(
                cell_fw, inputs, sequence_length, initial_state_fw, dtype,
                parallel_iterations, swap_memory, time_major, fw_scope,
            )  # fmt: skip
        time_axis, batch_axis = (0, 1) if time_major else (1, 0)
        with variable_scope("bw") as bw_scope:
            turned = _reversed(
                nest.map_structure(tensor, inputs), sequence_length, time_axis,
                batch_axis,
            )  # fmt: skip
            output, state_bw = dynamic_rnn(
                cell_bw, turned, sequence_length, initial_state_bw, dtype,
                parallel_iterations, swap_memory, time_major, bw_scope,
            )  # fmt: skip
        output_bw = _reversed(output, sequence_length, time_axis, batch_axis)
    return (output_fw, output_bw), (state_fw, state_bw)


def static_bidirectional_rnn(
    cell_fw, cell_bw, inputs, initial_state_fw=None, initial_state_bw=None,
    dtype=None, sequence_length=None, scope=None,
):  # fmt: skip
    """(list of both outputs joined, state forward, state backward)."""
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as fw_scope:
            output_fw, state_fw = static_rnn(
                cell_fw, inputs, initial_state_fw, dtype, sequence_length, fw_scope
            )
        with variable_scope("bw") as bw_scope:
            turned = _turned(inputs, sequence_length)
            output, state_bw = static_rnn(
                cell_bw, turned, initial_state_bw, dtype, sequence_length, bw_scope
            )
        output_bw = _turned(output, sequence_length)
    pairs = zip(output_fw, output_bw, strict=True)
    joined = [array.concat([a, b], 1) for a, b in pairs]
    return joined, state_fw, state_bw


def _turned(items: list, lengths) -> list:
    """The list in reverse, each row only up to its length."""
    if lengths is None:
        return list(reversed(items))
    whole = TABLE["ReverseSequence"](
        array.stack(items), cast(lengths, "int64"), seq_dim=0, batch_dim=1
    )
    out = array.unstack(whole, len(items))
    for a, b in zip(out, items, strict=True):
        a.set_shape(b.shape)
    return out


def static_state_saving_rnn(
    cell, inputs, state_saver, state_name, sequence_length=None, scope=None
):
    """Refused: state savers belong to input queues of old."""
    raise UnsupportedError("tf.nn.static_state_saving_rnn is not in Penstock.")


__all__ = [
    "bidirectional_dynamic_rnn", "dynamic_rnn", "rnn",
    "static_bidirectional_rnn", "static_rnn", "static_state_saving_rnn",
]  # fmt: skip
