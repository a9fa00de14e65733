"""Queues of 1.x: `tf.FIFOQueue` and its kin."""

from __future__ import annotations

from penstock.api.random import get_seed
from penstock.api.scopes import tensor
from penstock.core.dtypes import as_dtype, int32, int64
from penstock.core.shapes import TensorShape
from penstock.ir.op import TABLE
from penstock.v1.default_graph import get_default_graph


class QueueBase:
    """A queue of a session, filled and emptied by operations. As `tf.QueueBase`.

    An element is one tensor for each of `dtypes`; with `names`, a dictionary of them.
    """

    def __init__(self, dtypes, shapes, names, queue_ref):
        self._dtypes = [as_dtype(d) for d in dtypes]
        self._shapes = [TensorShape(s) for s in shapes] if shapes is not None else None
        if self._shapes is not None and len(self._shapes) != len(self._dtypes):
            raise ValueError(
                "Queue shapes must have the same length as dtypes, received "
                f"len(shapes)={len(self._shapes)}, len(dtypes)={len(self._dtypes)}"
            )
        self._names = list(names) if names else None
        self._queue_ref = queue_ref
        self._name = queue_ref.op.name.rsplit("/", 1)[-1]

    queue_ref = property(lambda self: self._queue_ref)
    dtypes = property(lambda self: self._dtypes)
    names = property(lambda self: self._names)

    @property
    def name(self) -> str:
        return self._queue_ref.op.name

    @property
    def shapes(self) -> list[TensorShape]:
        if self._shapes is None:
            return [TensorShape(None)] * len(self._dtypes)
        return self._shapes

    @property
    def _known(self) -> tuple:
        return tuple(self._shapes or ())

    def _components(self, vals, many: bool):
        if isinstance(vals, dict):
            if not self._names:
                raise ValueError("Queue must have names to enqueue a dictionary")
            if sorted(self._names) != sorted(vals):
                raise ValueError(
                    "Keys in dictionary to enqueue do not match names of Queue.  "
                    f"Dictionary: {sorted(vals)}, Queue: {sorted(self._names)}"
                )
            vals = [vals[n] for n in self._names]
        elif self._names:
            raise ValueError("You must enqueue a dictionary in a Queue with names")
        elif not isinstance(vals, list | tuple) or (
            len(self._dtypes) == 1 and len(vals) != 1
        ):
            vals = [vals]
        if len(vals) != len(self._dtypes):
            raise ValueError(
                f"A queue of {len(self._dtypes)} components received {len(vals)}."
            )
        out = []
        for i, (value, dtype) in enumerate(zip(vals, self._dtypes, strict=True)):
            made = tensor(value, dtype, f"component_{i}")
            shape = self.shapes[i]
            if many:
                shape = TensorShape([None]).concatenate(shape)
            made.shape.assert_is_compatible_with(shape)
            out.append(made)
        return out

    def _scope(self, name, what: str):
        return get_default_graph().name_scope(name or f"{self._name}_{what}")

    def enqueue(self, vals, name=None):
        """An operation that puts one element in; it waits while the queue is full."""
        with self._scope(name, "enqueue") as full:
            parts = self._components(vals, many=False)
            return TABLE["QueueEnqueueV2"](
                self._queue_ref, parts, _shapes=self._known, name=full
            )

    def enqueue_many(self, vals, name=None):
        """An operation that puts the rows of `vals` in, one after the other."""
        with self._scope(name, "EnqueueMany") as full:
            parts = self._components(vals, many=True)
            return TABLE["QueueEnqueueManyV2"](
                self._queue_ref, parts, _shapes=self._known, name=full
            )

    def _returned(self, parts):
        if self._names:
            return dict(zip(self._names, parts, strict=True))
        return parts[0] if len(parts) == 1 else list(parts)

    def dequeue(self, name=None):
        """One element; it waits while the queue is empty."""
        return self._returned(
            TABLE["QueueDequeueV2"](
                self._queue_ref,
                component_types=tuple(self._dtypes),
                _shapes=self._known,
                name=name or f"{self._name}_Dequeue",
            )
        )

    def dequeue_many(self, n, name=None):
        """`n` elements joined along a new first axis."""
        return self._several("QueueDequeueManyV2", n, name, "DequeueMany")

    def dequeue_up_to(self, n, name=None):
        """The same, but fewer at the end of a closed queue."""
        return self._several("QueueDequeueUpToV2", n, name, "DequeueUpTo")

    def _several(self, kind: str, n, name, what: str):
        with self._scope(name, what) as full:
            return self._returned(
                TABLE[kind](
                    self._queue_ref,
                    tensor(n, int32, "n"),
                    component_types=tuple(self._dtypes),
                    _shapes=self._known,
                    name=full,
                )
            )

    def close(self, cancel_pending_enqueues=False, name=None):
        """An operation after which nothing can be put in."""
        return TABLE["QueueCloseV2"](
            self._queue_ref, cancel_pending_enqueues=bool(cancel_pending_enqueues),
            name=name or f"{self._name}_Close",
        )  # fmt: skip

    def size(self, name=None):
        """How many elements are in the queue, int32."""
        name = name or f"{self._name}_Size"
        return TABLE["QueueSizeV2"](self._queue_ref, name=name)

    def is_closed(self, name=None):
        """Whether the queue is closed."""
        name = name or f"{self._name}_Is_Closed"
        return TABLE["QueueIsClosedV2"](self._queue_ref, name=name)


def _lists(dtypes, shapes):
    """dtypes and shapes as lists: one of each may be given alone."""
    if not isinstance(dtypes, list | tuple):
        dtypes = [dtypes]
        if shapes is not None and not _is_list_of_shapes(shapes):
            shapes = [shapes]
    elif shapes is not None and len(dtypes) == 1 and not _is_list_of_shapes(shapes):
        shapes = [shapes]
    return list(dtypes), shapes


def _is_list_of_shapes(shapes) -> bool:
    return isinstance(shapes, list | tuple) and any(
        isinstance(s, list | tuple | TensorShape) for s in shapes
    )


def _made(kind: str, capacity, dtypes, shapes, shared_name, name, **attrs):
    return TABLE[kind](
        component_types=tuple(as_dtype(d) for d in dtypes),
        shapes=tuple(TensorShape(s) for s in shapes or ()),
        capacity=int(capacity), shared_name=shared_name or "", name=name, **attrs,
    )  # fmt: skip


class FIFOQueue(QueueBase):
    """First in, first out. As `tf.FIFOQueue`."""

    def __init__(
        self, capacity, dtypes, shapes=None, names=None, shared_name=None,
        name="fifo_queue",
    ):  # fmt: skip
        dtypes, shapes = _lists(dtypes, shapes)
        made = _made("FIFOQueueV2", capacity, dtypes, shapes, shared_name, name)
        super().__init__(dtypes, shapes, names, made)


class PaddingFIFOQueue(QueueBase):
    """First in, first out; `dequeue_many` pads to the largest. Shapes may hold None."""

    def __init__(
        self, capacity, dtypes, shapes, names=None, shared_name=None,
        name="padding_fifo_queue",
    ):  # fmt: skip
        dtypes, shapes = _lists(dtypes, shapes)
        made = _made("PaddingFIFOQueueV2", capacity, dtypes, shapes, shared_name, name)
        super().__init__(dtypes, shapes, names, made)


class RandomShuffleQueue(QueueBase):
    """Gives any element, of more than `min_after_dequeue` until it is closed."""

    def __init__(
        self, capacity, min_after_dequeue, dtypes, shapes=None, names=None, seed=None,
        shared_name=None, name="random_shuffle_queue",
    ):  # fmt: skip
        dtypes, shapes = _lists(dtypes, shapes)
        first, second = get_seed(seed)
        made = _made(
            "RandomShuffleQueueV2", capacity, dtypes, shapes, shared_name, name,
            min_after_dequeue=int(min_after_dequeue), seed=first or 0,
            seed2=second or 0,
        )  # fmt: skip
        super().__init__(dtypes, shapes, names, made)


class PriorityQueue(QueueBase):
    """Smallest first component (int64 []) first. As `tf.PriorityQueue`."""

    def __init__(
        self, capacity, types, shapes=None, names=None, shared_name=None,
        name="priority_queue",
    ):  # fmt: skip
        types, shapes = _lists(types, shapes)
        types = [int64, *types]
        shapes = [(), *(shapes or ())]
        made = _made("PriorityQueueV2", capacity, types, shapes, shared_name, name)
        super().__init__(types, shapes, names, made)


__all__ = [
    "FIFOQueue", "PaddingFIFOQueue", "PriorityQueue", "QueueBase",
    "RandomShuffleQueue",
]  # fmt: skip
