"""From a call's arguments to the inputs, attributes and output dtypes of a node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from penstock.core.dtypes import INDEX, DType, as_dtype, int32
from penstock.ir.op import Op
from penstock.ir.signature import Arg
from penstock.ir.tensor import Tensor

# (value, dtype or None, argument name, wants a variable reference) -> Tensor
Convert = Callable[[Any, DType | None, str, bool], Tensor]


@dataclass(frozen=True, slots=True)
class Bound:
    """A call made ready: `grouped` mirrors the signature, `inputs` is flat."""

    inputs: tuple[Tensor, ...]
    grouped: tuple[Any, ...]
    attrs: dict[str, Any]
    dtypes: tuple[DType, ...]


def bind(op: Op, args: tuple, given: Mapping[str, Any], convert: Convert) -> Bound:
    """Convert `args` to tensors of agreeing types and complete the attributes.

    Raises TypeError where types disagree with the signature, an argument is missing,
    or an attribute is unknown.
    """
    wanted_args = op.signature.inputs
    if len(args) != len(wanted_args):
        raise TypeError(
            f"{op.type} takes {len(wanted_args)} inputs "
            f"({', '.join(a.name for a in wanted_args)}), received {len(args)}."
        )
    attrs = dict(op.attrs)
    for name, value in given.items():
        attrs[name] = freeze(value) if isinstance(value, list) else value
    types = _known_types(op, args, attrs)
    grouped = []
    flat: list[Tensor] = []
    for arg, value in zip(wanted_args, args, strict=True):
        if arg.is_list:
            tensors = _bind_list(op, arg, value, types, attrs, convert)
            grouped.append(tensors)
            flat.extend(tensors)
        else:
            wanted = _wanted(arg, types)
            if wanted is None and isinstance(value, list | tuple) and not value:
                # An empty list is float32, except where only integers may stand.
                wanted = int32 if op.where.get(arg.type_attr or "") == INDEX else None
            tensor = convert(value, wanted, arg.name, arg.ref)
            _check(op, arg, tensor, types)
            grouped.append(tensor)
            flat.append(tensor)
    attrs.update(types)
    for name in op.required:
        if name not in attrs:
            raise TypeError(f"{op.type} needs the attribute {name!r}.")
    _check_allowed(op, attrs)
    return Bound(tuple(flat), tuple(grouped), attrs, output_dtypes(op, attrs, grouped))


def freeze(value: Any) -> Any:
    """Attribute values as hashable ones: lists become tuples."""
    if isinstance(value, list):
        return tuple(map(freeze, value))
    return value


def output_dtypes(op: Op, attrs: Mapping[str, Any], grouped) -> tuple[DType, ...]:
    """The dtype of every output, lists spread out."""
    out: list[DType] = []
    for arg in op.outputs:
        if arg.list_attr is not None:
            out.extend(attrs[arg.list_attr])
            continue
        kind: Any = arg.dtype if arg.type_attr is None else attrs[arg.type_attr]
        if arg.ref:
            kind = kind._as_ref
        count = 1 if arg.number_attr is None else int(attrs[arg.number_attr])
        out.extend([kind] * count)
    return tuple(out)


def _known_types(op: Op, args: tuple, attrs: Mapping[str, Any]) -> dict[str, Any]:
    """Type attributes that the caller or the first tensor among the inputs fixes."""
    types: dict[str, Any] = {}
    for name in op.signature.type_attrs:
        value = attrs.get(name)
        if isinstance(value, tuple):
            types[name] = tuple(map(as_dtype, value))
        elif value is not None:
            types[name] = as_dtype(value)
    for arg, value in zip(op.signature.inputs, args, strict=True):
        if arg.type_attr is None or types.get(arg.type_attr) is not None:
            continue
        for item in value if arg.is_list and _is_sequence(value) else (value,):
            kind = getattr(item, "dtype", None)
            if isinstance(kind, DType):
                types[arg.type_attr] = kind.base_dtype
                break
    return types


def _is_sequence(value) -> bool:
    return isinstance(value, list | tuple)


def _wanted(arg: Arg, types: Mapping[str, Any]) -> DType | None:
    return arg.dtype if arg.dtype is not None else types.get(arg.type_attr or "")


def _check(op: Op, arg: Arg, tensor: Tensor, types: dict[str, Any]) -> None:
    kind = tensor.dtype.base_dtype
    wanted = _wanted(arg, types)
    if wanted is None:
        types[arg.type_attr] = kind  # type: ignore[index]
    elif kind is not wanted:
        if arg.dtype is not None:
            raise TypeError(
                f"Input '{arg.name}' of '{op.type}' Op has type {kind.name} that does "
                f"not match expected type of {wanted.name}. Use tf.cast."
            )
        other = next(
            (
                a.name
                for a in op.inputs
                if a.type_attr == arg.type_attr and a is not arg
            ),
            "T",
        )
        raise TypeError(
            f"Input '{arg.name}' of '{op.type}' Op has type {kind.name} that does not "
            f"match type {wanted.name} of argument '{other}'. Use tf.cast on one."
        )


def _bind_list(op, arg: Arg, value, types, attrs, convert: Convert) -> list[Tensor]:
    if not _is_sequence(value):
        raise TypeError(
            f"Input '{arg.name}' of '{op.type}' Op must be a list, received {value!r}."
        )
    if arg.list_attr is not None:
        wanted = types.get(arg.list_attr) or (None,) * len(value)
        tensors = [
            convert(v, t, f"{arg.name}_{i}", False)
            for i, (v, t) in enumerate(zip(value, wanted, strict=True))
        ]
        types[arg.list_attr] = tuple(t.dtype.base_dtype for t in tensors)
        return tensors
    tensors = []
    for i, item in enumerate(value):
        tensor = convert(item, _wanted(arg, types), f"{arg.name}_{i}", arg.ref)
        _check(op, arg, tensor, types)
        tensors.append(tensor)
    known = attrs.get(arg.number_attr)
    if known is not None and known != len(tensors):
        raise TypeError(
            f"Input '{arg.name}' of '{op.type}' Op needs {known} tensors, "
            f"received {len(tensors)}."
        )
    attrs[arg.number_attr] = len(tensors)
    return tensors


def _check_allowed(op: Op, attrs: Mapping[str, Any]) -> None:
    for name, allowed in op.where.items():
        kind = attrs.get(name)
        if kind is not None and kind not in allowed:
            args = [a.name for a in op.inputs if a.type_attr == name]
            names = ", ".join(d.name for d in allowed)
            raise TypeError(
                f"Value passed to parameter '{args[0] if args else name}' of "
                f"'{op.type}' Op has DataType {kind.name} not in list of allowed "
                f"values: {names}. Use tf.cast."
            )
