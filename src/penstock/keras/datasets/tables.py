"""What the two housing data sets share: one table, shuffled and split."""

import numpy as np


def shuffled_split(path: str, first: int | None, test_split: float, seed: int):
    """The first rows of arrays `x` and `y`, shuffled, as training and test parts."""
    if not 0 <= test_split < 1:
        raise ValueError(f"test_split must be in [0, 1), received {test_split}.")
    with np.load(path, allow_pickle=False) as file:
        x, y = file["x"][:first], file["y"][:first]
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    x, y = x[order], y[order]
    split = int(len(x) * (1 - test_split))
    return (x[:split], y[:split]), (x[split:], y[split:])
