"""MetaGraphs: a graph, its collections and its saver in one file (`.meta`)."""

from __future__ import annotations

import logging
import os
from typing import Any

import numpy as np

from penstock.formats import graphdef
from penstock.formats.errors import FormatError
from penstock.formats.messages import CollectionDef, MetaGraphDef
from penstock.ir import context
from penstock.ir.node import Node
from penstock.ir.tensor import Tensor
from penstock.saving.graph_import import import_graph_def
from penstock.saving.graph_io import graph_def as as_graph_def
from penstock.v1.default_graph import get_default_graph
from penstock.v1.graph_keys import GraphKeys
from penstock.v1.saver import Saver, SaverDef
from penstock.v1.variables import Variable

MetaGraphDef = MetaGraphDef
log = logging.getLogger("tensorflow")

#: Collections of variables, which travel as VariableDefs.
_OF_VARIABLES = (
    GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES, GraphKeys.MODEL_VARIABLES,
    GraphKeys.TRAINABLE_VARIABLES, GraphKeys.MOVING_AVERAGE_VARIABLES,
    GraphKeys.GLOBAL_STEP, GraphKeys.METRIC_VARIABLES,
    GraphKeys.CONCATENATED_VARIABLES, GraphKeys.TRAINABLE_RESOURCE_VARIABLES,
)  # fmt: skip


def export_meta_graph(
    filename=None, meta_info_def=None, graph_def=None, saver_def=None,
    collection_list=None, as_text=False, graph=None, export_scope=None,
    clear_devices=False, clear_extraneous_savers=False, strip_default_attrs=False,
    save_debug_info=False, **kwargs,
):  # fmt: skip
    """`graph` (the default one) as a MetaGraphDef, written to `filename` if given.

    Collections hold variables, tensors, operations, numbers and texts; what else is
    in them stays behind, with a warning. As `tf.train.export_meta_graph`.
    """
    del clear_extraneous_savers, strip_default_attrs, save_debug_info, kwargs
    graph = graph if graph is not None else get_default_graph()
    message = MetaGraphDef()
    if meta_info_def is not None:
        message.meta_info_def.CopyFrom(meta_info_def)
    message.meta_info_def.tensorflow_version = "1.15.0"
    if graph_def is None:
        graph_def = as_graph_def(graph, add_shapes=True, export_scope=export_scope)
    message.graph_def.CopyFrom(graph_def)
    if clear_devices:
        for node in message.graph_def.node:
            node.device = ""
    if saver_def is not None:
        message.saver_def.CopyFrom(saver_def)
    keys = (
        graph.get_all_collection_keys() if collection_list is None else collection_list
    )
    for key in keys:
        _export_collection(message, key, graph.get_collection(key), export_scope)
    if filename:
        graphdef.write_message(os.fspath(filename), message, as_text=as_text)
    return message


def _export_collection(message, key: str, items: list, scope: str | None) -> None:
    collection = CollectionDef()
    try:
        for item in items:
            _export_item(collection, item, scope)
    except TypeError as error:
        log.warning(
            "Issue encountered when serializing %s.\n%s: it is left out of the "
            "MetaGraph.", key, error,
        )  # fmt: skip
        return
    if collection.WhichOneof("kind") is not None:
        message.collection_def[key].CopyFrom(collection)


def _export_item(collection, item: Any, scope: str | None) -> None:
    prefix = scope.rstrip("/") + "/" if scope else ""
    if isinstance(item, Variable):
        proto: Any = item.to_proto(export_scope=scope)
        if proto is not None:
            collection.bytes_list.value.append(proto.SerializeToString())
    elif isinstance(item, Saver):
        proto = item.to_proto(export_scope=scope)
        collection.bytes_list.value.append(proto.SerializeToString())
    elif isinstance(item, Tensor | Node):
        if item.name.startswith(prefix):
            collection.node_list.value.append(item.name.removeprefix(prefix))
    elif isinstance(item, bool | int | np.integer):
        collection.int64_list.value.append(int(item))
    elif isinstance(item, float | np.floating):
        collection.float_list.value.append(float(item))
    elif isinstance(item, str | bytes):
        text = item.encode() if isinstance(item, str) else item
        collection.bytes_list.value.append(text)
    else:
        raise TypeError(f"{type(item).__name__} has no form in a file")


def import_meta_graph(
    meta_graph_or_file, clear_devices=False, import_scope=None, **kwargs
):
    """Add a MetaGraph to the default graph; gives its saver, None without variables.

    Raises OSError where the file is missing, ValueError for a damaged one.
    """
    message = _read(meta_graph_or_file)
    return_elements = kwargs.pop("return_elements", None)
    graph = get_default_graph()
    nodes = message.graph_def
    if clear_devices:
        nodes = type(nodes)()
        nodes.CopyFrom(message.graph_def)
        for node in nodes.node:
            node.device = ""
    scope = import_scope or ""
    if scope:
        scope = graph.unique_name(scope, mark_as_used=False)
    elements = import_graph_def(
        nodes, kwargs.pop("input_map", None), return_elements, name=import_scope or ""
    )
    made: dict[bytes, Variable] = {}
    for key, collection in sorted(message.collection_def.items()):
        for item in _imported(key, collection, scope, made):
            graph.add_to_collection(key, item)
    saver = _saver(message, scope, made)
    return saver if return_elements is None else (saver, elements)


def _read(meta_graph_or_file):
    if isinstance(meta_graph_or_file, MetaGraphDef):
        return meta_graph_or_file
    path = os.fspath(meta_graph_or_file)
    if not os.path.exists(path):
        raise OSError(f"File {path} does not exist.")
    try:
        return graphdef.read_message(path, MetaGraphDef)
    except FormatError as error:
        try:  # a text file may have any name
            with open(path, "rb") as file:
                return graphdef.from_text(file.read(), MetaGraphDef, path)
        except FormatError:
            raise error from None


def _imported(key: str, collection, scope: str, made: dict[bytes, Variable]) -> list:
    """The items of one collection; a variable in several is one object."""
    kind = collection.WhichOneof("kind")
    if kind is None:
        return []
    values = list(getattr(collection, kind).value)
    if kind == "node_list":
        graph = get_default_graph()
        prefix = f"{scope}/" if scope else ""
        return [graph.as_graph_element(prefix + name) for name in values]
    if kind != "bytes_list":
        return values
    if key == GraphKeys.SAVERS:
        return [
            Saver.from_proto(SaverDef.FromString(v), import_scope=scope or None)
            for v in values
        ]
    if key not in _OF_VARIABLES:
        return [v for v in values if _is_text(v)]
    out = []
    for data in values:
        if data not in made:
            made[data] = _variable(data, scope)
        out.append(made[data])
    return out


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _variable(data: bytes, scope: str) -> Variable:
    from penstock.formats import messages
    from penstock.saving.variable_def import VariableDef

    proto = messages.parse(VariableDef, data, "a variable of the MetaGraph")
    with context.landing().name_scope(None):
        return Variable.from_proto(proto, import_scope=scope or None)


def _saver(message, scope: str, made: dict) -> Saver | None:
    if message.HasField("saver_def"):
        return Saver.from_proto(message.saver_def, import_scope=scope or None)
    if made:
        return Saver()
    log.info("Saver not created because there are no variables in the graph to restore")
    return None


__all__ = ["export_meta_graph", "import_meta_graph"]
