"""Strings taken apart into rows: of words, bytes, characters, n-grams."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

from penstock.ir.op import STOPS, op
from penstock.ops.strings import string_op


def row_op(name: str, signature: str, **attrs):
    """Declare an op whose results are vectors of lengths nobody knows beforehand."""

    def dims(*_, **__):
        return [(None,) for part in signature.split("->")[1].split(",") if part]

    return op(name, signature, shape=dims, gradient=STOPS, host=True, **attrs)


def rows_and_splits(rows: list[list], kind=object):
    """Rows as a ragged tensor's parts: values [n], row splits [rows + 1]."""
    flat = [item for row in rows for item in row]
    values = np.empty(len(flat), kind)
    values[:] = flat
    ends = np.cumsum([0, *(len(row) for row in rows)])
    return values, ends.astype(np.int64)


#: A sparse matrix of strings: what 1.x's splitting gives.
_SPARSE = "indices: int64, values: string, shape: int64"


def _sparse_dims(*_, **__):
    return [(None, 2), (None,), (2,)]


def _sparse(rows: list[list[bytes]]):
    """Rows of strings as the three parts of a sparse tensor."""
    at = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
    values = np.empty(len(at), object)
    values[:] = [s for row in rows for s in row]
    width = max((len(row) for row in rows), default=0)
    indices = np.array(at, np.int64).reshape(-1, 2)
    return indices, values, np.array([len(rows), width], np.int64)


@string_op(
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

    return _sparse([cut(v) for v in input])


@string_op(
    "StringSplitV2", f"input: string, sep: string -> {_SPARSE}", shape=_sparse_dims
)
def string_split_v2(input, sep, *, maxsplit=-1):
    mark = sep.item()
    return _sparse([v.split(mark or None, maxsplit) for v in input])


@row_op("_StringWords", "input: string, sep: string -> words: string, splits: int64")
def string_words(input, sep, *, maxsplit=-1):
    """The words of each string: between `sep`, or white space where that is empty."""
    mark = np.asarray(sep, object).item()
    return rows_and_splits([v.split(mark or None, maxsplit) for v in np.ravel(input)])


@row_op("_StringBytes", "input: string -> bytes: string, splits: int64")
def string_bytes(input):
    rows = [[v[i : i + 1] for i in range(len(v))] for v in np.ravel(input)]
    return rows_and_splits(rows)


@row_op(
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
    return rows_and_splits(rows)


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
