"""`tensorflow.python.client.timeline`: a traced run as Chrome's trace viewer reads it.

The format is the Trace Event Format of the Catapult project.
"""

from __future__ import annotations

import json
import re
from typing import Any

_LABEL = re.compile(r".* = (\w+)\((.*)\)")


class Timeline:
    """The steps of `run_metadata.step_stats`, device by device."""

    def __init__(self, step_stats: Any, graph: Any = None):
        self._devices = list(step_stats.dev_stats)

    def generate_chrome_trace_format(
        self, show_dataflow: bool = True, show_memory: bool = False,
        op_time: str = "schedule",
    ) -> str:  # fmt: skip
        """JSON for `chrome://tracing`: an event for each node, its inputs by name.

        `show_dataflow` draws an arrow from each node to those that use its result,
        `show_memory` a counter of the bytes that the nodes' results take.
        """
        events: list[dict[str, Any]] = []
        for pid, device in enumerate(self._devices):
            events.append(
                {
                    "name": "process_name", "ph": "M", "pid": pid,
                    "args": {"name": f"{device.device} Compute"},
                }
            )  # fmt: skip
            events += _device_events(pid, device, show_dataflow, show_memory)
        return json.dumps({"traceEvents": events}, indent=4)


def _device_events(pid: int, device, show_dataflow: bool, show_memory: bool):
    made: dict[str, Any] = {}
    taken = 0
    for told in sorted(device.node_stats, key=lambda t: t.all_start_micros):
        found = _LABEL.fullmatch(told.timeline_label)
        op, inputs = found.groups() if found else ("", "")
        names = [name for name in inputs.split(", ") if name]
        args = {"name": told.node_name, "op": op}
        args |= {f"input{n}": name for n, name in enumerate(names)}
        start, took = told.all_start_micros, told.all_end_rel_micros
        yield {
            "ph": "X", "cat": "Op", "name": op, "pid": pid, "tid": 0, "ts": start,
            "dur": took, "args": args,
        }  # fmt: skip
        if show_dataflow:
            for name in names:
                if name in made:
                    yield from _arrow(pid, name, told.node_name, made[name], start)
        if show_memory:
            taken += sum(memory.total_bytes for memory in told.memory)
            yield {
                "ph": "C", "name": "Results", "pid": pid, "ts": start + took,
                "args": {"bytes": taken},
            }  # fmt: skip
        made[told.node_name] = start + took


def _arrow(pid: int, source: str, target: str, ended: int, began: int):
    common = {"cat": "DataFlow", "name": source, "pid": pid, "tid": 0}
    common["id"] = f"{source} -> {target}"
    yield {"ph": "s", "ts": ended, **common}
    yield {"ph": "t", "ts": began, **common}
