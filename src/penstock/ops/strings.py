"""Strings: bytes in NumPy object arrays, on the host."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.core.dtypes import INDEX
from penstock.core.errors import InvalidArgumentError
from penstock.core.shapes import broadcast
from penstock.ir.constant import constant_value
from penstock.ir.op import STOPS, op
from penstock.ops import rules


def each(function: Callable, array, kind: Any = object) -> np.ndarray:
    """`function` of each element."""
    array = np.asarray(array)
    out = np.empty(array.shape, kind)
    for index, item in np.ndenumerate(array):
        out[index] = function(item)
    return out


def string_op(name, signature, *, shape=None, **flags):
    """Declare an op on strings: on the host, without a gradient."""
    return op(
        name, signature, shape=shape or rules.same_as(0), gradient=STOPS, host=True,
        **flags,
    )  # fmt: skip


#: The signature of what takes a string and gives one.
ELEMENTWISE = "input: string -> output: string"


@string_op("StringLower", ELEMENTWISE)
def string_lower(input, *, encoding=""):
    return each(lambda s: _cased(s, encoding, str.lower, bytes.lower), input)


@string_op("StringUpper", ELEMENTWISE)
def string_upper(input, *, encoding=""):
    return each(lambda s: _cased(s, encoding, str.upper, bytes.upper), input)


def _cased(value: bytes, encoding: str, text, raw) -> bytes:
    return text(value.decode("utf-8")).encode() if encoding else raw(value)


@string_op("StringStrip", ELEMENTWISE)
def string_strip(input):
    return each(bytes.strip, input)


def _characters(value: bytes, unit: str):
    return value.decode("utf-8") if unit == "UTF8_CHAR" else value


@string_op("StringLength", "input: string -> output: int32")
def string_length(input, *, unit="BYTE"):
    return each(lambda s: len(_characters(s, unit)), input, np.int32)


def _joined_dims(inputs, **_):
    dims = ()
    for t in inputs:
        if t.dims is None:
            return None
        if t.dims:
            dims = broadcast(dims, t.dims)
    return dims


@string_op("StringJoin", "inputs: N*string -> output: string", shape=_joined_dims)
def string_join(inputs, *, separator=""):
    glue = separator.encode()
    parts = np.broadcast_arrays(*inputs)
    out = np.empty(parts[0].shape, object)
    for index in np.ndindex(out.shape):
        items: list[Any] = [p[index] for p in parts]
        out[index] = glue.join(items)
    return out


@string_op(
    "Substr",
    "input: string, pos: T, len: T -> output: string",
    shape=lambda input, pos, len, **_: broadcast(input.dims, pos.dims),
    where={"T": INDEX},
)
def substr(input, pos, len, *, unit="BYTE"):
    values, starts, sizes = np.broadcast_arrays(input, pos, len)
    out = np.empty(values.shape, object)
    for index in np.ndindex(out.shape):
        out[index] = _part(values[index], int(starts[index]), int(sizes[index]), unit)
    return out


def _part(value: Any, start: int, size: int, unit: str) -> bytes:
    text = _characters(value, unit)
    n = len(text)
    if not -n <= start <= n:
        raise InvalidArgumentError(f"pos {start} out of range for string of length {n}")
    start = start + n if start < 0 else start
    part = text[start : start + size]
    return part.encode() if isinstance(part, str) else part


@string_op("AsString", "input: T -> output: string")
def as_string(
    input, *, precision=-1, scientific=False, shortest=False, width=-1, fill=""
):
    kind = np.asarray(input).dtype
    pad = "" if width < 0 else f"{fill}{width}"

    def one(value) -> bytes:
        if kind == np.bool_:
            text = "true" if value else "false"
            return (text if width < 0 else text.rjust(width)).encode()
        if kind.kind in "iu":
            return f"{int(value):{pad}d}".encode()
        if kind.kind == "O":
            return value
        code = "e" if scientific else "g" if shortest else "f"
        digits = "" if precision < 0 else f".{precision}"
        return f"{float(value):{pad}{digits}{code}}".encode()

    return each(one, input)


def _reduced(inputs, reduction_indices, *, keep_dims=False, **_):
    axes = constant_value(reduction_indices)
    if inputs.dims is None or axes is None:
        return None
    rank = len(inputs.dims)
    gone = {int(a) % rank for a in np.atleast_1d(axes)}
    return tuple(
        1 if i in gone else d
        for i, d in enumerate(inputs.dims)
        if i not in gone or keep_dims
    )


@string_op(
    "ReduceJoin",
    "inputs: string, reduction_indices: int32 -> output: string",
    shape=_reduced,
)
def reduce_join(inputs, reduction_indices, *, keep_dims=False, separator=""):
    glue = separator.encode()
    axes = [int(a) % inputs.ndim for a in np.atleast_1d(reduction_indices)]
    rest = [i for i in range(inputs.ndim) if i not in axes]
    # The axis named first is joined first: it varies fastest.
    moved = np.transpose(inputs, rest + axes[::-1])
    flat = moved.reshape(*(inputs.shape[i] for i in rest), -1)
    out = np.empty(flat.shape[:-1], object)
    for index in np.ndindex(out.shape):
        out[index] = glue.join(flat[index])
    if keep_dims:
        out = out.reshape([1 if i in axes else d for i, d in enumerate(inputs.shape)])
    return out


@string_op(
    "UnsortedSegmentJoin",
    "inputs: string, segment_ids: Tindices, num_segments: Tnumsegments -> out: string",
    shape=lambda *_, **__: (None,),
)
def unsorted_segment_join(inputs, segment_ids, num_segments, *, separator=""):
    parts: list[list[bytes]] = [[] for _ in range(int(num_segments))]
    for text, i in zip(np.ravel(inputs), np.ravel(segment_ids), strict=True):
        parts[i].append(text)
    out = np.empty(len(parts), object)
    out[:] = [separator.encode().join(p) for p in parts]
    return out


@string_op("EncodeBase64", ELEMENTWISE)
def encode_base64(input, *, pad=False):
    def one(value: bytes) -> bytes:
        text = base64.urlsafe_b64encode(value)
        return text if pad else text.rstrip(b"=")

    return each(one, input)


@string_op("DecodeBase64", ELEMENTWISE)
def decode_base64(input):
    def one(value: bytes) -> bytes:
        try:
            bare = value.rstrip(b"=")
            return base64.urlsafe_b64decode(bare + b"=" * (-len(bare) % 4))
        except ValueError:
            raise InvalidArgumentError("Invalid character found in base64.") from None

    return each(one, input)
