"""Layers that turn texts into numbers: TextVectorization, Hashing."""

from __future__ import annotations

import re
import string
from itertools import pairwise
from typing import Any

import numpy as np

from penstock.api import array
from penstock.api.ragged import RaggedTensor
from penstock.api.scopes import tensor
from penstock.api.script import numpy_function
from penstock.keras.layers.options import given
from penstock.keras.layers.preprocessing_lookup import (
    Lookup,
    text,
)

_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
_STANDARDS = (None, "lower_and_strip_punctuation", "lower", "strip_punctuation")
_SPLITS = (None, "whitespace", "character")


class TextVectorization(Lookup):
    """Texts [batch] or [batch, 1] as word numbers [batch, words] or as vectors.

    By default, letters are made small and punctuation is dropped; 0 is padding, 1 an
    unknown word. `standardize` and `split` may be functions of string tensors, the
    latter giving a ragged one. With `ragged` rows have lengths of their own.
    """

    def __init__(
        self, max_tokens=None, standardize="lower_and_strip_punctuation",
        split="whitespace", ngrams=None, output_mode="int",
        output_sequence_length=None, pad_to_max_tokens=False, vocabulary=None,
        idf_weights=None, sparse=False, ragged=False, encoding="utf-8", **kwargs,
    ):  # fmt: skip
        for name, value, known in (
            ("standardize", standardize, _STANDARDS), ("split", split, _SPLITS),
        ):  # fmt: skip
            if not callable(value) and value not in known:
                raise ValueError(
                    f"TextVectorization: {name}={value!r}; use a function or one of "
                    f"{known}."
                )
        if ragged and output_mode != "int":
            raise ValueError("`ragged` must not be true if `output_mode` is not 'int'.")
        self.standardize, self.split, self.ngrams = standardize, split, ngrams
        self.output_sequence_length, self.ragged = output_sequence_length, ragged
        self.encoding = encoding
        kwargs.setdefault("dtype", "string")
        super().__init__(
            max_tokens, 1, "" if output_mode == "int" else None, "[UNK]", vocabulary,
            idf_weights, False, output_mode, sparse, pad_to_max_tokens, **kwargs,
        )  # fmt: skip

    # --- words ------------------------------------------------------------------------

    def _cleaned(self, line: str) -> str:
        how = self.standardize
        if how in ("lower", "lower_and_strip_punctuation"):
            line = line.lower()
        if how in ("strip_punctuation", "lower_and_strip_punctuation"):
            line = _PUNCTUATION.sub("", line)
        return line

    def _cut(self, line: str) -> list[str]:
        if self.split == "character":
            return list(line)
        return line.split() if self.split == "whitespace" else [line]

    def _joined(self, words: list[str]) -> list[str]:
        """`words`, or their runs of the lengths that `ngrams` asks for."""
        if not self.ngrams:
            return words
        sizes = range(1, self.ngrams + 1) if isinstance(self.ngrams, int) else (
            self.ngrams
        )  # fmt: skip
        return [
            " ".join(words[i : i + n]) for n in sizes for i in range(len(words) - n + 1)
        ]

    def _prepared(self, inputs) -> list[Any]:
        """What the host takes: texts, or words and where the rows of them end."""
        if callable(self.standardize):
            inputs = self.standardize(inputs)
        if not callable(self.split):
            return [inputs]
        rows = self.split(inputs)
        return [rows.flat_values, rows.row_splits]

    def _rows(self, values, splits=None) -> list[list[str]]:
        """The words of each text."""
        flat = [text(v) for v in values.reshape(-1).tolist()]
        if splits is None:
            words = (self._cut(self._cleaned(line)) for line in flat)
        else:
            words = (flat[a:b] for a, b in pairwise(splits))
        return [self._joined(row) for row in words]

    def _documents(self, batch):
        prepared = self._prepared(tensor(batch.reshape(-1)))
        yield from self._rows(*(t.numpy() for t in prepared))

    # --- calling ----------------------------------------------------------------------

    def call(self, inputs):
        self._check_vocabulary()
        if inputs.dims == ():
            out = self.call(array.expand_dims(inputs, 0))
            return out if self.ragged else array.squeeze(out, [0])
        batch = None if inputs.dims is None else inputs.dims[0]
        if inputs.dims is not None and len(inputs.dims) == 2 and inputs.dims[1] == 1:
            inputs = array.squeeze(inputs, [1])
        prepared = self._prepared(inputs)
        if self.ragged:
            kinds = ["int64", "int64"]
            rows: Any = numpy_function(self._in_rows, prepared, kinds)
            return RaggedTensor(*rows)
        if self.output_mode == "int":
            out: Any = numpy_function(self._padded, prepared, "int64")
            if self.split is None and not self.ngrams:
                out = array.squeeze(out, [1])
                out.set_shape((batch,))
            else:
                out.set_shape((batch, self.output_sequence_length))
            return out
        out = numpy_function(self._vectors, prepared, "float32")
        out.set_shape((batch, self._width()))
        return out

    def _numbered(self, values, splits=None) -> list[list[int]]:
        length = self.output_sequence_length
        rows = self._rows(values, splits)
        return [[self.number(word) for word in row[:length]] for row in rows]

    def _in_rows(self, *prepared):
        rows = self._numbered(*prepared)
        flat = [number for row in rows for number in row]
        ends = np.cumsum([0, *map(len, rows)])
        return np.array(flat, np.int64), ends.astype(np.int64)

    def _padded(self, *prepared):
        rows = self._numbered(*prepared)
        width = self.output_sequence_length or max(map(len, rows), default=0)
        out = np.zeros((len(rows), width), np.int64)
        for row, numbers in zip(out, rows, strict=True):
            row[: len(numbers)] = numbers
        return out

    def _vectors(self, *prepared):
        rows = self._numbered(*prepared)
        out = np.zeros((len(rows), self._width()), np.float32)
        for row, numbers in zip(out, rows, strict=True):
            np.add.at(row, numbers, 1)
        if self.output_mode == "tf_idf":
            return out * self._weights()
        return out if self.output_mode == "count" else np.minimum(out, 1)

    def get_config(self):
        config = super().get_config()
        for name in ("invert", "num_oov_indices", "oov_token", "mask_token"):
            config.pop(name)
        return {
            **config,
            **given(self, "standardize", "split", "ngrams", "output_sequence_length",
                    "ragged", "encoding"),
        }  # fmt: skip
