"""Nested Python values as `StructuredValue` messages: signatures in SavedModels.

Source: tensorflow/core/protobuf/struct.proto.
"""

from __future__ import annotations

from typing import Any

from penstock.api.specs import TensorSpec
from penstock.core.dtypes import as_dtype
from penstock.core.errors import UnsupportedError
from penstock.core.shapes import TensorShape
from penstock.formats.messages import StructuredValue


def encode(value) -> Any:
    """`value` as a message. Raises UnsupportedError for what has no stored form."""
    message = StructuredValue()
    _fill(message, value)
    return message


_PLAIN = {
    bool: "bool_value", int: "int64_value", float: "float64_value", str: "string_value"
}  # fmt: skip


def _fill(message, value) -> None:
    plain = _PLAIN.get(type(value))
    if value is None:
        message.none_value.SetInParent()
    elif plain is not None:
        setattr(message, plain, value)
    elif isinstance(value, TensorSpec):
        spec = message.tensor_spec_value
        spec.name = value.name or ""
        spec.shape.CopyFrom(value.shape.as_proto())
        spec.dtype = as_dtype(value.dtype).as_datatype_enum
    elif isinstance(value, list | tuple | dict):
        _fill_nested(message, value)
    else:
        raise UnsupportedError(f"A signature with {value!r} in it cannot be saved.")


def _fill_nested(message, value) -> None:
    if isinstance(value, dict):
        message.dict_value.SetInParent()
        for key, item in value.items():
            _fill(message.dict_value.fields[str(key)], item)
    elif hasattr(value, "_fields"):
        named = message.named_tuple_value
        named.name = type(value).__name__
        for key, item in zip(value._fields, value, strict=True):
            _fill(named.values.add(key=key).value, item)
    else:
        kind = message.list_value if isinstance(value, list) else message.tuple_value
        kind.SetInParent()
        for item in value:
            _fill(kind.values.add(), item)


def decode(message) -> Any:
    """The nested value that `message` stands for; named tuples as dicts."""
    kind = message.WhichOneof("kind")
    if kind in (None, "none_value"):
        return None
    if kind in _PLAIN.values():
        return getattr(message, kind)
    if kind == "tensor_spec_value":
        return _spec(message.tensor_spec_value)
    if kind == "bounded_tensor_spec_value":
        return _spec(message.bounded_tensor_spec_value)
    if kind == "list_value":
        return [decode(v) for v in message.list_value.values]
    if kind == "tuple_value":
        return tuple(decode(v) for v in message.tuple_value.values)
    if kind == "dict_value":
        fields = message.dict_value.fields
        return {key: decode(fields[key]) for key in sorted(fields)}
    if kind == "named_tuple_value":
        return {p.key: decode(p.value) for p in message.named_tuple_value.values}
    raise UnsupportedError(f"A signature with a {kind} in it is not in Penstock.")


def _spec(message) -> TensorSpec:
    shape = message.shape
    dims = None if shape.unknown_rank else [d.size for d in shape.dim]
    dims = None if dims is None else [None if d < 0 else d for d in dims]
    return TensorSpec(TensorShape(dims), as_dtype(message.dtype), message.name or None)
