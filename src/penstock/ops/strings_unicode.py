"""Strings as code points, in UTF-8, UTF-16 and UTF-32. On the host."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import numpy as np

from penstock.core.dtypes import int32, int64
from penstock.core.errors import InvalidArgumentError
from penstock.ops.strings import ELEMENTWISE, each, string_op
from penstock.ops.strings_split import row_op, rows_and_splits

#: TensorFlow's name of an encoding -> Python's.
CODECS = {"UTF-8": "utf-8", "UTF-16-BE": "utf-16-be", "UTF-32-BE": "utf-32-be"}


def _decoded(value: bytes, encoding: str, errors: str, replacement: int) -> str:
    """Text of bytes; what is not of the encoding as `errors` says."""
    codec = CODECS.get(encoding, encoding)
    try:
        return value.decode(codec)
    except UnicodeDecodeError:
        if errors == "strict":
            raise InvalidArgumentError(
                f"Invalid formatting on input string {value!r}."
            ) from None
    if errors == "ignore":
        return value.decode(codec, "ignore")
    return value.decode(codec, "replace").replace("\ufffd", chr(replacement))


@string_op(
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


@row_op(
    "UnicodeDecodeWithOffsets",
    "input: string -> row_splits: int64, char_values: int32, char_to_byte: int64",
)
def unicode_decode_with_offsets(
    input, *, input_encoding, errors="replace", replacement_char=65533,
    replace_control_characters=False,
):  # fmt: skip
    codec = CODECS.get(input_encoding, input_encoding)
    texts = [
        _decoded(v, input_encoding, errors, replacement_char) for v in np.ravel(input)
    ]
    points, ends = rows_and_splits([[ord(c) for c in t] for t in texts], np.int32)
    starts = []
    for text in texts:
        sizes = [len(c.encode(codec, "replace")) for c in text]  # type: ignore
        starts.append(np.cumsum([0, *sizes])[: len(text)].tolist())
    return (
        ends,
        points.astype(int32.np),
        rows_and_splits(starts, np.int64)[0].astype(int64.np),
    )


@string_op(
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


@string_op("UnicodeTranscode", ELEMENTWISE)
def unicode_transcode(
    input, *, input_encoding, output_encoding, errors="replace",
    replacement_char=65533, replace_control_characters=False,
):  # fmt: skip
    def one(value: bytes) -> bytes:
        text = _decoded(value, input_encoding, errors, replacement_char)
        if replace_control_characters:
            text = "".join(
                chr(replacement_char) if unicodedata.category(c) == "Cc" else c
                for c in text
            )
        return text.encode(CODECS.get(output_encoding, output_encoding))  # type: ignore

    return each(one, input)
