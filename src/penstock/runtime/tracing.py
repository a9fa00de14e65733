"""A run node by node, for programs that ask how long each took.

A compiled step is one piece whose parts have no times of their own; what a run with
`RunOptions(trace_level=FULL_TRACE)` measures is the same nodes, each computed alone.
The values are those of the step to rounding: nothing is fused.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.ir.node import Node
from penstock.lowering import Frame, is_variable
from penstock.ops.subgraph import NotOnDevice
from penstock.ops.xla import jax
from penstock.runtime.step import (
    DeviceStep,
    HostStep,
    Runnable,
    Store,
    uninitialized,
)

#: Told of each node: itself, nanoseconds since 1970 at its start and end, its values.
Observer = Callable[[Node, int, int, list[Any]], None]


def run_traced(
    runnable: Runnable, store: Store, values: dict[int, Any], observe: Observer
) -> None:
    """As `runnable.run(store, values)`. Raises what the compiled steps would."""
    at = 0
    while at < len(runnable.steps):
        step = runnable.steps[at]
        try:
            if isinstance(step, HostStep):
                step.run(store, values, observe_with(observe))
            else:
                _trace(step, store, values, observe)
            at += 1
        except NotOnDevice as found:
            runnable.replan(at, found.node)


def _trace(
    step: DeviceStep, store: Store, values: dict[int, Any], observe: Observer
) -> None:
    segment = step.segment
    for node in step.keeps:
        store.initial(node)
    with store.lock:
        try:
            state = {v: store[v] for v in [*step.donated, *step.read]}
        except KeyError as error:
            raise uninitialized(error.args[0]) from None
        frame = Frame(state)
        frame.alias.update(segment.aliases)
        for tensor in segment.inputs:
            value = values[id(tensor)]
            known = id(tensor) in segment.static
            frame.values[id(tensor)] = np.asarray(value) if known else value
        execute = observe_with(observe)
        for node in segment.nodes:
            execute(frame, node)
        step.guarded = [(node, message) for node, _, message in frame.guards]
        store.update({v: frame.state[v] for v in step.written})
    step.check([holds for _, holds, _ in frame.guards])
    for tensor in segment.outputs:
        values[id(tensor)] = frame.value(tensor)


def observe_with(observe: Observer) -> Callable[[Frame, Node], None]:
    """`frame.execute(node)` that waits for the node's values and tells `observe`."""

    def execute(frame: Frame, node: Node) -> None:
        began = time.time_ns()
        frame.execute(node)
        found = [] if is_variable(node) else map(_value(frame), node.outputs)
        outs = [v for v in found if hasattr(v, "dtype")]
        jax.block_until_ready([v for v in outs if not isinstance(v, np.ndarray)])
        observe(node, began, time.time_ns(), outs)

    return execute


def _value(frame: Frame) -> Callable[[Any], Any]:
    return lambda tensor: frame.values.get(id(tensor))
