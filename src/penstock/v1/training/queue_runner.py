"""`tf.train.QueueRunner`: threads that keep a queue filled."""

from __future__ import annotations

import logging
import threading
from weakref import WeakKeyDictionary

from penstock.core.errors import CancelledError, OutOfRangeError
from penstock.ir import sessions
from penstock.v1.graph_keys import GraphKeys, add_to_collection, get_collection

log = logging.getLogger("tensorflow")


class QueueRunner:
    """Runs each of `enqueue_ops` again and again, in a thread of its own.

    Where an operation says that its input came to an end (OutOfRangeError), its
    thread ends; after the last one the queue is closed. Raises ValueError without a
    queue and operations. As `tf.train.QueueRunner`.
    """

    def __init__(
        self, queue=None, enqueue_ops=None, close_op=None, cancel_op=None,
        queue_closed_exception_types=None, queue_runner_def=None, import_scope=None,
    ):  # fmt: skip
        del import_scope
        if queue_runner_def is not None:
            raise ValueError(
                "QueueRunner: a QueueRunnerDef cannot be read here. Make the runner "
                "from its queue and enqueue_ops."
            )
        if queue is None or not enqueue_ops:
            raise ValueError("Must provide queue and enqueue_ops.")
        self._queue, self._enqueue_ops = queue, list(enqueue_ops)
        self._close_op = close_op if close_op is not None else queue.close()
        self._cancel_op = (
            cancel_op
            if cancel_op is not None
            else queue.close(cancel_pending_enqueues=True)
        )
        self._closed_types = tuple(queue_closed_exception_types or (OutOfRangeError,))
        self._lock = threading.Lock()
        self._running: WeakKeyDictionary = WeakKeyDictionary()
        self._failures: list[BaseException] = []

    queue = property(lambda self: self._queue)
    enqueue_ops = property(lambda self: self._enqueue_ops)
    close_op = property(lambda self: self._close_op)
    cancel_op = property(lambda self: self._cancel_op)
    queue_closed_exception_types = property(lambda self: self._closed_types)
    name = property(lambda self: self._queue.name)

    @property
    def exceptions_raised(self) -> list[BaseException]:
        """What went wrong in the threads, where no coordinator was told."""
        return self._failures

    def create_threads(self, sess, coord=None, daemon=False, start=False):
        """A thread for each operation, and one that stops them where `coord` asks.

        Empty where threads for `sess` run already.
        """
        with self._lock:
            if self._running.get(sess, 0) > 0:
                return []
            self._running[sess] = len(self._enqueue_ops)
            self._failures = []
        jobs: list[tuple] = [
            (self._fill, (sess, op, coord)) for op in self._enqueue_ops
        ]
        if coord is not None:
            jobs.append((self._stop_on_request, (sess, coord)))
        threads = [
            threading.Thread(
                target=job,
                args=args,
                daemon=daemon,
                name=f"QueueRunner-{self.name}-{i}",
            )
            for i, (job, args) in enumerate(jobs)
        ]
        for thread in threads:
            if coord is not None:
                coord.register_thread(thread)
            if start:
                thread.start()
        return threads

    def _fill(self, sess, enqueue_op, coord) -> None:
        try:
            while not (coord is not None and coord.should_stop()):
                try:
                    sess.run(enqueue_op)
                except self._closed_types:
                    break
        except BaseException as error:
            stopping = isinstance(error, CancelledError | RuntimeError) and (
                coord is not None and coord.should_stop()
            )
            if coord is not None and not stopping:
                coord.request_stop(error)
            elif coord is None:
                log.error("Exception in QueueRunner: %s", error)
                with self._lock:
                    self._failures.append(error)
                raise
        finally:
            self._one_less(sess)

    def _one_less(self, sess) -> None:
        with self._lock:
            self._running[sess] -= 1
            last = self._running[sess] == 0
        if last:
            self._quietly(sess, self._close_op)

    def _stop_on_request(self, sess, coord) -> None:
        coord.wait_for_stop()
        self._quietly(sess, self._cancel_op)

    def _quietly(self, sess, op) -> None:
        """Run `op`; a session that is closed meanwhile has no queue left to close."""
        try:
            sess.run(op)
        except Exception as error:
            log.debug("Ignored exception from %s: %s", op.name, error)


def add_queue_runner(qr, collection=GraphKeys.QUEUE_RUNNERS) -> None:
    """Let `start_queue_runners` find `qr`."""
    add_to_collection(collection, qr)


def start_queue_runners(
    sess=None, coord=None, daemon=True, start=True, collection=GraphKeys.QUEUE_RUNNERS
):
    """Start the threads of all queue runners of the graph; gives the threads.

    Raises ValueError without a session, TypeError for something that is none.
    """
    sess = sess if sess is not None else sessions.current()
    if sess is None:
        raise ValueError(
            "Cannot start queue runners: No default session is registered. Use `with "
            "sess.as_default()` or pass an explicit session to "
            "tf.start_queue_runners(sess=sess)"
        )
    inside = getattr(sess, "raw_session", None)
    sess = inside() if inside is not None else getattr(sess, "_session", sess)
    if not hasattr(sess, "variable_value"):
        raise TypeError(
            f"sess must be a `tf.Session` object. Given class: {type(sess)}"
        )
    with sess.graph.as_default():
        runners = get_collection(collection)
    threads = []
    for runner in runners:
        threads += runner.create_threads(sess, coord=coord, daemon=daemon, start=start)
    return threads


__all__ = ["QueueRunner", "add_queue_runner", "start_queue_runners"]
