"""Reuters: 11,228 news wires as word numbers, on 46 topics.

Lewis, Reuters-21578, https://archive.ics.uci.edu/dataset/137
"""

import json

import numpy as np

from penstock.keras.datasets.places import STORE
from penstock.keras.datasets.restricted import read_npz
from penstock.keras.datasets.word_lists import as_objects, marked, short, words_within
from penstock.keras.utils.download import get_file

_TOPICS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade "
    "reserves ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed "
    "alum oilseed gold tin strategic-metal livestock retail ipi iron-steel rubber heat "
    "jobs lei bop zinc orange pet-chem dlr gas silver wpi hog lead"
)


def load_data(
    path="reuters.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    test_split=0.2,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
    cache_dir=None,
    **kwargs,
):
    """(x_train, y_train), (x_test, y_test): lists of word numbers, and int64 [n].

    Arguments as for `imdb.load_data`; `test_split` is the part kept for testing.
    """
    if kwargs:
        raise TypeError(f"Unrecognized keyword arguments: {kwargs}.")
    found = get_file(
        path,
        origin=STORE + "reuters.npz",
        file_hash="d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
        cache_dir=cache_dir,
    )
    x, y = read_npz(found, "x", "y")
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    rows, labels = marked(x[order], start_char, index_from), y[order]
    if maxlen:
        rows, labels = short(maxlen, rows, labels)
    rows = words_within(rows, num_words, skip_top, oov_char)
    split = int(len(rows) * (1 - test_split))
    train = as_objects(rows[:split]), np.array(labels[:split])
    test = as_objects(rows[split:]), np.array(labels[split:])
    return train, test


def get_word_index(path="reuters_word_index.json", cache_dir=None) -> dict[str, int]:
    """Words and their numbers (before `index_from` is added)."""
    found = get_file(
        path,
        origin=STORE + "reuters_word_index.json",
        file_hash="4d44cc38712099c9e383dc6e5f11a921",
        cache_dir=cache_dir,
    )
    with open(found, encoding="utf-8") as file:
        return json.load(file)


def get_label_names() -> tuple[str, ...]:
    """The topics, in the order of their numbers."""
    return tuple(_TOPICS.split())
