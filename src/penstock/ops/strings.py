"""Strings: bytes in NumPy object arrays, on the host.

Regular expressions are Python's `re`, which agrees with TensorFlow's RE2 on what both
accept.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from penstock.core.dtypes import INDEX, float32, int64
from penstock.core.errors import InvalidArgumentError
from penstock.core.shapes import broadcast
from penstock.ir.constant import constant_value
from penstock.ir.op import STOPS, op
from penstock.ops import rules


def _map(function: Callable, array, kind: Any = object) -> np.ndarray:
    """`function` of each element."""
    array = np.asarray(array)
    out = np.empty(array.shape, kind)
    for index, item in np.ndenumerate(array):
        out[index] = function(item)
    return out


def _string_op(name, signature, *, shape=None, **flags):
    """Declare an op on strings: on the host, without a gradient."""
    return op(
        name, signature, shape=shape or rules.same_as(0), gradient=STOPS, host=True,
        **flags,
    )  # fmt: skip


_ONE = "input: string -> output: string"


@_string_op("StringLower", _ONE)
def string_lower(input, *, encoding=""):
    return _map(lambda s: _cased(s, encoding, str.lower, bytes.lower), input)


@_string_op("StringUpper", _ONE)
def string_upper(input, *, encoding=""):
    return _map(lambda s: _cased(s, encoding, str.upper, bytes.upper), input)


def _cased(value: bytes, encoding: str, text, raw) -> bytes:
    return text(value.decode("utf-8")).encode() if encoding else raw(value)


@_string_op("StringStrip", _ONE)
def string_strip(input):
    return _map(bytes.strip, input)


def _characters(value: bytes, unit: str):
    return value.decode("utf-8") if unit == "UTF8_CHAR" else value


@_string_op("StringLength", "input: string -> output: int32")
def string_length(input, *, unit="BYTE"):
    return _map(lambda s: len(_characters(s, unit)), input, np.int32)


def _joined_dims(inputs, **_):
    dims = ()
    for t in inputs:
        if t.dims is None:
            return None
        if t.dims:
            dims = broadcast(dims, t.dims)
    return dims


@_string_op("StringJoin", "inputs: N*string -> output: string", shape=_joined_dims)
def string_join(inputs, *, separator=""):
    glue = separator.encode()
    parts = np.broadcast_arrays(*inputs)
    out = np.empty(parts[0].shape, object)
    for index in np.ndindex(out.shape):
        items: list[Any] = [p[index] for p in parts]
        out[index] = glue.join(items)
    return out


@_string_op(
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


@_string_op("StringToNumber", "string_tensor: string -> output: out_type")
def string_to_number(string_tensor, *, out_type=float32):
    return _map(lambda s: _number(s, out_type), string_tensor, out_type.np)


def _number(value: bytes, kind):
    try:
        return int(value) if kind.is_integer else float(value)
    except ValueError:
        raise InvalidArgumentError(
            f"StringToNumberOp could not correctly convert string: "
            f"{value.decode('utf-8', 'replace')}"
        ) from None


@_string_op("AsString", "input: T -> output: string")
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

    return _map(one, input)


def _replacement(rewrite: bytes) -> Callable:
    """RE2's `\\1` and `\\0` in a rewrite; nothing else is special."""
    parts = re.split(rb"\\(\d|\\)", rewrite)

    def fill(match) -> bytes:
        out = parts[0]
        for mark, text in zip(parts[1::2], parts[2::2], strict=True):
            out += b"\\" if mark == b"\\" else match.group(int(mark)) or b""
            out += text
        return out

    return fill


def _pattern(pattern) -> re.Pattern[bytes]:
    raw = pattern.encode() if isinstance(pattern, str) else pattern
    try:
        return re.compile(raw)
    except re.error as error:
        raise InvalidArgumentError(
            f"Invalid pattern: {raw!r}, error: {error}"
        ) from None


def _replace(input, pattern, rewrite, replace_global):
    found = _pattern(pattern)
    fill = _replacement(rewrite.encode() if isinstance(rewrite, str) else rewrite)
    count = 0 if replace_global else 1
    return _map(lambda s: found.sub(fill, s, count=count), input)


@_string_op("StaticRegexReplace", _ONE)
def static_regex_replace(input, *, pattern, rewrite, replace_global=True):
    return _replace(input, pattern, rewrite, replace_global)


@_string_op(
    "RegexReplace", "input: string, pattern: string, rewrite: string -> output: string"
)
def regex_replace(input, pattern, rewrite, *, replace_global=True):
    return _replace(input, pattern.item(), rewrite.item(), replace_global)


def _matches(input, pattern):
    found = _pattern(pattern)
    return _map(lambda s: found.fullmatch(s) is not None, input, np.bool_)


@_string_op("StaticRegexFullMatch", "input: string -> output: bool")
def static_regex_full_match(input, *, pattern):
    return _matches(input, pattern)


@_string_op("RegexFullMatch", "input: string, pattern: string -> output: bool")
def regex_full_match(input, pattern):
    return _matches(input, pattern.item())


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


@_string_op(
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


_SPARSE = "indices: int64, values: string, shape: int64"


def _sparse_dims(*_, **__):
    return [(None, 2), (None,), (2,)]


def _ragged(rows: list[list[bytes]]):
    """Rows of strings as the three parts of a sparse tensor."""
    at = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
    values = np.empty(len(at), object)
    values[:] = [s for row in rows for s in row]
    width = max((len(row) for row in rows), default=0)
    indices = np.array(at, np.int64).reshape(-1, 2)
    return indices, values, np.array([len(rows), width], np.int64)


@_string_op(
    "StringSplit", f"input: string, delimiter: string -> {_SPARSE}", shape=_sparse_dims
)
def string_split(input, delimiter, *, skip_empty=True):
    marks = delimiter.item()

    def cut(value: bytes) -> list[bytes]:
        if not marks:
            parts = [value[i : i + 1] for i in range(len(value))]
        else:
            parts = re.split(b"[" + re.escape(marks) + b"]", value)
        return [p for p in parts if p] if skip_empty else parts

    return _ragged([cut(v) for v in input])


@_string_op(
    "StringSplitV2", f"input: string, sep: string -> {_SPARSE}", shape=_sparse_dims
)
def string_split_v2(input, sep, *, maxsplit=-1):
    mark = sep.item()
    return _ragged([v.split(mark or None, maxsplit) for v in input])


@_string_op("StringToHashBucketFast", "input: string -> output: int64")
def string_to_hash_bucket_fast(input, *, num_buckets):
    fingerprint = fingerprint64()
    return _map(lambda s: fingerprint(s) % num_buckets, input, np.int64)


def fingerprint64():
    """FarmHash's Fingerprint64 of bytes, from the package `cityhash`."""
    try:
        from farmhash import Fingerprint64  # pyright: ignore (a C extension)
    except ImportError as error:
        raise ImportError(
            "Hashing strings as TensorFlow does needs FarmHash: install cityhash "
            "(pip install penstock[hashing])."
        ) from error
    return Fingerprint64


@_string_op("StringToHashBucketStrong", "input: string -> output: int64")
def string_to_hash_bucket_strong(input, *, num_buckets, key):
    return _map(lambda s: siphash(s, key) % num_buckets, input, np.int64)


_WORD = 2**64 - 1


def _rotated(x: int, n: int) -> int:
    return (x << n | x >> (64 - n)) & _WORD


def _mixed(v: list[int]) -> None:
    v[0] = (v[0] + v[1]) & _WORD
    v[1] = _rotated(v[1], 13) ^ v[0]
    v[0] = _rotated(v[0], 32)
    v[2] = (v[2] + v[3]) & _WORD
    v[3] = _rotated(v[3], 16) ^ v[2]
    v[0] = (v[0] + v[3]) & _WORD
    v[3] = _rotated(v[3], 21) ^ v[0]
    v[2] = (v[2] + v[1]) & _WORD
    v[1] = _rotated(v[1], 17) ^ v[2]
    v[2] = _rotated(v[2], 32)


def siphash(data: bytes, key) -> int:
    """SipHash-2-4 of `data` under two 64-bit words. Aumasson, Bernstein (2012)."""
    k0, k1 = (int(k) & _WORD for k in key)
    v = [
        k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D,
        k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573,
    ]  # fmt: skip
    tail = len(data) % 8
    last = data[len(data) - tail :].ljust(7, b"\0") + bytes([len(data) & 255])
    for start in range(0, len(data) - tail + 8, 8):
        block = data[start : start + 8] if start + 8 <= len(data) - tail else last
        word = int.from_bytes(block, "little")
        v[3] ^= word
        _mixed(v)
        _mixed(v)
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(4):
        _mixed(v)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


@_string_op("EncodeBase64", _ONE)
def encode_base64(input, *, pad=False):
    def one(value: bytes) -> bytes:
        text = base64.urlsafe_b64encode(value)
        return text if pad else text.rstrip(b"=")

    return _map(one, input)


@_string_op("DecodeBase64", _ONE)
def decode_base64(input):
    def one(value: bytes) -> bytes:
        try:
            bare = value.rstrip(b"=")
            return base64.urlsafe_b64decode(bare + b"=" * (-len(bare) % 4))
        except ValueError:
            raise InvalidArgumentError("Invalid character found in base64.") from None

    return _map(one, input)


def _raw_dims(bytes, **_):
    return None if bytes.dims is None else (*bytes.dims, None)


@_string_op("DecodeRaw", "bytes: string -> output: out_type", shape=_raw_dims)
def decode_raw(bytes, *, out_type, little_endian=True):
    return _raw_numbers(bytes, out_type, little_endian)


def _raw_numbers(bytes, out_type, little_endian: bool):
    flat = np.asarray(bytes).ravel()
    kind = out_type.np.newbyteorder("<" if little_endian else ">")
    lengths = {len(b) for b in flat}
    if len(lengths) > 1:
        raise InvalidArgumentError(
            "DecodeRaw requires input strings to all be the same size, but received "
            f"sizes {sorted(lengths)}."
        )
    size = lengths.pop() if lengths else 0
    if size % kind.itemsize:
        raise InvalidArgumentError(
            f"Input to DecodeRaw has length {size} that is not a multiple of "
            f"{kind.itemsize}, the size of {out_type.name}"
        )
    rows = [np.frombuffer(b, kind) for b in flat]
    shape = (*np.shape(bytes), size // kind.itemsize)
    out = np.array(rows, kind) if rows else np.zeros(0, kind)
    return out.reshape(shape).astype(out_type.np)


def _padded_dims(input_bytes, fixed_length, *, out_type, **_):
    from penstock.ir.constant import constant_value

    known = constant_value(fixed_length)
    count = None if known is None else int(known) // out_type.np.itemsize
    return None if input_bytes.dims is None else (*input_bytes.dims, count)


@_string_op(
    "DecodePaddedRaw",
    "input_bytes: string, fixed_length: int32 -> output: out_type",
    shape=_padded_dims,
)
def decode_padded_raw(input_bytes, fixed_length, *, out_type, little_endian=True):
    size = int(fixed_length)
    if size <= 0 or size % out_type.np.itemsize:
        raise InvalidArgumentError(
            f"fixed_length ({size}) must be greater than zero and a multiple of the "
            f"size of {out_type.name} ({out_type.np.itemsize})"
        )
    cut = [bytes(b)[:size].ljust(size, b"\0") for b in np.ravel(input_bytes)]
    whole = np.array(cut, object).reshape(np.shape(input_bytes))
    return _raw_numbers(whole, out_type, little_endian)


@_string_op(
    "DecodeCSV",
    "records: string, record_defaults: *OUT_TYPE -> output: *OUT_TYPE",
    shape=lambda records, record_defaults, **_: [records.dims] * len(record_defaults),
)
def decode_csv(
    records, record_defaults, *, OUT_TYPE, field_delim=",", use_quote_delim=True,
    na_value="", select_cols=(),
):  # fmt: skip
    flat = np.asarray(records).ravel()
    rows = [_fields(r, field_delim, use_quote_delim) for r in flat]
    columns = list(select_cols) or range(len(OUT_TYPE))
    out = []
    for position, kind, default in zip(columns, OUT_TYPE, record_defaults, strict=True):
        values = np.empty(len(rows), kind.np)
        for i, row in enumerate(rows):
            if not select_cols and len(row) != len(OUT_TYPE):
                raise InvalidArgumentError(
                    f"Expect {len(OUT_TYPE)} fields but have {len(row)} in record {i}"
                )
            values[i] = _field(row[position], kind, default, na_value, position, i)
        out.append(values.reshape(np.shape(records)))
    return tuple(out)


def _fields(record: bytes, mark: str, quotes: bool) -> list[bytes]:
    if not quotes:
        return record.split(mark.encode())
    import csv

    text = record.decode("utf-8", "surrogateescape")
    row = next(csv.reader([text], delimiter=mark), [""])
    return [f.encode("utf-8", "surrogateescape") for f in row]


def _field(text: bytes, kind, default, missing: str, column: int, row: int):
    if text in (b"", missing.encode()):
        if np.size(default) == 0:
            raise InvalidArgumentError(
                f"Field {column} is required but missing in record {row}!"
            )
        return np.ravel(default)[0]
    if kind.np.kind == "O":
        return text
    try:
        return int(text) if kind.is_integer else float(text)
    except ValueError:
        raise InvalidArgumentError(
            f"Field {column} in record {row} is not a valid {kind.name}: "
            f"{text.decode('utf-8', 'replace')}"
        ) from None


@_string_op(
    "UnicodeDecode",
    "input: string -> row_splits: Tsplits, char_values: int32",
    shape=lambda input, **_: [
        (None if not input.dims or input.dims[0] is None else input.dims[0] + 1,),
        (None,),
    ],
)
def unicode_decode(
    input, *, input_encoding, Tsplits=int64, errors="replace", replacement_char=65533
):
    texts = [_decoded(v, input_encoding, errors, replacement_char) for v in input]
    splits = np.cumsum([0, *map(len, texts)]).astype(Tsplits.np)
    return splits, np.array([ord(c) for t in texts for c in t], np.int32)


def _decoded(value: bytes, encoding: str, errors: str, replacement: int) -> str:
    try:
        return value.decode(encoding)
    except UnicodeDecodeError:
        if errors == "strict":
            raise InvalidArgumentError("Invalid formatting on input string") from None
    text = value.decode(encoding, "replace" if errors == "replace" else "ignore")
    return text.replace("\ufffd", chr(replacement))


@_string_op(
    "UnicodeEncode",
    "input_values: int32, input_splits: Tsplits -> output: string",
    shape=lambda values, splits, **_: (
        None if not splits.dims or splits.dims[0] is None else splits.dims[0] - 1,
    ),
)
def unicode_encode(
    input_values, input_splits, *, output_encoding, errors="replace",
    replacement_char=65533,
):  # fmt: skip
    text = "".join(map(chr, input_values))
    out = np.empty(len(input_splits) - 1, object)
    for i, (a, b) in enumerate(pairwise(input_splits)):
        out[i] = text[int(a) : int(b)].encode(output_encoding)
    return out
