"""What IMDB and Reuters share: lists of word numbers, marked, cut and filtered."""

import numpy as np


def marked(rows, start_char, index_from) -> list[list[int]]:
    """Every number moved up by `index_from`, behind `start_char` where there is one."""
    head = [] if start_char is None else [start_char]
    move = index_from if start_char is not None or index_from else 0
    return [head + [word + move for word in row] for row in rows]


def short(maxlen: int, rows, labels) -> tuple[list, list]:
    """The rows with fewer than `maxlen` numbers, and their labels."""
    kept = [pair for pair in zip(rows, labels, strict=True) if len(pair[0]) < maxlen]
    return [row for row, _ in kept], [label for _, label in kept]


def words_within(rows, num_words, skip_top: int, oov_char) -> list[list[int]]:
    """Numbers outside [skip_top, num_words) replaced by `oov_char`, or left out."""
    if not num_words:
        num_words = max(max(row) for row in rows)
        # As published: without a limit the largest number still counts as outside.
    if oov_char is None:
        return [[w for w in row if skip_top <= w < num_words] for row in rows]
    return [[w if skip_top <= w < num_words else oov_char for w in row] for row in rows]


def as_objects(rows: list[list[int]]) -> np.ndarray:
    """Lists as an array of lists, [n]."""
    out = np.empty(len(rows), object)
    out[:] = rows
    return out
