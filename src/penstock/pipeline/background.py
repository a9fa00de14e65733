"""Elements computed ahead in a thread of their own."""

from __future__ import annotations

import atexit
import queue
import threading
import weakref
from collections.abc import Generator, Iterable
from dataclasses import dataclass

from penstock.core.errors import InvalidArgumentError
from penstock.pipeline.node import Node, Through

AUTOTUNE_BUFFER = 4
_END = object()


class Worker(threading.Thread):
    """Fills a bounded queue from an iterable until told to stop.

    An exception goes through the queue as it is, with the traceback of the user's
    function, and is raised where the loop asks for that element.
    """

    def __init__(self, source: Iterable, depth: int):
        super().__init__(name="penstock-prefetch", daemon=True)
        self._source = source
        self._room = threading.Semaphore(depth)
        self._out: queue.SimpleQueue = queue.SimpleQueue()
        self._stopped = False

    def run(self) -> None:
        source = iter(self._source)
        try:
            element = None
            while element is not _END and self._wait():
                element = next(source, _END)
                self._out.put((element, None))
        except BaseException as error:
            self._out.put((_END, error))
        finally:
            close = getattr(source, "close", None)
            if close is not None:
                close()

    def _wait(self) -> bool:
        self._room.acquire()
        return not self._stopped

    def elements(self) -> Generator:
        """What the worker made, in order; stops the worker when closed."""
        self.start()
        _running.add(self)
        try:
            while True:
                element, error = self._out.get()
                if error is not None:
                    raise error
                if element is _END:
                    return
                self._room.release()
                yield element
                del element
        finally:
            self.stop()

    def stop(self) -> None:
        self._stopped = True
        self._room.release()
        if self is not threading.current_thread():
            # A user function that never returns must not hold up the program.
            self.join(timeout=5.0)
        _running.discard(self)


_running: weakref.WeakSet[Worker] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    """Threads end before the interpreter takes their modules away."""
    for worker in list(_running):
        worker._stopped = True
        worker._room.release()
        worker.join(timeout=1.0)


@dataclass(frozen=True, eq=False)
class Prefetch(Through):
    """The same elements, up to `buffer_size` of them computed ahead (-1: a few)."""

    input: Node
    buffer_size: int

    def __post_init__(self):
        if self.buffer_size < -1:
            raise InvalidArgumentError(
                None,
                None,
                "buffer_size must be >= 0 or set buffer_size to be -1 for "
                f"auto-tuning, received {self.buffer_size} (prefetch).",
            )

    @property
    def plan(self):
        return self.input.plan

    def over(self, elements):
        if self.buffer_size == 0:
            return elements
        depth = AUTOTUNE_BUFFER if self.buffer_size < 0 else self.buffer_size
        return Worker(elements, depth).elements()
