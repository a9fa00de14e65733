"""`tf.summary` of 2.x: writers of event files that TensorBoard reads."""

from __future__ import annotations

import io
import time
from contextlib import contextmanager
from typing import Any

import numpy as np

from penstock.api.variable import Variable
from penstock.core.dtypes import as_dtype
from penstock.formats import events, messages
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.runtime.eager import RECORDER

_writers: list[Any] = []
_step: Any = None
_recording: Any = True


class SummaryWriter:
    """Where summaries go while it is the default. As `tf.summary.SummaryWriter`."""

    def __init__(self, logdir, suffix: str = ""):
        self._events = None if logdir is None else events.EventWriter(logdir, suffix)

    @contextmanager
    def as_default(self, step=None):
        """Inside the `with`, summaries go here; `step` becomes their step."""
        global _step
        before = _step
        if step is not None:
            _step = step
        _writers.append(self)
        try:
            yield self
        finally:
            _writers.remove(self)
            _step = before
            self.flush()

    def set_as_default(self, step=None) -> None:
        global _step
        _writers.append(self)
        if step is not None:
            _step = step

    def init(self):
        return None

    def flush(self) -> None:
        if self._events is not None:
            self._events.flush()

    def close(self) -> None:
        if self._events is not None:
            self._events.close()
        if self in _writers:
            _writers.remove(self)


def create_file_writer(logdir, max_queue=None, flush_millis=None,
                       filename_suffix=None, name=None,
                       experimental_trackable=False) -> SummaryWriter:  # fmt: skip
    """A writer of a new event file in `logdir`."""
    import os

    return SummaryWriter(os.fspath(logdir), filename_suffix or ".v2")


def create_noop_writer() -> SummaryWriter:
    return SummaryWriter(None)


def flush(writer=None, name=None) -> None:
    target = writer or (_writers[-1] if _writers else None)
    if target is not None:
        target.flush()


@contextmanager
def record_if(condition):
    """Inside the `with`, summaries are written only if `condition` holds."""
    global _recording
    before, _recording = _recording, condition
    try:
        yield
    finally:
        _recording = before


def should_record_summaries():
    condition = _recording() if callable(_recording) else _recording
    return as_tensor(context.landing(), bool(condition) and bool(_writers), None, None)


def set_step(step) -> None:
    global _step
    _step = step


def get_step():
    return _step


def _put(tag, plugin: str, step, value, content: bytes = b"", description=None,
         data_class: int = 0):  # fmt: skip
    """One tensor summary of `plugin`. False where none is to be written."""
    if not _writers or _writers[-1]._events is None:
        return _answer(False)
    if not bool(_recording() if callable(_recording) else _recording):
        return _answer(False)
    step = _step if step is None else step
    if step is None:
        raise ValueError(
            "No step set. Please specify one either through the `step` argument or "
            "through tf.summary.experimental.set_step()"
        )
    if isinstance(step, Variable) or hasattr(step, "numpy"):
        step = step.numpy()
    metadata = messages.SummaryMetadata(
        plugin_data=messages.SummaryMetadata.PluginData(
            plugin_name=plugin, content=content
        ),
        summary_description=description or "", data_class=data_class,
    )  # fmt: skip
    summary = events.summary(events.tensor(_scoped(tag), value, metadata))
    _writers[-1]._events.add_summary(summary, int(step), time.time())
    return _answer(True)


def _scoped(tag: str) -> str:
    scope = context.landing().get_name_scope()
    return f"{scope}/{tag}" if scope else tag


def _answer(written: bool):
    return as_tensor(RECORDER, written, None, None)


def _on_host(data, who: str):
    """The values of `data`, now or, while a function is traced, when it runs."""
    if context.executing_eagerly():
        return np.asarray(as_tensor(RECORDER, data, None, None)._numpy())
    return None


def _later(write, data, step):
    """Write from inside a traced function: a Python call that the step makes."""
    from penstock.api.script import py_func

    step = _step if step is None else step

    def call(array, at):
        with context.entered(RECORDER):
            write(array, int(at))
        return np.bool_(True)

    return py_func(call, [data, step], as_dtype("bool"))


def scalar(name, data, step=None, description=None):
    """A number at `step`. Returns whether it was written."""
    value = _on_host(data, "scalar")
    if value is None:
        return _later(lambda v, s: scalar(name, v, s, description), data, step)
    if value.shape != ():
        raise ValueError(
            f"tf.summary.scalar takes a scalar, received shape {value.shape}."
        )
    return _put(name, "scalars", step, value.astype(np.float32), b"", description, 1)


def histogram(name, data, step=None, buckets=None, description=None):
    """The distribution of `data` in `buckets` (30) equal intervals."""
    value = _on_host(data, "histogram")
    if value is None:
        return _later(
            lambda v, s: histogram(name, v, s, buckets, description), data, step
        )
    flat = value.astype(np.float64).ravel()
    count = 30 if buckets is None else int(buckets)
    return _put(name, "histograms", step, _intervals(flat, count), b"", description, 2)


def _intervals(flat: np.ndarray, count: int) -> np.ndarray:
    """[buckets, 3]: left edge, right edge, how many."""
    if not flat.size or count == 0:
        return np.zeros((0 if not flat.size else count, 3))
    low, high = flat.min(), flat.max()
    if low == high:
        edges = np.full(count, low)
        rows = np.stack([edges, edges, np.zeros(count)], axis=1)
        rows[-1, 2] = flat.size
        return rows
    width = (high - low) / count
    at = np.minimum(((flat - low) / width).astype(int), count - 1)
    counts = np.bincount(at, minlength=count)
    edges = np.linspace(low, high, count + 1)
    return np.stack([edges[:-1], edges[1:], counts], axis=1)


def image(name, data, step=None, max_outputs=3, description=None):
    """Pictures [n, height, width, 1, 3 or 4 channels], floats in [0, 1] or uint8."""
    value = _on_host(data, "image")
    if value is None:
        return _later(
            lambda v, s: image(name, v, s, max_outputs, description), data, step
        )
    if value.ndim != 4:
        raise ValueError(
            f"tf.summary.image takes rank 4, received shape {value.shape}."
        )
    if value.dtype.kind == "f":
        value = (np.clip(value, 0, 1) * 255 + 0.5).astype(np.uint8)
    pictures = [_png(picture) for picture in value[: int(max_outputs)]]
    size = [str(value.shape[2]).encode(), str(value.shape[1]).encode()]
    out = np.array([*size, *pictures], object)
    return _put(name, "images", step, out, b"", description, 3)


def _png(picture: np.ndarray) -> bytes:
    from PIL import Image

    shown = picture[..., 0] if picture.shape[-1] == 1 else picture
    out = io.BytesIO()
    Image.fromarray(shown).save(out, format="PNG")
    return out.getvalue()


def text(name, data, step=None, description=None):
    """Strings, shown as Markdown."""
    value = np.asarray(as_tensor(RECORDER, data, None, None)._numpy(), object)
    return _put(name, "text", step, value, b"", description, 2)


def audio(name, data, sample_rate, step=None, max_outputs=3, encoding=None,
          description=None):  # fmt: skip
    """Clips [n, frames, channels] with values in [-1, 1]."""
    import wave

    value = _on_host(data, "audio")
    clips = []
    for clip in value[: int(max_outputs)]:  # type: ignore[index]
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(clip.shape[-1])
            file.setsampwidth(2)
            file.setframerate(int(sample_rate))
            file.writeframes((np.clip(clip, -1, 1) * 32767).astype("<i2").tobytes())
        clips.append([out.getvalue(), b""])
    rows = np.array(clips, object).reshape(-1, 2)
    return _put(name, "audio", step, rows, b"", description, 3)


def write(tag, tensor, step=None, metadata=None, name=None):
    """Any tensor under `tag`."""
    value = _on_host(tensor, "write")
    plugin = getattr(getattr(metadata, "plugin_data", None), "plugin_name", "") or ""
    return _put(tag, plugin, step, value)


def graph(graph_data) -> Any:
    """The graph of a function, for TensorBoard's graph page."""
    if _writers and _writers[-1]._events is not None:
        _writers[-1]._events.add_graph(graph_data.as_graph_def())
    return _answer(bool(_writers))


def trace_on(graph=True, profiler=False, profiler_outdir=None) -> None:
    """Accepted: graphs are written with tf.summary.graph."""


def trace_off() -> None:
    """Accepted."""


def trace_export(name, step=None, profiler_outdir=None) -> None:
    """Accepted."""


__all__ = [
    "SummaryWriter", "audio", "create_file_writer", "create_noop_writer", "flush",
    "graph", "histogram", "image", "record_if", "scalar", "should_record_summaries",
    "text", "trace_export", "trace_off", "trace_on", "write",
]  # fmt: skip
