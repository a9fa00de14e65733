"""Event files, which TensorBoard shows: Event messages in a TFRecord.

Unlike the other writers this one writes straight to its file, because TensorBoard
reads along; records are only ever appended.
"""

from __future__ import annotations

import itertools
import os
import socket
import time
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from penstock.formats import messages, tfrecord
from penstock.formats.messages import Event, Summary
from penstock.formats.tensor_proto import make_tensor_proto

FILE_VERSION = "brain.Event:2"


_serial = itertools.count()


class EventWriter:
    """Appends events to a new file `FOLDER/events.out.tfevents.TIME.HOST.PID.N`."""

    def __init__(self, folder: str | os.PathLike[str], suffix: str = "") -> None:
        os.makedirs(folder, exist_ok=True)
        now = time.time()
        name = (
            f"events.out.tfevents.{int(now)}.{socket.gethostname()}."
            f"{os.getpid()}.{next(_serial)}{suffix}"
        )
        self.path = os.path.join(os.fspath(folder), name)
        self._file: BinaryIO = open(self.path, "wb")
        self.add_event(Event(wall_time=now, file_version=FILE_VERSION))
        self.flush()

    def add_event(self, event: Any) -> None:
        """Append an Event message."""
        if self._file.closed:
            raise ValueError(f"{self.path}: the writer is closed")
        self._file.write(tfrecord.frame(event.SerializeToString()))

    def add_summary(
        self, content: Any, step: int | None = None, wall_time: float | None = None
    ) -> None:
        """Append a Summary message (or its bytes); `wall_time` in seconds, now."""
        if isinstance(content, bytes):
            content = messages.parse(Summary, content, self.path)
        self.add_event(_event(step, wall_time, summary=content))

    def add_graph(self, graph: Any, wall_time: float | None = None) -> None:
        """Append a GraphDef message (or its bytes) for the graph page."""
        data = graph if isinstance(graph, bytes) else graph.SerializeToString()
        self.add_event(_event(None, wall_time, graph_def=data))

    def add_meta_graph(self, graph: Any, step: int | None = None) -> None:
        """Append a MetaGraphDef message (or its bytes)."""
        data = graph if isinstance(graph, bytes) else graph.SerializeToString()
        self.add_event(_event(step, None, meta_graph_def=data))

    def flush(self) -> None:
        """Let readers see what was written so far."""
        if not self._file.closed:
            self._file.flush()

    def close(self) -> None:
        """Close the file; more calls do nothing."""
        self._file.close()

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def read_events(path: str | os.PathLike[str]) -> Iterator[Any]:
    """The Event messages of the file at `path`, in the order written.

    Raises as `tfrecord.read_records`, and MalformedError for records that are no
    events. A file that is still written can end in TruncatedError.
    """
    for number, record in enumerate(tfrecord.read_records(path)):
        what = f"{os.fspath(path)}: event {number}"
        yield messages.parse(Event, record, what)


def summary(*values: Any) -> Any:
    """A Summary of the given values (see `scalar`, `image`, ...)."""
    return Summary(value=values)


def scalar(tag: str, value: float) -> Any:
    """A number under `tag`."""
    return Summary.Value(tag=tag, simple_value=float(value))


def image(tag: str, encoded: bytes, height: int, width: int, channels: int) -> Any:
    """A picture whose PNG (or JPEG) file is `encoded`; sizes in pixels."""
    picture = Summary.Image(
        height=height, width=width, colorspace=channels, encoded_image_string=encoded
    )
    return Summary.Value(tag=tag, image=picture)


def audio(
    tag: str, encoded: bytes, sample_rate: float, channels: int, frames: int
) -> Any:
    """A sound whose WAV file is `encoded`; `sample_rate` in hertz."""
    sound = Summary.Audio(
        sample_rate=sample_rate,
        num_channels=channels,
        length_frames=frames,
        encoded_audio_string=encoded,
        content_type="audio/wav",
    )
    return Summary.Value(tag=tag, audio=sound)


def tensor(tag: str, values: Any, metadata: Any = None) -> Any:
    """An array under `tag`; `metadata` (SummaryMetadata) names its plugin."""
    return Summary.Value(tag=tag, tensor=make_tensor_proto(values), metadata=metadata)


def histogram(tag: str, values: Any) -> Any:
    """How often `values` (any shape, finite) fall into each bucket.

    Bucket limits grow by a tenth from 1e-12 to 1e20 on both sides of zero. A run
    of empty buckets is written as one. Raises ValueError for NaN and infinities.
    """
    flat = np.asarray(values, np.float64).reshape(-1)
    if not np.isfinite(flat).all():
        raise ValueError(f"histogram '{tag}': values hold NaN or infinity")
    proto = messages.HistogramProto(
        min=flat.min() if flat.size else _LARGEST,
        max=flat.max() if flat.size else -_LARGEST,
        num=flat.size,
        sum=flat.sum(),
        sum_squares=(flat * flat).sum(),
    )
    where = np.searchsorted(_LIMITS, flat, side="right")
    # The last limit is the largest number, which belongs to the last bucket.
    where = np.minimum(where, _LIMITS.size - 1)
    counts = np.bincount(where, minlength=_LIMITS.size)
    # Of neighbouring empty buckets only the last is kept, with its limit.
    keep = counts > 0
    keep[:-1] |= keep[1:]
    keep[-1] = True
    proto.bucket_limit.extend(_LIMITS[keep].tolist())
    proto.bucket.extend(counts[keep].astype(np.float64).tolist())
    return Summary.Value(tag=tag, histo=proto)


def _event(step: int | None, wall_time: float | None, **content: Any) -> Any:
    now = time.time() if wall_time is None else wall_time
    return Event(wall_time=now, step=step or 0, **content)


_LARGEST = float(np.finfo(np.float64).max)


def _bucket_limits() -> np.ndarray[Any, np.dtype[np.float64]]:
    positive: list[float] = []
    limit = 1e-12
    while limit < 1e20:
        positive.append(limit)
        limit *= 1.1
    positive.append(_LARGEST)
    return np.array([-x for x in reversed(positive)] + [0.0, *positive])


_LIMITS = _bucket_limits()
