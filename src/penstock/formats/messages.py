"""Protocol-buffer messages that the `tensorboard` package does not carry.

The schemas are TensorFlow's public ones, reduced to names, numbers and types;
classes are built when this module is imported. They refer to tensorboard's
messages and live in the same descriptor pool, under a package name of our own.
Tensorboard's own are listed here too: generated code has no types to check, so
that all of them enter Penstock here, as `Any`.
"""

from __future__ import annotations

import importlib
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError, Message

from penstock.formats.errors import MalformedError


def _generated(name: str) -> Any:
    return importlib.import_module(f"tensorboard.compat.proto.{name}_pb2")


_config, _meta_graph, _tensor_shape, _types, _versions = map(
    _generated, ("config", "meta_graph", "tensor_shape", "types", "versions")
)
AttrValue = _generated("attr_value").AttrValue
ClusterDef = _generated("cluster").ClusterDef
CollectionDef = _meta_graph.CollectionDef
ConfigProto = _config.ConfigProto
DataType = _types.DataType
Event = _generated("event").Event
FunctionDef = _generated("function").FunctionDef
GPUOptions = _config.GPUOptions
GraphDef = _generated("graph").GraphDef
GraphOptions = _config.GraphOptions
HistogramProto = _generated("summary").HistogramProto
MetaGraphDef = _meta_graph.MetaGraphDef
NodeDef = _generated("node_def").NodeDef
OptimizerOptions = _config.OptimizerOptions
RunMetadata = _config.RunMetadata
RunOptions = _config.RunOptions
SaverDef = _generated("saver").SaverDef
SavedConcreteFunction = _generated("saved_object_graph").SavedConcreteFunction
SavedObjectGraph = _generated("saved_object_graph").SavedObjectGraph
SessionLog = _generated("event").SessionLog
StructuredValue = _generated("struct").StructuredValue
Summary = _generated("summary").Summary
SummaryDescription = _generated("summary").SummaryDescription
SummaryMetadata = _generated("summary").SummaryMetadata
TaggedRunMetadata = _generated("event").TaggedRunMetadata
TensorProto = _generated("tensor").TensorProto
TrackableObjectGraph = _generated("trackable_object_graph").TrackableObjectGraph
VariableDef = _generated("variable").VariableDef

_PACKAGE = "penstock.formats"
_FILE = "penstock/formats/messages.proto"
_TYPES = {
    "bool": 8,
    "double": 1,
    "float": 2,
    "int64": 3,
    "int32": 5,
    "fixed32": 7,
    "string": 9,
    "bytes": 12,
}

# message -> lines "[repeated] type name = number"; "map<string, X>" as in proto3.
_SCHEMA: dict[str, list[str]] = {
    "BundleHeaderProto": [
        "int32 num_shards = 1",
        "int32 endianness = 2",
        "tensorboard.VersionDef version = 3",
    ],
    "TensorSliceProto": ["repeated Extent extent = 1"],
    "TensorSliceProto.Extent": ["int64 start = 1", "optional int64 length = 2"],
    "BundleEntryProto": [
        "enum:tensorboard.DataType dtype = 1",
        "tensorboard.TensorShapeProto shape = 2",
        "int32 shard_id = 3",
        "int64 offset = 4",
        "int64 size = 5",
        "fixed32 crc32c = 6",
        "repeated TensorSliceProto slices = 7",
    ],
    "CheckpointState": [
        "string model_checkpoint_path = 1",
        "repeated string all_model_checkpoint_paths = 2",
        "repeated double all_model_checkpoint_timestamps = 3",
        "double last_preserved_timestamp = 4",
    ],
    "SavedModel": [
        "int64 saved_model_schema_version = 1",
        "repeated tensorboard.MetaGraphDef meta_graphs = 2",
    ],
    "BytesList": ["repeated bytes value = 1"],
    "FloatList": ["repeated float value = 1"],
    "Int64List": ["repeated int64 value = 1"],
    "Feature": [
        "oneof:kind BytesList bytes_list = 1",
        "oneof:kind FloatList float_list = 2",
        "oneof:kind Int64List int64_list = 3",
    ],
    "Features": ["map Feature feature = 1"],
    "FeatureList": ["repeated Feature feature = 1"],
    "FeatureLists": ["map FeatureList feature_list = 1"],
    "Example": ["Features features = 1"],
    "SequenceExample": ["Features context = 1", "FeatureLists feature_lists = 2"],
    "KerasMetadata": ["repeated KerasNode nodes = 1"],
    "KerasNode": [
        "int32 node_id = 2",
        "string node_path = 3",
        "string identifier = 4",
        "string metadata = 5",
        "tensorboard.VersionDef version = 6",
    ],
    # Names are ours; numbers as observed in what `Dataset.save` writes.
    "SavedElements": [
        "string graph = 1",
        "string run = 2",
        "int64 created = 3",
        "int64 version = 4",
        "repeated enum:tensorboard.DataType dtypes = 5",
        "int64 count = 6",
        "bool finished = 1000",
    ],
}


def _add_field(message: Any, line: str) -> None:
    *modifiers, kind, name, _, number = line.split()
    field = message.field.add(name=name, number=int(number), label=1)
    modifier = modifiers[0] if modifiers else ""
    if modifier == "map":
        entry = message.nested_type.add(name=_entry_name(name))
        entry.options.map_entry = True
        _add_field(entry, "string key = 1")
        _add_field(entry, f"{kind} value = 2")
        kind, modifier = f"{message.name}.{entry.name}", "repeated"
    if modifier == "repeated":
        field.label = 3
    elif modifier.startswith("oneof:") or modifier == "optional":
        # proto3 tells "0" from "absent" by wrapping the field in a oneof.
        group = modifier.partition(":")[2] or f"_{name}"
        names = [o.name for o in message.oneof_decl]
        if group not in names:
            message.oneof_decl.add(name=group)
            names.append(group)
        field.oneof_index = names.index(group)
        field.proto3_optional = modifier == "optional"
    if kind in _TYPES:
        field.type = _TYPES[kind]
        return
    is_enum = kind.startswith("enum:")
    kind = kind.removeprefix("enum:")
    field.type = 14 if is_enum else 11
    if kind == "Extent":
        kind = "TensorSliceProto.Extent"
    scope = "" if kind.startswith("tensorboard.") else f"{_PACKAGE}."
    field.type_name = f".{scope}{kind}"


def _entry_name(field: str) -> str:
    return "".join(part.capitalize() for part in field.split("_")) + "Entry"


def _build() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name=_FILE, package=_PACKAGE, syntax="proto3"
    )
    for imported in (_meta_graph, _tensor_shape, _types, _versions):
        file.dependency.append(imported.DESCRIPTOR.name)
    made: dict[str, Any] = {}
    for name, lines in _SCHEMA.items():
        outer, _, inner = name.rpartition(".")
        holder = made[outer].nested_type if outer else file.message_type
        made[name] = holder.add(name=inner)
        for line in lines:
            _add_field(made[name], line)
    return descriptor_pool.Default().AddSerializedFile(file.SerializeToString())


_built = _build() or descriptor_pool.Default().FindFileByName(_FILE)


def _message(name: str) -> Any:
    return message_factory.GetMessageClass(_built.message_types_by_name[name])


BundleHeaderProto = _message("BundleHeaderProto")
BundleEntryProto = _message("BundleEntryProto")
TensorSliceProto = _message("TensorSliceProto")
CheckpointState = _message("CheckpointState")
SavedModel = _message("SavedModel")
BytesList = _message("BytesList")
FloatList = _message("FloatList")
Int64List = _message("Int64List")
Feature = _message("Feature")
Features = _message("Features")
FeatureList = _message("FeatureList")
FeatureLists = _message("FeatureLists")
Example = _message("Example")
SequenceExample = _message("SequenceExample")
SavedElements = _message("SavedElements")
KerasMetadata = _message("KerasMetadata")


def parse(kind: Any, data: bytes, what: str) -> Any:
    """`data` as a message of class `kind`; MalformedError naming `what`."""
    message: Message = kind()
    try:
        message.ParseFromString(data)
    except (DecodeError, UnicodeDecodeError) as error:
        raise MalformedError(
            f"{what}: no {kind.DESCRIPTOR.name} message ({error})"
        ) from error
    return message
