"""`tf.profiler.experimental`: JAX's profiler, whose traces TensorBoard shows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import NamedTuple

from penstock.ops.xla import jax


class ProfilerOptions(NamedTuple):
    """Accepted levels of detail."""

    host_tracer_level: int = 2
    python_tracer_level: int = 0
    device_tracer_level: int = 1
    delay_ms: int | None = None


def start(logdir, options=None) -> None:
    """Begin to write what runs, into `logdir`."""
    jax.profiler.start_trace(str(logdir))


def stop(save=True) -> None:
    """Stop and write the files."""
    jax.profiler.stop_trace()


@contextlib.contextmanager
def Profile(logdir, options=None) -> Iterator[None]:
    """Profile what is inside."""
    start(logdir)
    try:
        yield
    finally:
        stop()


class Trace(contextlib.AbstractContextManager):
    """A named part of a profile: `with Trace("train", step_num=step, _r=1):`."""

    def __init__(self, name: str, **details):
        details.pop("_r", None)
        self._inner = jax.profiler.TraceAnnotation(name, **details)

    def __enter__(self):
        self._inner.__enter__()
        return self

    def __exit__(self, *exception) -> None:
        self._inner.__exit__(*exception)

    def set_metadata(self, **details) -> None:
        """Accepted."""


__all__ = ["Profile", "ProfilerOptions", "Trace", "start", "stop"]
