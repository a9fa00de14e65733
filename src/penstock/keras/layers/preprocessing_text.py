"""Layers that number words and keys: StringLookup, IntegerLookup, TextVectorization."""

from __future__ import annotations

import re
import string
from collections import Counter
from typing import Any

import numpy as np

from penstock.api import array
from penstock.api.scopes import tensor
from penstock.api.script import numpy_function
from penstock.core.errors import UnsupportedError
from penstock.keras.layer import Layer
from penstock.keras.layers.options import given
from penstock.keras.layers.preprocessing_numbers import batches_of, encoded

_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _on_host(function, inputs, kind, dims):
    """`function` of NumPy arrays as an operation; `dims` are the result's."""
    out = numpy_function(function, [inputs], kind)
    out.set_shape(dims)
    return out


class _OfKeys(Layer):
    """Takes lists of Python's strings and numbers as one tensor."""

    def __call__(self, inputs, *args, **kwargs):
        if isinstance(inputs, list | tuple | str):
            inputs = tensor(inputs)
        return super().__call__(inputs, *args, **kwargs)


class _Lookup(_OfKeys):
    """The base: numbers for the keys of a vocabulary, most frequent first.

    0 is the mask where there is one, then come `num_oov_indices` for unknown keys.
    """

    key: Any = staticmethod(_text)
    name_of_tokens = "tokens"

    def __init__(
        self, max_tokens, num_oov_indices, mask_token, oov_token, vocabulary,
        invert, output_mode, sparse, pad_to_max_tokens, **kwargs,
    ):  # fmt: skip
        kwargs.pop("idf_weights", None)
        kwargs.pop("vocabulary_dtype", None)
        kwargs.pop("encoding", None)
        kwargs.pop("vocabulary_size", None)
        kwargs.pop("has_input_vocabulary", None)
        super().__init__(autocast=False, **kwargs)
        if output_mode not in ("int", "one_hot", "multi_hot", "count"):
            raise UnsupportedError(
                f"{type(self).__name__}: output_mode={output_mode!r}; use "
                "int, one_hot, "
                "multi_hot or count."
            )
        self.max_tokens, self.num_oov_indices = max_tokens, num_oov_indices
        self.mask_token, self.oov_token = mask_token, oov_token
        self.invert, self.output_mode = invert, output_mode
        self.sparse, self.pad_to_max_tokens = sparse, pad_to_max_tokens
        object.__setattr__(self, "_keys", [])
        object.__setattr__(self, "_numbers", {})
        if vocabulary is not None:
            if isinstance(vocabulary, str):
                with open(vocabulary, encoding="utf-8") as file:
                    vocabulary = file.read().splitlines()
            self.set_vocabulary(vocabulary)

    def _special(self) -> list:
        first = [] if self.mask_token is None else [self.mask_token]
        return first + [self.oov_token] * self.num_oov_indices

    def set_vocabulary(self, vocabulary, idf_weights=None) -> None:
        """Take keys in order; special ones in front may be left out."""
        keys = [self.key(v) for v in np.asarray(vocabulary).tolist()]
        special = self._special()
        if special and keys[: len(special)] == [self.key(s) for s in special]:
            keys = keys[len(special) :]
        if len(set(keys)) != len(keys):
            raise ValueError(
                "The passed vocabulary has at least one repeated term. Please uniquify "
                f"your dataset. The repeated terms are: "
                f"{[k for k, n in Counter(keys).items() if n > 1][:10]}"
            )
        object.__setattr__(self, "_keys", keys)
        start = len(special)
        object.__setattr__(self, "_numbers", {k: start + i for i, k in enumerate(keys)})

    def get_vocabulary(self, include_special_tokens=True) -> list:
        """The keys by number."""
        return [*(self._special() if include_special_tokens else []), *self._keys]

    def vocabulary_size(self) -> int:
        return len(self._special()) + len(self._keys)

    def adapt(self, data, batch_size=None, steps=None) -> None:
        """Find the vocabulary of `data`: by frequency, ties from the last letter."""
        counts: Counter = Counter()
        for batch in batches_of(data, steps):
            counts.update(self._keys_of(batch))
        for special in self._special():
            counts.pop(self.key(special), None)
        ordered = sorted(counts, reverse=True)
        ordered.sort(key=lambda k: -counts[k])
        if self.max_tokens is not None:
            ordered = ordered[: self.max_tokens - len(self._special())]
        self.set_vocabulary(ordered)

    def _keys_of(self, batch):
        return (self.key(v) for v in batch.reshape(-1).tolist())

    def _number(self, key) -> int:
        found = self._numbers.get(key)
        if found is not None:
            return found
        if self.mask_token is not None and key == self.key(self.mask_token):
            return 0
        first = 0 if self.mask_token is None else 1
        if self.num_oov_indices == 0:
            raise ValueError(
                f"When `num_oov_indices=0` all inputs should be in vocabulary, found "
                f"value {key!r}, consider setting `num_oov_indices=1`."
            )
        if self.num_oov_indices == 1:
            return first
        return first + hash_of(str(key)) % self.num_oov_indices

    def call(self, inputs):
        if not self._keys:
            raise RuntimeError(
                f"{type(self).__name__} {self.name} has no vocabulary: pass "
                "one, or call "
                "`adapt` first."
            )
        if self.invert:
            return self._inverted(inputs)

        def look(values):
            flat = [self._number(self.key(v)) for v in values.reshape(-1).tolist()]
            return np.array(flat, np.int64).reshape(values.shape)

        numbers = _on_host(look, inputs, "int64", inputs.dims)
        size = self.vocabulary_size()
        if self.pad_to_max_tokens and self.max_tokens:
            size = self.max_tokens
        return encoded(numbers, size, self.output_mode)

    def _inverted(self, inputs):
        keys = self.get_vocabulary()

        def look(values):
            flat = [
                keys[i] if 0 <= i < len(keys) else self.oov_token
                for i in values.reshape(-1).tolist()
            ]
            return self._array(flat).reshape(values.shape)

        kind = "string" if self.key is _text else "int64"
        return _on_host(look, inputs, kind, inputs.dims)

    def _array(self, flat):
        out = np.empty(len(flat), object)
        out[:] = [str(k).encode("utf-8") for k in flat]
        return out

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "invert", "max_tokens", "num_oov_indices", "oov_token",
                    "mask_token", "output_mode", "sparse", "pad_to_max_tokens"),
            "vocabulary": list(self._keys) or None,
        }  # fmt: skip


def hash_of(text: str) -> int:
    """A number that depends on `text` alone: FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in text.encode("utf-8"):
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


class StringLookup(_Lookup):
    """Numbers for strings, or with `invert` strings for numbers."""

    def __init__(
        self, max_tokens=None, num_oov_indices=1, mask_token=None, oov_token="[UNK]",
        vocabulary=None, idf_weights=None, encoding="utf-8", invert=False,
        output_mode="int", sparse=False, pad_to_max_tokens=False, **kwargs,
    ):  # fmt: skip
        super().__init__(
            max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, invert,
            output_mode, sparse, pad_to_max_tokens, **kwargs,
        )  # fmt: skip


class IntegerLookup(_Lookup):
    """Numbers from 0 for integers of a vocabulary."""

    key = int

    def __init__(
        self, max_tokens=None, num_oov_indices=1, mask_token=None, oov_token=-1,
        vocabulary=None, vocabulary_dtype="int64", idf_weights=None, invert=False,
        output_mode="int", sparse=False, pad_to_max_tokens=False, **kwargs,
    ):  # fmt: skip
        super().__init__(
            max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, invert,
            output_mode, sparse, pad_to_max_tokens, **kwargs,
        )  # fmt: skip

    def _array(self, flat):
        return np.array(flat, np.int64)


class TextVectorization(_Lookup):
    """Texts [batch] or [batch, 1] as word numbers [batch, words] or as vectors.

    By default, letters are made small and punctuation is dropped; 0 is padding, 1 an
    unknown word.
    """

    def __init__(
        self, max_tokens=None, standardize="lower_and_strip_punctuation",
        split="whitespace", ngrams=None, output_mode="int",
        output_sequence_length=None, pad_to_max_tokens=False, vocabulary=None,
        idf_weights=None, sparse=False, ragged=False, encoding="utf-8", **kwargs,
    ):  # fmt: skip
        if ragged or not (isinstance(standardize, str | None.__class__)):
            raise UnsupportedError(
                "TextVectorization: ragged output and functions for `standardize` are "
                "not in Penstock; standardize the texts before."
            )
        self.standardize, self.split, self.ngrams = standardize, split, ngrams
        self.output_sequence_length, self.ragged = output_sequence_length, ragged
        number = output_mode == "int"
        super().__init__(
            max_tokens, 1, "" if number else None, "[UNK]", vocabulary, False,
            output_mode, sparse, pad_to_max_tokens, **kwargs,
        )  # fmt: skip

    def _words(self, text: str) -> list[str]:
        how = self.standardize
        if how in ("lower", "lower_and_strip_punctuation"):
            text = text.lower()
        if how in ("strip_punctuation", "lower_and_strip_punctuation"):
            text = _PUNCTUATION.sub("", text)
        if self.split == "character":
            words = list(text)
        else:
            words = text.split() if self.split == "whitespace" else [text]
        if self.ngrams:
            sizes = range(1, self.ngrams + 1) if isinstance(self.ngrams, int) else (
                self.ngrams
            )  # fmt: skip
            words = [
                " ".join(words[i : i + n])
                for n in sizes
                for i in range(len(words) - n + 1)
            ]
        return words

    def _keys_of(self, batch):
        for text in batch.reshape(-1).tolist():
            yield from self._words(_text(text))

    def call(self, inputs):
        length = self.output_sequence_length

        def look(values):
            rows = [
                [self._number(w) for w in self._words(_text(v))]
                for v in values.reshape(-1).tolist()
            ]
            if self.output_mode != "int":
                size = self.vocabulary_size()
                if self.pad_to_max_tokens and self.max_tokens:
                    size = self.max_tokens
                out = np.zeros((len(rows), size), np.float32)
                for row, numbers in zip(out, rows, strict=True):
                    np.add.at(row, numbers, 1)
                return out if self.output_mode == "count" else np.minimum(out, 1)
            width = length or max(map(len, rows), default=0)
            out = np.zeros((len(rows), width), np.int64)
            for row, numbers in zip(out, rows, strict=True):
                numbers = numbers[:width]
                row[: len(numbers)] = numbers
            return out

        if inputs.dims == ():
            return array.squeeze(self.call(array.expand_dims(inputs, 0)), [0])
        batch = None if inputs.dims is None else inputs.dims[0]
        if self.output_mode == "int":
            return _on_host(look, inputs, "int64", (batch, length))
        width = self.vocabulary_size()
        return _on_host(look, inputs, "float32", (batch, width))

    def get_config(self):
        config = super().get_config()
        for name in ("invert", "num_oov_indices", "oov_token", "mask_token"):
            config.pop(name)
        return {
            **config,
            **given(self, "standardize", "split", "ngrams", "output_sequence_length",
                    "ragged"),
        }  # fmt: skip


class Hashing(_OfKeys):
    """Keys as numbers below `num_bins`, without a vocabulary.

    The hash is FNV-1a, not Keras' FarmHash: the numbers differ from Keras'.
    """

    def __init__(self, num_bins, mask_value=None, salt=None, output_mode="int",
                 sparse=False, **kwargs):  # fmt: skip
        super().__init__(autocast=False, **kwargs)
        if not num_bins or num_bins <= 0:
            raise ValueError(
                "The `num_bins` for `Hashing` cannot be `None` or non-positive values. "
                f"Received: num_bins={num_bins}."
            )
        self.num_bins, self.mask_value, self.salt = num_bins, mask_value, salt
        self.output_mode, self.sparse = output_mode, sparse

    def call(self, inputs):
        def look(values):
            flat = [self._bin(_text(v)) for v in values.reshape(-1).tolist()]
            return np.array(flat, np.int64).reshape(values.shape)

        bins = _on_host(look, inputs, "int64", inputs.dims)
        return encoded(bins, self.num_bins, self.output_mode)

    def _bin(self, text: str) -> int:
        if self.mask_value is not None:
            if text == _text(self.mask_value):
                return 0
            return 1 + hash_of(f"{self.salt or ''}{text}") % (self.num_bins - 1)
        return hash_of(f"{self.salt or ''}{text}") % self.num_bins

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "num_bins", "mask_value", "salt", "output_mode", "sparse"),
        }
