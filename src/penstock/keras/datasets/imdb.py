"""IMDB: 25,000 + 25,000 film reviews as word numbers, good (1) or bad (0).

Maas et al. (2011), https://ai.stanford.edu/~amaas/data/sentiment/
"""

import json

import numpy as np

from penstock.keras.datasets.places import STORE
from penstock.keras.datasets.restricted import read_npz
from penstock.keras.datasets.word_lists import as_objects, marked, short, words_within
from penstock.keras.utils.download import get_file


def load_data(
    path="imdb.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
    cache_dir=None,
    **kwargs,
):
    """(x_train, y_train), (x_test, y_test): lists of word numbers, and int64 [n].

    Numbers outside [skip_top, num_words) become `oov_char` (or are left out where it
    is None); reviews of `maxlen` words and more are left out.
    """
    if "nb_words" in kwargs:
        num_words = kwargs.pop("nb_words")
    if kwargs:
        raise TypeError(f"Unrecognized keyword arguments: {kwargs}.")
    found = get_file(
        path,
        origin=STORE + "imdb.npz",
        file_hash="69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
        cache_dir=cache_dir,
    )
    arrays = read_npz(found, "x_train", "y_train", "x_test", "y_test")
    random = np.random.RandomState(seed)
    lists, labels = [], []
    for x, y in (arrays[:2], arrays[2:]):
        order = np.arange(len(x))
        random.shuffle(order)
        rows, classes = marked(x[order], start_char, index_from), y[order]
        if maxlen:
            rows, classes = short(maxlen, rows, classes)
            if not rows:
                raise ValueError(
                    f"After filtering for sequences shorter than maxlen={maxlen}, no "
                    "sequence was kept. Increase maxlen."
                )
        lists.append(rows)
        labels.append(np.array(classes))
    both = words_within(lists[0] + lists[1], num_words, skip_top, oov_char)
    split = len(lists[0])
    x_train, x_test = as_objects(both[:split]), as_objects(both[split:])
    return (x_train, labels[0]), (x_test, labels[1])


def get_word_index(path="imdb_word_index.json", cache_dir=None) -> dict[str, int]:
    """Words and their numbers (before `index_from` is added)."""
    found = get_file(
        path,
        origin=STORE + "imdb_word_index.json",
        file_hash="bfafd718b763782e994055a2d397834f",
        cache_dir=cache_dir,
    )
    with open(found, encoding="utf-8") as file:
        return json.load(file)
