"""CIFAR-10: 50,000 + 10,000 colour pictures of ten things, 32x32.

Krizhevsky (2009), https://www.cs.toronto.edu/~kriz/cifar.html
"""

import os

import numpy as np

from penstock.keras.datasets.cifar import read_batch
from penstock.keras.datasets.places import CIFAR
from penstock.keras.utils.download import get_file


def load_data(cache_dir=None):
    """(x_train, y_train), (x_test, y_test): uint8 [n, 32, 32, 3] and [n, 1]."""
    folder = get_file(
        "cifar-10-batches-py",
        origin=CIFAR + "cifar-10-python.tar.gz",
        untar=True,
        file_hash="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        cache_dir=cache_dir,
    )
    parts = [
        read_batch(os.path.join(folder, f"data_batch_{i}"), b"labels")
        for i in range(1, 6)
    ]
    x_train, y_train = (np.concatenate(column) for column in zip(*parts, strict=True))
    x_test, y_test = read_batch(os.path.join(folder, "test_batch"), b"labels")
    return (x_train, y_train.astype("uint8")), (x_test, y_test.astype("uint8"))
