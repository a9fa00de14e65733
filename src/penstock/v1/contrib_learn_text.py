"""`tf.contrib.learn.preprocessing`: texts to rows of word numbers."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from penstock.core.errors import UnsupportedError

_WORD = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z][a-z]+(?=[A-Z])|[\'\w\-]+", re.UNICODE)


def tokenizer(iterator: Iterable[str]) -> Iterator[list[str]]:
    """The words of each text: runs of letters, digits, `'` and `-`."""
    for text in iterator:
        yield _WORD.findall(text)


class CategoricalVocabulary:
    """Numbers for categories, 0 for what is unknown."""

    def __init__(self, unknown_token="<UNK>", support_reverse=True):
        self._unknown = unknown_token
        self._mapping: dict[Any, int] = {unknown_token: 0}
        self._reverse: list[Any] = [unknown_token]
        self._support_reverse = support_reverse
        self._freq: dict[Any, int] = {}
        self._frozen = False

    def freeze(self, freeze=True) -> None:
        self._frozen = freeze

    def get(self, category) -> int:
        if category not in self._mapping:
            if self._frozen:
                return 0
            self._mapping[category] = len(self._mapping)
            self._reverse.append(category)
        return self._mapping[category]

    def add(self, category, count=1) -> None:
        if self.get(category) <= 0:
            return
        self._freq[category] = self._freq.get(category, 0) + count

    def trim(self, min_frequency, max_frequency=-1) -> None:
        """Forget categories that came too rarely or too often."""
        ranked = sorted(
            sorted(self._freq.items(), key=lambda item: str(item[0])),
            key=lambda item: item[1], reverse=True,
        )  # fmt: skip
        self._mapping, self._reverse = {self._unknown: 0}, [self._unknown]
        for category, count in ranked:
            if max_frequency > 0 and count >= max_frequency:
                continue
            if count <= min_frequency:
                break
            self._mapping[category] = len(self._mapping)
            self._reverse.append(category)
        self._freq = dict(ranked[: len(self._mapping) - 1])

    def reverse(self, class_id):
        if not self._support_reverse:
            raise ValueError("This vocabulary wasn't initialized with support_reverse.")
        return self._reverse[class_id]

    def __len__(self):
        return len(self._mapping)


class VocabularyProcessor:
    """Texts to rows of `max_document_length` word numbers, filled up with 0."""

    def __init__(
        self, max_document_length, min_frequency=0, vocabulary=None, tokenizer_fn=None
    ):
        self.max_document_length = max_document_length
        self.min_frequency = min_frequency
        self.vocabulary_ = vocabulary or CategoricalVocabulary()
        self._tokenizer = tokenizer_fn or tokenizer

    def fit(self, raw_documents, unused_y=None):
        for words in self._tokenizer(raw_documents):
            for word in words:
                self.vocabulary_.add(word)
        if self.min_frequency > 0:
            self.vocabulary_.trim(self.min_frequency)
        self.vocabulary_.freeze()
        return self

    def fit_transform(self, raw_documents, unused_y=None):
        self.fit(raw_documents)
        return self.transform(raw_documents)

    def transform(self, raw_documents) -> Iterator[np.ndarray]:
        for words in self._tokenizer(raw_documents):
            row = np.zeros(self.max_document_length, np.int64)
            for at, word in enumerate(words[: self.max_document_length]):
                row[at] = self.vocabulary_.get(word)
            yield row

    def reverse(self, documents) -> Iterator[str]:
        for row in documents:
            yield " ".join(self.vocabulary_.reverse(n) for n in row)

    def save(self, filename) -> None:
        with open(filename, "wb") as file:
            file.write(pickle.dumps(self))

    @classmethod
    def restore(cls, filename):
        """Refused: the file is a pickle, whose reading may run any code."""
        raise UnsupportedError(
            f"VocabularyProcessor.restore reads a pickle ('{filename}'), which may run"
            " any code. Fit the vocabulary again."
        )


class ByteProcessor:
    """Texts to rows of bytes."""

    def __init__(self, max_document_length):
        self.max_document_length = max_document_length

    def fit(self, x):
        return self

    def fit_transform(self, x):
        return self.transform(x)

    def transform(self, x) -> Iterator[np.ndarray]:
        for text in x:
            data = text.encode() if isinstance(text, str) else bytes(text)
            row = np.frombuffer(data, np.uint8)[: self.max_document_length]
            yield np.pad(row, (0, self.max_document_length - len(row)))

    @staticmethod
    def reverse(x) -> Iterator[str]:
        for row in x:
            yield bytes(row).rstrip(b"\0").decode(errors="replace")


__all__ = ["ByteProcessor", "CategoricalVocabulary", "VocabularyProcessor", "tokenizer"]
