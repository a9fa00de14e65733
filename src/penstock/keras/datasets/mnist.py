"""MNIST: 60,000 + 10,000 handwritten digits, 28x28, grey.

LeCun, Cortes, Burges, http://yann.lecun.com/exdb/mnist/
"""

import numpy as np

from penstock.keras.datasets.places import STORE
from penstock.keras.utils.download import get_file


def load_data(path="mnist.npz", cache_dir=None):
    """(x_train, y_train), (x_test, y_test): uint8 [n, 28, 28] and [n]."""
    found = get_file(
        path,
        origin=STORE + "mnist.npz",
        file_hash="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        cache_dir=cache_dir,
    )
    with np.load(found, allow_pickle=False) as file:
        train, test = (
            (file[f"x_{part}"], file[f"y_{part}"]) for part in ("train", "test")
        )
    return train, test
