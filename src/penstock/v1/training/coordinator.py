"""`tf.train.Coordinator`: threads that stop together and tell what went wrong."""

from __future__ import annotations

import logging
import sys
import threading
import time
from contextlib import contextmanager
from types import TracebackType

from penstock.core.errors import OutOfRangeError

log = logging.getLogger("tensorflow")


class Coordinator:
    """Asks threads to stop, and raises in `join` what one of them reported.

    An exception of `clean_stop_exception_types` (OutOfRangeError by default) asks for
    a stop without being an error. As `tf.train.Coordinator`.
    """

    def __init__(self, clean_stop_exception_types=None):
        self._clean = tuple(clean_stop_exception_types or (OutOfRangeError,))
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._failure: BaseException | None = None
        self._threads: set[threading.Thread] = set()
        self._joined = False

    @property
    def joined(self) -> bool:
        return self._joined

    def request_stop(self, ex=None) -> None:
        """Ask all threads to stop; `ex`, an exception or `sys.exc_info()`, is why.

        Only the first reason is kept, and raised by `join`.
        """
        with self._lock:
            failure = _as_exception(ex)
            if self._stop.is_set():
                return
            self._stop.set()
            if failure is None or isinstance(failure, self._clean):
                return
            log.info(
                "Error reported to Coordinator: %s, %s", type(failure), str(failure)
            )
            self._failure = failure

    def clear_stop(self) -> None:
        """Forget a request to stop: the coordinator can be used again."""
        with self._lock:
            self._joined = False
            self._failure = None
            self._stop.clear()

    def should_stop(self) -> bool:
        return self._stop.is_set()

    @contextmanager
    def stop_on_exception(self):
        """Inside the `with`, an exception becomes a request to stop."""
        try:
            yield
        except BaseException as error:
            self.request_stop(error)

    def wait_for_stop(self, timeout=None) -> bool:
        """Wait until a stop is asked for, `timeout` seconds at most; whether it was."""
        return self._stop.wait(timeout)

    def register_thread(self, thread) -> None:
        """Let `join` wait for `thread` too."""
        with self._lock:
            self._threads.add(thread)

    def join(
        self, threads=None, stop_grace_period_secs=120, ignore_live_threads=False
    ) -> None:
        """Wait for the threads, and raise what stopped them.

        Once a stop is asked for they have `stop_grace_period_secs` seconds; raises
        RuntimeError for one that still runs then, unless `ignore_live_threads`.
        """
        with self._lock:
            waiting = self._threads | set(threads or ())
        while any(t.is_alive() for t in waiting) and not self.wait_for_stop(0.05):
            pass
        self._stop.set()
        deadline = time.monotonic() + stop_grace_period_secs
        for thread in waiting:
            thread.join(max(deadline - time.monotonic(), 0.0))
        late = [t.name for t in waiting if t.is_alive()]
        with self._lock:
            self._joined = True
            self._threads = set()
        if self._failure is not None:
            raise self._failure
        if late and not ignore_live_threads:
            raise RuntimeError(
                "Coordinator stopped with threads still running: " + " ".join(late)
            )
        if late:
            log.info("Coordinator stopped with threads still running: %s", late)

    def raise_requested_exception(self) -> None:
        """Raise what stopped the threads, if anything did."""
        if self._failure is not None:
            raise self._failure


def _as_exception(ex) -> BaseException | None:
    if isinstance(ex, tuple):
        _, value, traceback = ex
        if isinstance(traceback, TracebackType) and value is not None:
            value = value.with_traceback(traceback)
        return value
    if ex is not None and ex.__traceback__ is None and sys.exc_info()[1] is ex:
        ex.__traceback__ = sys.exc_info()[2]
    return ex


class LooperThread(threading.Thread):
    """Calls `target` every `timer_interval_secs` seconds until a stop is asked for.

    With None as the interval it calls without a pause.
    """

    def __init__(self, coord, timer_interval_secs, target=None, args=None, kwargs=None):
        if not isinstance(coord, Coordinator):
            raise ValueError(f"'coord' argument must be a Coordinator: {coord}")
        super().__init__(daemon=True)
        self._coord, self._interval = coord, timer_interval_secs
        self._call = target
        if (args or kwargs) and not target:
            raise ValueError(
                "'args' and 'kwargs' argument require that you also pass 'target'"
            )
        self._with = (args or (), kwargs or {})
        coord.register_thread(self)

    @staticmethod
    def loop(coord, timer_interval_secs, target, args=None, kwargs=None):
        """A `LooperThread`, started."""
        looper = LooperThread(coord, timer_interval_secs, target, args, kwargs)
        looper.start()
        return looper

    def run(self) -> None:
        with self._coord.stop_on_exception():
            self.start_loop()
            if self._interval is None:
                while not self._coord.should_stop():
                    self.run_loop()
            else:
                due = time.monotonic()
                while not self._coord.wait_for_stop(max(due - time.monotonic(), 0)):
                    due += self._interval
                    self.run_loop()
            self.stop_loop()

    def start_loop(self) -> None:
        """Called once before the loop."""

    def stop_loop(self) -> None:
        """Called once after the loop."""

    def run_loop(self) -> None:
        """One round."""
        if self._call:
            args, kwargs = self._with
            self._call(*args, **kwargs)
