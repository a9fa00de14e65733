"""From the words and parents of every step of a beam search to whole sentences."""

from __future__ import annotations

from penstock.api import array, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api import math_reduce as reduce
from penstock.api.control_flow import while_loop
from penstock.api.math_functions import cast
from penstock.api.scopes import scope, tensor
from penstock.api.tensor_array import TensorArray
from penstock.core.dtypes import int32
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


def gather_tree(
    step_ids, parent_ids, max_sequence_lengths, end_token, name=None
) -> Tensor:
    """The sentences [time, batch, beam] that end in each beam.

    `step_ids` and `parent_ids` [time, batch, beam] say what each beam took at a step,
    and which beam of the step before it prolongs. What follows the first `end_token`,
    or lies beyond `max_sequence_lengths` [batch], is `end_token`.
    """
    with scope(name, "GatherTree"):
        ids = tensor(step_ids, int32)
        end = tensor(end_token, int32)
        found = _walked(ids, tensor(parent_ids, int32), max_sequence_lengths)
        steps = array.shape(ids)[0]
        lengths = tensor(max_sequence_lengths, int32)
        inside = array.transpose(array.sequence_mask(lengths, steps))
        found = TABLE["SelectV2"](array.expand_dims(inside, 2), found, end)
        ended = cast(TABLE["Equal"](found, end), int32)
        before = TABLE["Cumsum"](ended, 0, exclusive=True)
        out = TABLE["SelectV2"](TABLE["Greater"](before, 0), end, found)
        out.set_shape(ids.shape)
        return out


def beam_paths(parent_ids, max_sequence_lengths) -> Tensor:
    """Which beam each sentence went through at every step [time, batch, beam]."""
    parents = tensor(parent_ids, int32)
    shape = array.shape(parents)
    beams = array.broadcast_to(reduce.range(shape[2]), shape)
    return _walked(beams, parents, max_sequence_lengths)


def _walked(ids: Tensor, parents: Tensor, lengths) -> Tensor:
    """`ids` along the paths back from the last step of each row's length."""
    shape = array.shape(ids)
    steps, batch, beams = shape[0], shape[1], shape[2]
    lengths = array.expand_dims(tensor(lengths, int32), 1)
    own = array.broadcast_to(reduce.range(beams), [batch, beams])
    out = TensorArray(
        int32, steps, element_shape=[ids.shape.as_list()[1], ids.shape.as_list()[2]]
    )

    def back(time, at, out):
        here = array.gather(array.gather(ids, time), at, batch_dims=1)
        above = array.gather(array.gather(parents, time), at, batch_dims=1)
        inside = TABLE["Less"](time, lengths)
        following = TABLE["SelectV2"](inside, above, at)
        following.set_shape(at.shape)
        return time - 1, following, out.write(time, here)

    _, _, out = while_loop(
        lambda time, *_: TABLE["GreaterEqual"](time, 0), back, [steps - 1, own, out]
    )
    return out.stack()


__all__ = ["beam_paths", "gather_tree"]
