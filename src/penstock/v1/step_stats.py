"""What a traced run took, as TensorFlow's `StepStats`."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import as_dtype
from penstock.formats.messages import RunMetadata, RunOptions
from penstock.ir.node import Node
from penstock.runtime.devices import name_of


class Collector:
    """An observer of `run_traced` that writes into a RunMetadata, from its start.

    TensorBoard's graph page and timelines read it.
    """

    def __init__(self, metadata: Any):
        metadata.Clear()
        self._device = metadata.step_stats.dev_stats.add(device=name_of())

    def __call__(self, node: Node, began: int, ended: int, outs: list[Any]) -> None:
        start, took = began // 1000, max(1, (ended - began) // 1000)
        told = self._device.node_stats.add(
            node_name=node.name,
            all_start_micros=start,
            op_end_rel_micros=took,
            all_end_rel_micros=took,
            all_start_nanos=began,
            op_end_rel_nanos=ended - began,
            all_end_rel_nanos=ended - began,
            scheduled_micros=start,
            scheduled_nanos=began,
            timeline_label=_label(node),
        )
        for slot, value in enumerate(outs):
            out = told.output.add(slot=slot).tensor_description
            out.dtype = as_dtype(value.dtype).as_datatype_enum
            for size in np.shape(value):
                out.shape.dim.add(size=size)
            size = int(getattr(value, "nbytes", 0))
            out.allocation_description.requested_bytes = size
            told.memory.add(allocator_name="device", total_bytes=size, peak_bytes=size)


def wanted(options: Any, metadata: Any) -> bool:
    """Whether a run was asked to be traced.

    Raises TypeError for options or metadata that are not TensorFlow's messages.
    """
    if options is not None and not isinstance(options, RunOptions):
        raise TypeError(
            f"options must be a tf.RunOptions, received {type(options).__name__}."
        )
    if metadata is not None and not isinstance(metadata, RunMetadata):
        raise TypeError(
            "run_metadata must be a tf.RunMetadata, received "
            f"{type(metadata).__name__}."
        )
    traces = options is not None and options.trace_level != RunOptions.NO_TRACE
    return traces and metadata is not None


def _label(node: Node) -> str:
    """As in `prod = MatMul(a, b)`, which timelines take apart again."""
    given = ", ".join(tensor._node.name for tensor in node.inputs)
    return f"{node.name} = {node.type}({given})"
