"""Numbers read from strings: decimal, raw bytes, lines of CSV. On the host."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import float32
from penstock.core.errors import InvalidArgumentError
from penstock.ir.constant import constant_value
from penstock.ops.strings import each, string_op


@string_op("StringToNumber", "string_tensor: string -> output: out_type")
def string_to_number(string_tensor, *, out_type=float32):
    return each(lambda s: _number(s, out_type), string_tensor, out_type.np)


def _number(value: bytes, kind):
    try:
        return int(value) if kind.is_integer else float(value)
    except ValueError:
        raise InvalidArgumentError(
            f"StringToNumberOp could not correctly convert string: "
            f"{value.decode('utf-8', 'replace')}"
        ) from None


def _raw_dims(bytes, **_):
    return None if bytes.dims is None else (*bytes.dims, None)


@string_op("DecodeRaw", "bytes: string -> output: out_type", shape=_raw_dims)
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
    known = constant_value(fixed_length)
    count = None if known is None else int(known) // out_type.np.itemsize
    return None if input_bytes.dims is None else (*input_bytes.dims, count)


@string_op(
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


@string_op(
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
