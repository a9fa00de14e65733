"""Layers that number keys: StringLookup, IntegerLookup."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import numpy as np

from penstock.api.scopes import tensor
from penstock.api.script import numpy_function
from penstock.core.errors import InvalidArgumentError
from penstock.keras.layer import Layer
from penstock.keras.layers.options import given
from penstock.keras.layers.preprocessing_numbers import batches_of, encoded
from penstock.ops.strings_hash import fingerprint64

MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


def text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def on_host(function, inputs, kind, dims):
    """`function` of NumPy arrays as an operation; `dims` are the result's."""
    out: Any = numpy_function(function, [inputs], kind)
    out.set_shape(dims)
    return out


class OfKeys(Layer):
    """Takes lists of Python's strings and numbers as one tensor; rows of any length."""

    def __call__(self, inputs: Any, *args, **kwargs):
        if isinstance(inputs, list | tuple | str):
            inputs = tensor(inputs)
        if hasattr(inputs, "with_flat_values"):
            flat = super().__call__(inputs.flat_values, *args, **kwargs)
            return inputs.with_flat_values(flat)
        return super().__call__(inputs, *args, **kwargs)


class Lookup(OfKeys):
    """The base: numbers for the keys of a vocabulary, most frequent first.

    0 is the mask where there is one, then come `num_oov_indices` for unknown keys.
    With `output_mode="tf_idf"` every key has a weight, unknown ones the mean of all.
    """

    key: Any = staticmethod(text)

    def __init__(
        self, max_tokens, num_oov_indices, mask_token, oov_token, vocabulary,
        idf_weights, invert, output_mode, sparse, pad_to_max_tokens, **kwargs,
    ):  # fmt: skip
        for stored in ("vocabulary_size", "has_input_vocabulary"):
            kwargs.pop(stored, None)
        super().__init__(autocast=False, **kwargs)
        if output_mode not in MODES:
            raise ValueError(
                f"{type(self).__name__}: output_mode={output_mode!r}; use one of "
                f"{', '.join(MODES)}."
            )
        if idf_weights is not None and output_mode != "tf_idf":
            raise ValueError(
                "`idf_weights` should only be set if `output_mode` is 'tf_idf'. "
                f"Received: idf_weights={idf_weights} and output_mode={output_mode}."
            )
        self.max_tokens, self.num_oov_indices = max_tokens, num_oov_indices
        self.mask_token, self.oov_token = mask_token, oov_token
        self.invert, self.output_mode = invert, output_mode
        self.sparse, self.pad_to_max_tokens = sparse, pad_to_max_tokens
        object.__setattr__(self, "_keys", [])
        object.__setattr__(self, "_numbers", {})
        object.__setattr__(self, "_idf", None)
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    # --- the vocabulary ---------------------------------------------------------------

    def _special(self) -> list:
        first = [] if self.mask_token is None else [self.mask_token]
        return first + [self.oov_token] * self.num_oov_indices

    def set_vocabulary(self, vocabulary: Any, idf_weights=None) -> None:
        """Take keys in order (a list, or a file with one a line); special ones in
        front may be left out.

        Raises ValueError for keys that come twice, a file that is not there, or
        weights that are missing or too few.
        """
        if isinstance(vocabulary, str):
            vocabulary = _lines(vocabulary)
        vocabulary = vocabulary.numpy() if hasattr(vocabulary, "numpy") else vocabulary
        keys = [self.key(v) for v in np.asarray(vocabulary).tolist()]
        special = self._special()
        skip = 0
        if special and keys[: len(special)] == [self.key(s) for s in special]:
            skip = len(special)
            keys = keys[skip:]
        if len(set(keys)) != len(keys):
            raise ValueError(
                "The passed vocabulary has at least one repeated term. Please uniquify "
                f"your dataset. The repeated terms are: "
                f"{[k for k, n in Counter(keys).items() if n > 1][:10]}"
            )
        start = len(special)
        object.__setattr__(self, "_keys", keys)
        object.__setattr__(self, "_numbers", {k: start + i for i, k in enumerate(keys)})
        if self.output_mode == "tf_idf":
            self._weigh(idf_weights, skip)

    def _weigh(self, weights, skip: int) -> None:
        if weights is None:
            raise ValueError("`idf_weights` must be set if output_mode is 'tf_idf'.")
        weights = np.asarray(weights, np.float32)
        if len(weights) == len(self._keys) + skip:
            weights = weights[skip:]
        if len(weights) != len(self._keys):
            raise ValueError(
                "`idf_weights` must be the same length as vocabulary. len(idf_weights) "
                f"is {len(weights)}; len(vocabulary) is {len(self._keys)}"
            )
        unknown = np.full(len(self._special()), weights.mean(), np.float32)
        object.__setattr__(self, "_idf", np.concatenate([unknown, weights]))

    def get_vocabulary(self, include_special_tokens=True) -> list:
        """The keys by number."""
        return [*(self._special() if include_special_tokens else []), *self._keys]

    def vocabulary_size(self) -> int:
        return len(self._special()) + len(self._keys)

    vocab_size = vocabulary_size

    def _width(self) -> int:
        """How long the vectors are."""
        if self.pad_to_max_tokens and self.max_tokens:
            return self.max_tokens
        return self.vocabulary_size()

    def adapt(self, data, batch_size=None, steps=None) -> None:
        """Find the vocabulary of `data`: by frequency, ties from the last letter.

        With "tf_idf" a key in d of n documents (rows) weighs log(1 + n / (1 + d)).
        """
        counts: Counter = Counter()
        within: Counter = Counter()
        documents = 0
        for batch in batches_of(data, steps):
            for row in self._documents(batch):
                keys = list(row)
                counts.update(keys)
                within.update(set(keys))
                documents += 1
        for special in self._special():
            counts.pop(self.key(special), None)
        ordered = sorted(counts, reverse=True)
        ordered.sort(key=lambda k: -counts[k])
        if self.max_tokens is not None:
            ordered = ordered[: self.max_tokens - len(self._special())]
        weights = None
        if self.output_mode == "tf_idf":
            weights = [np.log(1 + documents / (1 + within[k])) for k in ordered]
        self.set_vocabulary(ordered, weights)

    def _documents(self, batch):
        """The keys of each row."""
        rows = batch.reshape(len(batch), -1) if batch.ndim else batch.reshape(1, 1)
        for row in rows.tolist():
            yield map(self.key, row)

    # --- calling ----------------------------------------------------------------------

    def number(self, key) -> int:
        """The number of `key`. Raises InvalidArgumentError for an unknown one where
        there is no number for those.
        """
        found = self._numbers.get(key)
        if found is not None:
            return found
        if self.mask_token is not None and key == self.key(self.mask_token):
            return 0
        first = 0 if self.mask_token is None else 1
        if self.num_oov_indices == 0:
            raise InvalidArgumentError(
                None, None,
                f"When `num_oov_indices=0` all inputs should be in vocabulary, found "
                f"value {key!r}, consider setting `num_oov_indices=1`.",
            )  # fmt: skip
        if self.num_oov_indices == 1:
            return first
        return first + self._hash(key) % self.num_oov_indices

    def _hash(self, key) -> int:
        """What spreads unknown keys, as TensorFlow does: FarmHash of strings."""
        return key if self.key is int else fingerprint64()(str(key).encode("utf-8"))

    def _check_vocabulary(self) -> None:
        if not self._keys:
            raise RuntimeError(
                f"{type(self).__name__} {self.name} has no vocabulary: pass one, or "
                "call `adapt` first."
            )

    def call(self, inputs):
        self._check_vocabulary()
        if self.invert:
            return self._inverted(inputs)

        def look(values):
            flat = [self.number(self.key(v)) for v in values.reshape(-1).tolist()]
            return np.array(flat, np.int64).reshape(values.shape)

        numbers = on_host(look, inputs, "int64", inputs.dims)
        if self.output_mode != "tf_idf":
            return encoded(numbers, self._width(), self.output_mode)
        return encoded(numbers, self._width(), "count") * self._weights()

    def _weights(self) -> np.ndarray:
        """The weight of every entry of a vector, [width]."""
        return np.pad(self._idf, (0, self._width() - len(self._idf)))

    def _inverted(self, inputs):
        keys = self.get_vocabulary()

        def look(values):
            flat = [
                keys[i] if 0 <= i < len(keys) else self.oov_token
                for i in values.reshape(-1).tolist()
            ]
            return self._array(flat).reshape(values.shape)

        kind = "int64" if self.key is int else "string"
        return on_host(look, inputs, kind, inputs.dims)

    def _array(self, flat):
        out = np.empty(len(flat), object)
        out[:] = [str(k).encode("utf-8") for k in flat]
        return out

    def get_config(self):
        idf = None if self._idf is None else self._idf[len(self._special()) :].tolist()
        return {
            **super().get_config(),
            **given(self, "invert", "max_tokens", "num_oov_indices", "oov_token",
                    "mask_token", "output_mode", "sparse", "pad_to_max_tokens"),
            "vocabulary": list(self._keys) or None,
            "idf_weights": idf,
        }  # fmt: skip


def _lines(path: str) -> list[str]:
    if not os.path.exists(path):
        raise ValueError(f"Vocabulary file {path} does not exist.")
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def _dtype_of(output_mode: str) -> str | None:
    return "int64" if output_mode == "int" else None


class StringLookup(Lookup):
    """Numbers for strings, or with `invert` strings for numbers."""

    def __init__(
        self, max_tokens=None, num_oov_indices=1, mask_token=None, oov_token="[UNK]",
        vocabulary=None, idf_weights=None, encoding="utf-8", invert=False,
        output_mode="int", sparse=False, pad_to_max_tokens=False, **kwargs,
    ):  # fmt: skip
        self.encoding = encoding
        kwargs.setdefault("dtype", "string" if invert else _dtype_of(output_mode))
        super().__init__(
            max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights,
            invert, output_mode, sparse, pad_to_max_tokens, **kwargs,
        )  # fmt: skip

    def get_config(self):
        return {**super().get_config(), "encoding": self.encoding}


class IntegerLookup(Lookup):
    """Numbers from 0 for integers of a vocabulary."""

    key = int

    def __init__(
        self, max_tokens=None, num_oov_indices=1, mask_token=None, oov_token=-1,
        vocabulary=None, vocabulary_dtype="int64", idf_weights=None, invert=False,
        output_mode="int", sparse=False, pad_to_max_tokens=False, **kwargs,
    ):  # fmt: skip
        self.vocabulary_dtype = vocabulary_dtype
        kwargs.setdefault("dtype", _dtype_of(output_mode))
        super().__init__(
            max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights,
            invert, output_mode, sparse, pad_to_max_tokens, **kwargs,
        )  # fmt: skip

    def _array(self, flat):
        return np.array(flat, np.int64)

    def get_config(self):
        return {**super().get_config(), "vocabulary_dtype": self.vocabulary_dtype}
