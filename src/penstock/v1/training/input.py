"""Input pipelines of 1.x: producers of names and numbers, batches of examples.

Each puts a queue runner into the graph; `tf.train.start_queue_runners` starts it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array
from penstock.api.control_flow_order import with_dependencies
from penstock.api.debugging import Assert
from penstock.api.math_functions import cast
from penstock.api.math_reduce import range as range_
from penstock.api.passing import identity
from penstock.api.scopes import tensor
from penstock.api.scopes import tensor as _as_tensor
from penstock.core.dtypes import bool as bool_
from penstock.core.dtypes import float32, int64
from penstock.core.shapes import TensorShape
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.v1 import summary
from penstock.v1.control_flow import cond
from penstock.v1.default_graph import get_default_graph
from penstock.v1.graph_keys import GraphKeys
from penstock.v1.queues import FIFOQueue, PaddingFIFOQueue, RandomShuffleQueue
from penstock.v1.random import random_shuffle
from penstock.v1.training.queue_runner import QueueRunner, add_queue_runner
from penstock.v1.variables import Variable


def _scope(name: str | None, default: str):
    return get_default_graph().name_scope(name or default)


def limit_epochs(tensor, num_epochs=None, name=None):
    """`tensor`, `num_epochs` times; then OutOfRangeError. None: for ever.

    The count is a local variable. Raises ValueError for numbers below 1.
    """
    if num_epochs is None:
        return tensor
    if num_epochs <= 0:
        raise ValueError(f"num_epochs must be > 0 not {num_epochs}.")
    with _scope(name, "limit_epochs") as full:
        zero = _as_tensor(0, int64)
        epochs: Any = Variable(
            zero, name="epochs", trainable=False,
            collections=[GraphKeys.LOCAL_VARIABLES],
        )  # fmt: skip
        counter = epochs.count_up_to(num_epochs)
        with get_default_graph().control_dependencies([counter]):
            return identity(tensor, name=full)


def input_producer(
    input_tensor, element_shape=None, num_epochs=None, shuffle=True, seed=None,
    capacity=32, shared_name=None, summary_name=None, name=None, cancel_op=None,
):  # fmt: skip
    """A queue of the rows of `input_tensor`, in a new random order each epoch."""
    with _scope(name, "input_producer"):
        rows = tensor(input_tensor, name="input_tensor")
        shape = TensorShape(rows.shape[1:]).merge_with(element_shape)
        if not shape.is_fully_defined():
            raise ValueError(
                "Either `input_tensor` must have a fully defined shape or "
                "`element_shape` must be specified"
            )
        if shuffle:
            rows = random_shuffle(rows, seed=seed)
        rows = limit_epochs(rows, num_epochs)
        queue = FIFOQueue(
            capacity, [rows.dtype.base_dtype], [shape], shared_name=shared_name,
            name=get_default_graph().get_name_scope().rsplit("/", 1)[-1],
        )  # fmt: skip
        add_queue_runner(
            QueueRunner(queue, [queue.enqueue_many([rows])], cancel_op=cancel_op)
        )
        _fullness(queue, capacity, summary_name or f"fraction_of_{capacity}_full")
        return queue


def _fullness(queue, capacity: int, name: str) -> None:
    if capacity > 0:
        summary.scalar(name, cast(queue.size(), float32) * (1.0 / capacity))


def string_input_producer(
    string_tensor, num_epochs=None, shuffle=True, seed=None, capacity=32,
    shared_name=None, name=None, cancel_op=None,
):  # fmt: skip
    """A queue of strings, such as file names. Raises ValueError for an empty list."""
    if isinstance(string_tensor, list | tuple | np.ndarray) and not len(string_tensor):
        raise ValueError("string_input_producer requires a non-null input tensor")
    with _scope(name, "input_producer") as full:
        strings = tensor(string_tensor, "string")
        some = TABLE["Greater"](array.size(strings), 0)
        check = Assert(some, ["string_input_producer requires a non-null input tensor"])
        with get_default_graph().control_dependencies([check]):
            strings = identity(strings)
        return input_producer(
            strings, [], num_epochs, shuffle, seed, capacity, shared_name,
            f"fraction_of_{capacity}_full", full, cancel_op,
        )  # fmt: skip


def range_input_producer(
    limit, num_epochs=None, shuffle=True, seed=None, capacity=32, shared_name=None,
    name=None,
):  # fmt: skip
    """A queue of the integers from 0 to `limit` - 1."""
    with _scope(name, "input_producer") as full:
        return input_producer(
            range_(limit), [], num_epochs, shuffle, seed, capacity, shared_name,
            f"fraction_of_{capacity}_full", full,
        )  # fmt: skip


def slice_input_producer(
    tensor_list, num_epochs=None, shuffle=True, seed=None, capacity=32,
    shared_name=None, name=None,
):  # fmt: skip
    """One row of each tensor in `tensor_list`, the same row of all."""
    with _scope(name, "input_producer"):
        tensors = [tensor(t) for t in tensor_list]
        if not tensors:
            raise ValueError("Expected at least one tensor in slice_input_producer().")
        queue = range_input_producer(
            array.shape(tensors[0])[0], num_epochs, shuffle, seed, capacity, shared_name
        )
        at = queue.dequeue()
        return [array.gather(t, at) for t in tensors]


# --- batches ------------------------------------------------------------------------


def batch(
    tensors, batch_size, num_threads=1, capacity=32, enqueue_many=False, shapes=None,
    dynamic_pad=False, allow_smaller_final_batch=False, shared_name=None, name=None,
):  # fmt: skip
    """Batches of `tensors` (a list or a dictionary), in the order they come."""
    return maybe_batch(
        tensors, True, batch_size, num_threads, capacity, enqueue_many, shapes,
        dynamic_pad, allow_smaller_final_batch, shared_name, name,
    )  # fmt: skip


def maybe_batch(
    tensors, keep_input, batch_size, num_threads=1, capacity=32, enqueue_many=False,
    shapes=None, dynamic_pad=False, allow_smaller_final_batch=False, shared_name=None,
    name=None,
):  # fmt: skip
    """Batches of those `tensors` for which `keep_input` holds."""
    return _batches(
        [tensors] * num_threads, keep_input, batch_size, capacity, enqueue_many, shapes,
        allow_smaller_final_batch, shared_name, name, "batch", pad=dynamic_pad,
    )  # fmt: skip


def batch_join(
    tensors_list, batch_size, capacity=32, enqueue_many=False, shapes=None,
    dynamic_pad=False, allow_smaller_final_batch=False, shared_name=None, name=None,
):  # fmt: skip
    """Batches of several lists of tensors, each filled in by a thread of its own."""
    return _batches(
        tensors_list, True, batch_size, capacity, enqueue_many, shapes,
        allow_smaller_final_batch, shared_name, name, "batch_join", pad=dynamic_pad,
    )  # fmt: skip


def shuffle_batch(
    tensors, batch_size, capacity, min_after_dequeue, num_threads=1, seed=None,
    enqueue_many=False, shapes=None, allow_smaller_final_batch=False, shared_name=None,
    name=None,
):  # fmt: skip
    """Batches of `tensors`, drawn from a queue of `min_after_dequeue` or more."""
    return maybe_shuffle_batch(
        tensors, batch_size, capacity, min_after_dequeue, True, num_threads, seed,
        enqueue_many, shapes, allow_smaller_final_batch, shared_name, name,
    )  # fmt: skip


def maybe_shuffle_batch(
    tensors, batch_size, capacity, min_after_dequeue, keep_input, num_threads=1,
    seed=None, enqueue_many=False, shapes=None, allow_smaller_final_batch=False,
    shared_name=None, name=None,
):  # fmt: skip
    """The same for those `tensors` for which `keep_input` holds."""
    return _batches(
        [tensors] * num_threads, keep_input, batch_size, capacity, enqueue_many, shapes,
        allow_smaller_final_batch, shared_name, name, "shuffle_batch",
        least=min_after_dequeue, seed=seed,
    )  # fmt: skip


def shuffle_batch_join(
    tensors_list, batch_size, capacity, min_after_dequeue, seed=None,
    enqueue_many=False, shapes=None, allow_smaller_final_batch=False, shared_name=None,
    name=None,
):  # fmt: skip
    """`batch_join`, shuffled."""
    return _batches(
        tensors_list, True, batch_size, capacity, enqueue_many, shapes,
        allow_smaller_final_batch, shared_name, name, "shuffle_batch_join",
        least=min_after_dequeue, seed=seed,
    )  # fmt: skip


def _batches(
    groups, keep_input, batch_size, capacity, many, shapes, smaller, shared_name, name,
    default, pad=False, least=None, seed=None,
):  # fmt: skip
    """A queue that a thread for each of `groups` fills, and batches from it."""
    keys = sorted(groups[0]) if isinstance(groups[0], dict) else None
    rows = [[g[k] for k in keys] if keys else _listed(g) for g in groups]
    with _scope(name, default) as full:
        rows = _converted(rows)
        dtypes = [t.dtype.base_dtype for t in rows[0]]
        if shapes is None:
            shapes = [t.shape[1:] if many else t.shape for t in rows[0]]
        shapes = [TensorShape(s) for s in shapes]
        if not pad and not all(s.is_fully_defined() for s in shapes):
            raise ValueError(f"All shapes must be fully defined: {shapes}")
        options: dict[str, Any] = {"shared_name": shared_name, "shapes": shapes}
        if least is not None:
            queue = RandomShuffleQueue(capacity, least, dtypes, seed=seed, **options)
            room, size = capacity - least, queue.size() - least
            shown = f"fraction_over_{least}_of_{room}_full"
            size = TABLE["Maximum"](0, size)
        else:
            kind = PaddingFIFOQueue if pad else FIFOQueue
            queue = kind(capacity, dtypes, **options)
            room, size = capacity, queue.size()
            shown = f"fraction_of_{capacity}_full"
        puts = [_put(queue, row, keep_input, many) for row in rows]
        add_queue_runner(QueueRunner(queue, puts))
        summary.scalar(shown, cast(size, float32) * (1.0 / room))
        take = queue.dequeue_up_to if smaller else queue.dequeue_many
        out = take(batch_size, name=full)
    if keys:
        return dict(zip(keys, out if len(keys) > 1 else [out], strict=True))
    return out


def _listed(group) -> list:
    return list(group) if isinstance(group, list | tuple) else [group]


def _converted(rows):
    """All as tensors; what several threads share is one tensor."""
    made: dict[int, Tensor] = {}
    return [[made.setdefault(id(x), tensor(x)) for x in row] for row in rows]


def _put(queue, row, keep_input, many: bool):
    enqueue = queue.enqueue_many if many else queue.enqueue
    keep = tensor(keep_input, bool_)
    if keep_input is True:
        return enqueue(row)
    if many and keep.shape.rank == 1:
        return enqueue([array.boolean_mask(t, keep) for t in row])

    def put():
        return with_dependencies([enqueue(row)], tensor(True))

    kept: Any = cond(keep, put, lambda: tensor(False))
    return kept.op


def match_filenames_once(pattern, name=None):
    """The files that match `pattern`, looked up once: a local variable."""
    from penstock.api.io_files import matching_files

    return Variable(
        matching_files(pattern), name=name or "matching_filenames", trainable=False,
        validate_shape=False, collections=[GraphKeys.LOCAL_VARIABLES],
    )  # fmt: skip


__all__ = [
    "batch", "batch_join", "input_producer", "limit_epochs", "match_filenames_once",
    "maybe_batch", "maybe_shuffle_batch", "range_input_producer", "shuffle_batch",
    "shuffle_batch_join", "slice_input_producer", "string_input_producer",
]  # fmt: skip
