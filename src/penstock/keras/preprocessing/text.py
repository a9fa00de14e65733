"""Texts as lists of word numbers: Tokenizer and the functions beside it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator

import numpy as np

PUNCTUATION = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(
    input_text, filters=PUNCTUATION, lower=True, split=" "
) -> list[str]:
    """The words of a text: `filters` become `split`, at which it is cut."""
    if lower:
        input_text = input_text.lower()
    table = str.maketrans(dict.fromkeys(filters, split))
    return [word for word in input_text.translate(table).split(split) if word]


def one_hot(
    input_text, n, filters=PUNCTUATION, lower=True, split=" ", analyzer=None
) -> list[int]:
    """Words as numbers in [1, n) by Python's `hash`: other numbers in each run."""
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


def hashing_trick(
    text,
    n,
    hash_function=None,
    filters=PUNCTUATION,
    lower=True,
    split=" ",
    analyzer=None,
) -> list[int]:
    """Words as numbers in [1, n) by a hash; two words may share one.

    `hash_function`: None (Python's, differs from run to run), "md5" (stable), or a
    function from str to int.
    """
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":
        hash_function = _md5
    words = (
        text_to_word_sequence(text, filters, lower, split)
        if analyzer is None
        else analyzer(text)
    )
    return [hash_function(word) % (n - 1) + 1 for word in words]


def _md5(word: str) -> int:
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


class Tokenizer:
    """Learns the words of texts (`fit_on_texts`) and turns texts into numbers.

    Number 1 is the most frequent word, or `oov_token` where it is given; 0 stands for
    nothing. `num_words`: only numbers below it are given out.
    """

    def __init__(
        self,
        num_words=None,
        filters=PUNCTUATION,
        lower=True,
        split=" ",
        char_level=False,
        oov_token=None,
        analyzer=None,
        **kwargs,
    ):
        document_count = kwargs.pop("document_count", 0)
        if "nb_words" in kwargs:
            num_words = kwargs.pop("nb_words")
        if kwargs:
            raise TypeError(f"Unrecognized keyword arguments: {kwargs}")
        self.num_words = num_words
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer: Callable | None = analyzer
        self.document_count = document_count
        self.word_counts: OrderedDict[str, int] = OrderedDict()
        self.word_docs: defaultdict[str, int] = defaultdict(int)
        self.index_docs: defaultdict[int, int] = defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def _words(self, text) -> list[str]:
        if self.char_level or isinstance(text, list):
            if not self.lower:
                return text
            if isinstance(text, list):
                return [part.lower() for part in text]
            return text.lower()
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts: Iterable) -> None:
        """Count the words of texts (strings, or lists of words)."""
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        ranked = sorted(self.word_counts.items(), key=lambda item: -item[1])
        first = [] if self.oov_token is None else [self.oov_token]
        words = first + [word for word, _ in ranked]
        self.word_index = {word: rank for rank, word in enumerate(words, 1)}
        self.index_word = {rank: word for word, rank in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Iterable) -> None:
        """Count numbers instead of words (for `sequences_to_matrix` only)."""
        for sequence in sequences:
            self.document_count += 1
            for index in set(sequence):
                self.index_docs[index] += 1

    def texts_to_sequences(self, texts) -> list[list[int]]:
        """Texts as lists of numbers; words that were not seen are left out."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts) -> Iterator[list[int]]:
        unknown = self._unknown()
        for text in texts:
            numbers = (self._number(word, unknown) for word in self._words(text))
            yield [number for number in numbers if number is not None]

    def _unknown(self) -> int | None:
        return None if self.oov_token is None else self.word_index.get(self.oov_token)

    def _number(self, word: str, unknown: int | None) -> int | None:
        number = self.word_index.get(word)
        if number is None or (self.num_words and number >= self.num_words):
            return unknown
        return number

    def sequences_to_texts(self, sequences) -> list[str]:
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences) -> Iterator[str]:
        unknown = self._unknown()
        for sequence in sequences:
            words = []
            for number in sequence:
                word = self.index_word.get(number)
                if word is None or (self.num_words and number >= self.num_words):
                    word = None if unknown is None else self.index_word[unknown]
                if word is not None:
                    words.append(word)
            yield " ".join(words)

    def texts_to_matrix(self, texts, mode="binary") -> np.ndarray:
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences, mode="binary") -> np.ndarray:
        """Texts as rows over all words, [n, num_words].

        `mode`: "binary" (there or not), "count", "freq" (count / length), or "tfidf"
        ((1 + log count) · log(1 + documents / (1 + documents with the word))).
        """
        width = self.num_words or (len(self.word_index) + 1 if self.word_index else 0)
        if not width:
            raise ValueError(
                "Specify a dimension (`num_words` argument), or fit on some text data "
                "first."
            )
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Fit the Tokenizer on some data before using tfidf mode.")
        if mode not in ("binary", "count", "freq", "tfidf"):
            raise ValueError("Unknown vectorization mode:", mode)
        out = np.zeros((len(sequences), width))
        for row, sequence in zip(out, sequences, strict=True):
            counts = Counter(number for number in sequence if number < width)
            for number, count in counts.items():
                row[number] = self._weight(mode, number, count, len(sequence))
        return out

    def _weight(self, mode: str, number: int, count: int, length: int) -> float:
        if mode == "tfidf":
            documents = self.index_docs.get(number, 0)
            rarity = np.log(1 + self.document_count / (1 + documents))
            return (1 + np.log(count)) * rarity
        return {"binary": 1, "count": count, "freq": count / length}[mode]

    def get_config(self) -> dict:
        return {
            "num_words": self.num_words,
            "filters": self.filters,
            "lower": self.lower,
            "split": self.split,
            "char_level": self.char_level,
            "oov_token": self.oov_token,
            "document_count": self.document_count,
            "word_counts": json.dumps(self.word_counts),
            "word_docs": json.dumps(self.word_docs),
            "index_docs": json.dumps(self.index_docs),
            "index_word": json.dumps(self.index_word),
            "word_index": json.dumps(self.word_index),
        }

    def to_json(self, **kwargs) -> str:
        config = {"class_name": type(self).__name__, "config": self.get_config()}
        return json.dumps(config, **kwargs)


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """The tokenizer that `to_json` described."""
    config = json.loads(json_string)["config"]
    counted = {
        name: json.loads(config.pop(name))
        for name in (
            "word_counts",
            "word_docs",
            "index_docs",
            "index_word",
            "word_index",
        )
    }
    tokenizer = Tokenizer(**config)
    tokenizer.word_counts = OrderedDict(counted["word_counts"])
    tokenizer.word_docs = defaultdict(int, counted["word_docs"])
    by_number = {int(key): count for key, count in counted["index_docs"].items()}
    tokenizer.index_docs = defaultdict(int, by_number)
    tokenizer.index_word = {int(k): word for k, word in counted["index_word"].items()}
    tokenizer.word_index = counted["word_index"]
    return tokenizer
