"""Attributes of nodes as AttrValue messages, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from penstock.core.dtypes import DType, as_dtype
from penstock.core.shapes import TensorShape, as_dims
from penstock.formats import tensor_proto
from penstock.formats.messages import AttrValue
from penstock.ir.func_graph import FuncGraph
from penstock.ir.op import Op
from penstock.ir.tensor import Tensor

AttrValue = AttrValue

#: Attributes whose values are shapes, whatever Python type a caller used.
_SHAPES = ("shape", "element_shape")
_SHAPE_LISTS = ("output_shapes", "shapes", "_output_shapes")

#: What names the function that a graph of a branch or body becomes.
Named = Callable[[FuncGraph], str]


def encode_all(op: Op, attrs: Mapping[str, Any], named: Named) -> dict[str, Any]:
    """The attributes of a node of `op` as AttrValue messages."""
    out = {}
    for name, value in attrs.items():
        encoded = encode(name, value, op.attrs.get(name), named)
        if encoded is not None:
            out[name] = encoded
    return out


def encode(name: str, value: Any, default: Any, named: Named):
    """One attribute as an AttrValue; None where there is nothing to say."""
    out = AttrValue()
    if name in _SHAPES:
        out.shape.CopyFrom(TensorShape(value).as_proto())
    elif isinstance(value, tuple | list):
        out.list.SetInParent()
        for item in value:
            _append(out.list, name, item, named)
    elif isinstance(value, FuncGraph):
        out.func.name = named(value)
    elif isinstance(value, np.ndarray):
        out.tensor.CopyFrom(tensor_proto.make_tensor_proto(value))
    elif isinstance(value, DType):
        out.type = value.base_dtype.as_datatype_enum
    elif isinstance(value, TensorShape):
        out.shape.CopyFrom(value.as_proto())
    elif not _encode_plain(out, value, isinstance(default, float)):
        return None
    return out


def _encode_plain(out, value: Any, as_float: bool) -> bool:
    """Put a number, bool or text into `out`; False for None and Python objects."""
    if isinstance(value, bool | np.bool_):
        out.b = bool(value)
    elif isinstance(value, float | np.floating) or (as_float and value is not None):
        out.f = float(value)
    elif isinstance(value, int | np.integer):
        out.i = int(value)
    elif isinstance(value, str | bytes):
        out.s = value.encode() if isinstance(value, str) else value
    else:
        return False
    return True


def _append(items, name: str, value: Any, named: Named) -> None:
    if name in _SHAPE_LISTS or isinstance(value, TensorShape):
        items.shape.append(TensorShape(value).as_proto())
    elif isinstance(value, FuncGraph):
        items.func.add().name = named(value)
    elif isinstance(value, DType):
        items.type.append(value.base_dtype.as_datatype_enum)
    elif isinstance(value, bool | np.bool_):
        items.b.append(bool(value))
    elif isinstance(value, float | np.floating):
        items.f.append(float(value))
    elif isinstance(value, int | np.integer):
        items.i.append(int(value))
    elif isinstance(value, str | bytes):
        items.s.append(value.encode() if isinstance(value, str) else value)
    elif isinstance(value, Tensor):  # of a loop's body: what the loop saves of it
        items.s.append(value.name.encode())
    elif isinstance(value, np.ndarray):
        items.tensor.append(tensor_proto.make_tensor_proto(value))
    else:
        raise ValueError(f"Attribute '{name}' holds {value!r}, which no GraphDef can.")


Found = Callable[[str], FuncGraph]


def decode(message, what: str, found: Found) -> Any:
    """The value of AttrValue `message`; `found` gives the graph of a function's name.

    Raises ValueError naming `what` for a type that Penstock does not know.
    """
    kind = message.WhichOneof("value")
    if kind is None:
        return None
    if kind == "list":
        return _decode_list(message.list, what, found)
    return _decode_one(kind, getattr(message, kind), what, found)


def _decode_list(items, what: str, found: Found) -> tuple:
    for field, values in items.ListFields():
        return tuple(_decode_one(field.name, v, what, found) for v in values)
    return ()


def _decode_one(kind: str, value: Any, what: str, found: Found) -> Any:
    if kind == "type":
        try:
            return as_dtype(int(value))
        except TypeError:
            raise ValueError(f"{what}: there is no data type {value}.") from None
    if kind == "shape":
        return _shape(value, what)
    if kind == "tensor":
        return tensor_proto.make_ndarray(value, what)
    if kind == "func":
        return found(value.name)
    if kind == "s":
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    return value


def _shape(proto, what: str) -> TensorShape:
    if len(proto.dim) > 254:
        raise ValueError(f"{what}: a shape of {len(proto.dim)} dimensions.")
    if any(d.size < -1 for d in proto.dim):
        raise ValueError(f"{what}: a shape with sizes below -1.")
    return TensorShape(as_dims(proto))
