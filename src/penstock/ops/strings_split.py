"""Strings taken apart into rows: of words, bytes, characters, n-grams."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from penstock.core.dtypes import int32, int64
from penstock.core.errors import InvalidArgumentError
from penstock.ir.op import STOPS, op

#: TensorFlow's name of an encoding -> Python's.
CODECS = {"UTF-8": "utf-8", "UTF-16-BE": "utf-16-be", "UTF-32-BE": "utf-32-be"}


def _parts(name: str, signature: str, **attrs):
    def dims(*_, **__):
        return [(None,) for part in signature.split("->")[1].split(",") if part]

    return op(name, signature, shape=dims, gradient=STOPS, host=True, **attrs)


def _rows(rows: list[list], kind=object):
    flat = [item for row in rows for item in row]
    values = np.empty(len(flat), kind)
    values[:] = flat
    ends = np.cumsum([0, *(len(row) for row in rows)])
    return values, ends.astype(np.int64)


@_parts("_StringWords", "input: string, sep: string -> words: string, splits: int64")
def string_words(input, sep, *, maxsplit=-1):
    """The words of each string: between `sep`, or white space where that is empty."""
    mark = np.asarray(sep, object).item()
    return _rows([v.split(mark or None, maxsplit) for v in np.ravel(input)])


@_parts("_StringBytes", "input: string -> bytes: string, splits: int64")
def string_bytes(input):
    rows = [[v[i : i + 1] for i in range(len(v))] for v in np.ravel(input)]
    return _rows(rows)


def decoded(value: bytes, encoding: str, errors: str, replacement: int) -> str:
    """Text of bytes; what is not of the encoding as `errors` says."""
    codec = CODECS.get(encoding, encoding)
    if errors == "strict":
        try:
            return value.decode(codec)
        except UnicodeDecodeError:
            raise InvalidArgumentError(
                None, None, f"Invalid formatting on input string {value!r}."
            ) from None
    text = value.decode(codec, "ignore" if errors == "ignore" else "replace")
    return text.replace("\ufffd", chr(replacement)) if errors == "replace" else text


@_parts(
    "UnicodeDecodeWithOffsets",
    "input: string -> row_splits: int64, char_values: int32, char_to_byte: int64",
)
def unicode_decode(
    input, *, input_encoding, errors="replace", replacement_char=65533,
    replace_control_characters=False,
):  # fmt: skip
    codec = CODECS.get(input_encoding, input_encoding)
    texts = [
        decoded(v, input_encoding, errors, replacement_char) for v in np.ravel(input)
    ]
    points, ends = _rows([[ord(c) for c in t] for t in texts], np.int32)
    starts = []
    for text in texts:
        sizes = [len(c.encode(codec, "replace")) for c in text]  # type: ignore
        starts.append(np.cumsum([0, *sizes])[: len(text)].tolist())
    return ends, points.astype(int32.np), _rows(starts, np.int64)[0].astype(int64.np)


def _elementwise(name: str, signature: str):
    return op(name, signature, shape=lambda x, **_: x.dims, gradient=STOPS, host=True)


@_elementwise("UnicodeTranscode", "input: string -> output: string")
def unicode_transcode(
    input, *, input_encoding, output_encoding, errors="replace",
    replacement_char=65533, replace_control_characters=False,
):  # fmt: skip
    def one(value: bytes) -> bytes:
        text = decoded(value, input_encoding, errors, replacement_char)
        if replace_control_characters:
            text = "".join(
                chr(replacement_char) if unicodedata.category(c) == "Cc" else c
                for c in text
            )
        return text.encode(CODECS.get(output_encoding, output_encoding))  # type: ignore

    return _each(one, input)


def _each(function: Callable, array) -> np.ndarray:
    array = np.asarray(array, object)
    out = np.empty(array.shape, object)
    for index, item in np.ndenumerate(array):
        out[index] = function(item)
    return out


@_parts(
    "StringNGrams",
    "data: string, data_splits: int64 -> ngrams: string, ngrams_splits: int64",
)
def string_ngrams(
    data, data_splits, *, separator=" ", ngram_widths=(), left_pad="", right_pad="",
    pad_width=0, preserve_short_sequences=False,
):  # fmt: skip
    splits = np.asarray(data_splits)
    rows = [
        _ngrams(
            list(data[a:b]), separator.encode(), ngram_widths, left_pad.encode(),
            right_pad.encode(), pad_width, preserve_short_sequences,
        )
        for a, b in pairwise(splits)
    ]  # fmt: skip
    return _rows(rows)


def _ngrams(words, separator, widths, left, right, pad_width, keep_short) -> list:
    out = []
    for width in widths:
        pad = min(pad_width, width - 1) if pad_width >= 0 else width - 1
        pad = pad if (left or right) else 0
        row = [left] * pad + words + [right] * pad
        grams = [
            separator.join(row[i : i + width]) for i in range(len(row) - width + 1)
        ]
        if not grams and keep_short and row:
            grams = [separator.join(row)]
        out += grams
    return out


@op(
    "UnsortedSegmentJoin",
    "inputs: string, segment_ids: Tindices, num_segments: Tnumsegments -> out: string",
    shape=lambda *_, **__: (None,),
    gradient=STOPS,
    host=True,
)
def unsorted_segment_join(inputs, segment_ids, num_segments, *, separator=""):
    parts: list[list[bytes]] = [[] for _ in range(int(num_segments))]
    for text, i in zip(np.ravel(inputs), np.ravel(segment_ids), strict=True):
        parts[i].append(text)
    out = np.empty(len(parts), object)
    out[:] = [separator.encode().join(p) for p in parts]
    return out
