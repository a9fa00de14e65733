"""`tf.summary.FileWriter`: summaries, graphs and logs of a run to an event file."""

from __future__ import annotations

import os
import threading
import time
import warnings
from typing import Any, ClassVar

from penstock.formats.events import EventWriter
from penstock.formats.messages import Event, GraphDef, Summary, TaggedRunMetadata
from penstock.ir.graph import Graph
from penstock.saving.graph_io import graph_def as as_graph_def


class FileWriter:
    """Appends to a new event file in `logdir`, which TensorBoard shows.

    `graph` is written at once. Events reach the disk at `flush`, `close`, after
    `flush_secs` seconds or `max_queue` events. As `tf.summary.FileWriter`.
    """

    def __init__(
        self, logdir, graph=None, max_queue=10, flush_secs=120, graph_def=None,
        filename_suffix=None, session=None,
    ):  # fmt: skip
        del session
        self._folder = os.fspath(logdir)
        self._suffix = filename_suffix or ""
        self._max_queue, self._flush_secs = max_queue, flush_secs
        self._lock = threading.RLock()
        self._events: EventWriter | None = None
        self._described: set[tuple[str, str]] = set()
        self._open()
        if graph is None and graph_def is None:
            return
        # 0.x: the second argument was a GraphDef.
        if isinstance(graph, GraphDef):
            graph, graph_def = None, graph
        self.add_graph(graph, graph_def=graph_def)
        if isinstance(graph, Graph):
            from penstock.v1.meta_graph import export_meta_graph

            self.add_meta_graph(export_meta_graph(graph=graph))

    def _open(self) -> None:
        self._events = EventWriter(self._folder, self._suffix)
        self._waiting, self._flushed = 0, time.time()

    def get_logdir(self) -> str:
        return self._folder

    def add_summary(self, summary, global_step=None) -> None:
        """Write `summary`, a Summary or its bytes, at `global_step`."""
        if isinstance(summary, bytes):
            message = Summary.FromString(summary)
        else:
            message = Summary()
            message.CopyFrom(summary)
        for value in message.value:
            # Readers need what describes a tag just once.
            key = (value.tag, value.metadata.plugin_data.plugin_name)
            if value.HasField("metadata") and key in self._described:
                value.ClearField("metadata")
            elif value.HasField("metadata"):
                self._described.add(key)
        self._add(Event(summary=message), global_step)

    def add_graph(self, graph=None, global_step=None, graph_def=None) -> None:
        """Write `graph` for TensorBoard's graph page. Raises TypeError for none."""
        if graph is not None and graph_def is not None:
            raise ValueError("Please pass only graph, or graph_def (deprecated).")
        given: Any = graph if graph is not None else graph_def
        if isinstance(given, Graph):
            given = as_graph_def(given, add_shapes=True)
        elif not isinstance(given, GraphDef):
            raise TypeError(f"add_graph takes a tf.Graph or a GraphDef, not {given!r}.")
        self._add(Event(graph_def=given.SerializeToString()), global_step)

    def add_meta_graph(self, meta_graph_def, global_step=None) -> None:
        """Write a MetaGraphDef."""
        if not hasattr(meta_graph_def, "meta_info_def"):
            raise TypeError(
                f"meta_graph_def must be type MetaGraphDef, saw type: "
                f"{type(meta_graph_def)}"
            )
        data = meta_graph_def.SerializeToString()
        self._add(Event(meta_graph_def=data), global_step)

    def add_session_log(self, session_log, global_step=None) -> None:
        """Write that a session started or stopped."""
        self._add(Event(session_log=session_log), global_step)

    def add_run_metadata(self, run_metadata, tag, global_step=None) -> None:
        """Write what a run was measured to take. Raises ValueError for a used tag."""
        if (tag, "run_metadata") in self._described:
            raise ValueError(f"The provided tag was already used for this event: {tag}")
        self._described.add((tag, "run_metadata"))
        tagged = TaggedRunMetadata(
            tag=tag, run_metadata=run_metadata.SerializeToString()
        )
        self._add(Event(tagged_run_metadata=tagged), global_step)

    def add_event(self, event) -> None:
        """Write an Event message. After `close`, nothing but a warning."""
        with self._lock:
            if self._events is None:
                warnings.warn(
                    "Attempting to use a closed FileWriter. The operation will be a "
                    "noop unless the FileWriter is explicitly reopened.",
                    stacklevel=2,
                )
                return
            self._events.add_event(event)
            self._waiting += 1
            late = time.time() - self._flushed > self._flush_secs
            if late or self._waiting >= self._max_queue:
                self.flush()

    def _add(self, event: Any, step) -> None:
        event.wall_time = time.time()
        if step is not None:
            event.step = int(step)
        self.add_event(event)

    def flush(self) -> None:
        """Let readers see what was written so far."""
        with self._lock:
            if self._events is not None:
                self._events.flush()
                self._waiting, self._flushed = 0, time.time()

    def close(self) -> None:
        """Close the file; `reopen` begins another one."""
        with self._lock:
            if self._events is not None:
                self._events.close()
                self._events = None

    def reopen(self) -> None:
        """After `close`: go on in a new file of the same folder."""
        with self._lock:
            if self._events is None:
                self._open()

    def __enter__(self) -> FileWriter:
        return self

    def __exit__(self, *exception) -> None:
        self.close()


class FileWriterCache:
    """One `FileWriter` for each folder. As `tf.summary.FileWriterCache`."""

    _writers: ClassVar[dict[str, FileWriter]] = {}
    _lock = threading.RLock()

    @staticmethod
    def get(logdir) -> FileWriter:
        """The writer of `logdir`, made at the first call."""
        with FileWriterCache._lock:
            found = FileWriterCache._writers.get(logdir)
            if found is None:
                found = FileWriterCache._writers[logdir] = FileWriter(
                    logdir, graph=_default_graph()
                )
            return found

    @staticmethod
    def clear() -> None:
        """Close and forget all writers."""
        with FileWriterCache._lock:
            for writer in FileWriterCache._writers.values():
                writer.close()
            FileWriterCache._writers.clear()


def _default_graph() -> Graph:
    from penstock.v1.default_graph import get_default_graph

    return get_default_graph()
