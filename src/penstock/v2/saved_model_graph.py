"""The graph of a SavedModel: what runs it without objects, as TensorFlow Serving does.

Variables as handles, a placeholder for every argument of a signature, a call node for
each signature, and nodes that save and restore the variables. The nodes are written as
messages: nothing here is ever run by Penstock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from penstock.api.specs import TensorSpec
from penstock.core import dtypes
from penstock.core.dtypes import DType
from penstock.core.shapes import TensorShape
from penstock.saving.attributes import encode

PREDICT = "tensorflow/serving/predict"
INIT = "__saved_model_init_op"


@dataclass(frozen=True)
class Held:
    """A variable: the name of its node, which it is shared by, and of its value."""

    node: str
    key: str
    dtype: DType
    shape: TensorShape


@dataclass(frozen=True)
class Served:
    """A signature: its function, what that takes, is bound to and gives."""

    name: str
    function: str
    inputs: Sequence[TensorSpec]
    bound: Sequence[str]
    bound_types: Sequence[DType]
    outputs: Mapping[str, TensorSpec]


def add_graph(meta: Any, held: Sequence[Held], served: Iterable[Served]) -> None:
    """Fill a MetaGraphDef's nodes, its signatures and how it is restored."""
    made = _Nodes(meta.graph_def)
    for one in held:
        made.add(
            "VarHandleOp", one.node, dtype=one.dtype, shape=one.shape,
            shared_name=one.node, container="",
        )  # fmt: skip
    for one in served:
        _add_signature(made, meta, one)
    made.add("NoOp", "NoOp")
    meta.signature_def[INIT].outputs[INIT].name = "NoOp"
    _info(meta.signature_def[INIT].outputs[INIT], None)
    _add_saver(made, meta.saver_def, held)


class _Nodes:
    """NodeDefs with names of their own."""

    def __init__(self, graph_def: Any):
        self._graph_def = graph_def
        self._taken = {node.name for node in graph_def.node}

    def add(self, kind: str, name: str, *inputs: str, **attrs: Any) -> str:
        base, number = name, 0
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._taken.add(name)
        node = self._graph_def.node.add(op=kind, name=name)
        node.input.extend(inputs)
        for key, value in attrs.items():
            node.attr[key].CopyFrom(encode(key, value, None, str))
        return name

    def constant(self, name: str, value) -> str:
        array = np.asarray(value, object)
        return self.add("Const", name, dtype=dtypes.string, value=array)

    def call(self, name: str, function: str, *inputs: str, **attrs: Any) -> str:
        name = self.add(
            "StatefulPartitionedCall", name, *inputs, config="", config_proto=b"",
            executor_type="", **attrs,
        )  # fmt: skip
        self._graph_def.node[-1].attr["f"].func.name = function
        return name


def _add_signature(made: _Nodes, meta: Any, one: Served) -> None:
    signature = meta.signature_def[one.name]
    signature.method_name = PREDICT
    fed = []
    for spec in one.inputs:
        name = made.add(
            "Placeholder", f"{one.name}_{spec.name}", dtype=spec.dtype, shape=spec.shape
        )
        fed.append(name)
        _info(signature.inputs[spec.name], spec, f"{name}:0")
    types = [*(spec.dtype for spec in one.inputs), *one.bound_types]
    call = made.call(
        "StatefulPartitionedCall", one.function, *fed, *one.bound,
        Tin=types, Tout=[spec.dtype for spec in one.outputs.values()],
    )  # fmt: skip
    for index, (key, spec) in enumerate(one.outputs.items()):
        _info(signature.outputs[key], spec, f"{call}:{index}")


def _info(info: Any, spec: TensorSpec | None, name: str | None = None) -> None:
    """A TensorInfo; without a spec that of an operation."""
    if name is not None:
        info.name = name
    if spec is None:
        info.tensor_shape.unknown_rank = True
        return
    info.dtype = spec.dtype.as_datatype_enum
    info.tensor_shape.CopyFrom(spec.shape.as_proto())


def _add_saver(made: _Nodes, saver: Any, held: Sequence[Held]) -> None:
    place = made.add(
        "Placeholder", "saver_filename", dtype=dtypes.string, shape=TensorShape(())
    )
    types = [one.dtype for one in held]
    names = made.constant("save/tensor_names", [one.key.encode() for one in held])
    slices = made.constant("save/shape_and_slices", [b""] * len(held))
    read = [
        made.add("ReadVariableOp", f"save/{one.node}", one.node, dtype=one.dtype)
        for one in held
    ]
    saved = restored = made.add("NoOp", "save/none")
    if held:
        saved = made.add(
            "SaveV2", "save/SaveV2", place, names, slices, *read, dtypes=types
        )
        values = made.add(
            "RestoreV2", "save/RestoreV2", place, names, slices, dtypes=types
        )
        assigned = [
            made.add(
                "AssignVariableOp", "save/Assign", one.node, f"{values}:{index}",
                dtype=one.dtype, validate_shape=False,
            )
            for index, one in enumerate(held)
        ]  # fmt: skip
        restored = made.add("NoOp", "save/restore_all", *(f"^{n}" for n in assigned))
    done = made.add(
        "Identity", "save/control_dependency", place, f"^{saved}", T=dtypes.string
    )
    saver.filename_tensor_name = f"{place}:0"
    saver.save_tensor_name = f"{done}:0"
    saver.restore_op_name = restored
    saver.version = 2  # the form of the bundle
