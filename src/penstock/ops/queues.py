"""Queues as ops. A session keeps the queue; its handle is the queue itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.errors import InvalidArgumentError
from penstock.core.shapes import TensorShape, as_dims, compatible
from penstock.ir.constant import constant_value
from penstock.ir.op import STOPS, op
from penstock.ops import queue_state as state
from penstock.ops import rules

_HOST: dict[str, Any] = {"gradient": STOPS, "host": True, "stateful": True}


def _queue(type_name: str, make, **attrs) -> None:
    @op(
        type_name,
        "-> handle: resource",
        shape=rules.scalar,
        attrs={
            "component_types": (), "shapes": (), "capacity": -1, "container": "",
            "shared_name": "", **attrs,
        },
        keeps=make,
        **_HOST,
    )  # fmt: skip
    def handle(*, kept):
        return kept, kept


def _bound(node) -> tuple[str, int]:
    return node.name, node.attrs["capacity"]


_queue("FIFOQueueV2", lambda node: state.FIFOQueue(*_bound(node)))
_queue("PaddingFIFOQueueV2", lambda node: state.PaddingFIFOQueue(*_bound(node)))
_queue("PriorityQueueV2", lambda node: state.PriorityQueue(*_bound(node)))
_queue(
    "RandomShuffleQueueV2",
    lambda node: state.RandomShuffleQueue(
        *_bound(node),
        node.attrs["min_after_dequeue"],
        node.attrs["seed"],
        node.attrs["seed2"],
    ),
    min_after_dequeue=0,
    seed=0,
    seed2=0,
)


def _copied(value) -> np.ndarray:
    return np.array(value, object if isinstance(value, bytes) else None)


def _checked(queue, elements, shapes):
    for element in elements:
        for value, shape in zip(element, shapes, strict=False):
            if not compatible(as_dims(shape), value.shape):
                raise InvalidArgumentError(
                    f"Shape mismatch in tuple component of queue '{queue.name}'. "
                    f"Expected {TensorShape(shape)}, got {list(value.shape)}"
                )
    return elements


@op(
    "QueueEnqueueV2",
    "handle: resource, components: *Tcomponents ->",
    shape=rules.none,
    attrs={"timeout_ms": -1},
    **_HOST,
)
def enqueue(handle, components, *, _shapes=()):
    handle.put(_checked(handle, [tuple(map(_copied, components))], _shapes))
    return ()


@op(
    "QueueEnqueueManyV2",
    "handle: resource, components: *Tcomponents ->",
    shape=rules.none,
    attrs={"timeout_ms": -1},
    **_HOST,
)
def enqueue_many(handle, components, *, _shapes=()):
    sizes = {len(c) for c in components}
    if len(sizes) > 1:
        raise InvalidArgumentError(
            f"All components of enqueue_many need one size along axis 0, not {sizes}."
        )
    rows = [tuple(_copied(c[i]) for c in components) for i in range(sizes.pop())]
    handle.put(_checked(handle, rows, _shapes))
    return ()


def _element_shapes(handle, *rest, component_types=(), _shapes=(), **_):
    if len(_shapes) != len(component_types):
        return [None] * len(component_types)
    return [as_dims(s) for s in _shapes]


def _batch_shapes(handle, n, **attrs):
    count = constant_value(n)
    rows = None if count is None else int(count)
    shapes = _element_shapes(handle, **attrs)
    return [None if s is None else (rows, *s) for s in shapes]


@op(
    "QueueDequeueV2",
    "handle: resource -> components: *component_types",
    shape=_element_shapes,
    attrs={"timeout_ms": -1, "_shapes": ()},
    **_HOST,
)
def dequeue(handle):
    return handle.take(1)[0]


@op(
    "QueueDequeueManyV2",
    "handle: resource, n: int32 -> components: *component_types",
    shape=_batch_shapes,
    attrs={"timeout_ms": -1, "_shapes": ()},
    **_HOST,
)
def dequeue_many(handle, n):
    padded = isinstance(handle, state.PaddingFIFOQueue)
    return state.batched(handle.take(int(n)), padded)


@op(
    "QueueDequeueUpToV2",
    "handle: resource, n: int32 -> components: *component_types",
    shape=lambda handle, n, **attrs: [
        None if s is None else (None, *s) for s in _element_shapes(handle, **attrs)
    ],
    attrs={"timeout_ms": -1, "_shapes": ()},
    **_HOST,
)
def dequeue_up_to(handle, n):
    padded = isinstance(handle, state.PaddingFIFOQueue)
    return state.batched(handle.take(int(n), fewer=True), padded)


@op("QueueCloseV2", "handle: resource ->", shape=rules.none, **_HOST)
def close(handle, *, cancel_pending_enqueues=False):
    handle.close(cancel_pending_enqueues)
    return ()


@op("QueueSizeV2", "handle: resource -> size: int32", shape=rules.scalar, **_HOST)
def size(handle):
    return np.array(len(handle), np.int32)


@op("QueueIsClosedV2", "handle: resource -> is_closed: bool", shape=rules.scalar,
    **_HOST)  # fmt: skip
def is_closed(handle):
    return np.array(handle.closed)
