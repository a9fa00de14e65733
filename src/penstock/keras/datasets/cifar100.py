"""CIFAR-100: 50,000 + 10,000 colour pictures of a hundred things, 32x32.

Krizhevsky (2009), https://www.cs.toronto.edu/~kriz/cifar.html
"""

import os

from penstock.keras.datasets.cifar import read_batch
from penstock.keras.datasets.places import CIFAR
from penstock.keras.utils.download import get_file


def load_data(label_mode="fine", cache_dir=None):
    """(x_train, y_train), (x_test, y_test): uint8 [n, 32, 32, 3], int64 [n, 1].

    `label_mode`: "fine" (100 classes) or "coarse" (20).
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(
            '`label_mode` must be one of `"fine"`, `"coarse"`. Received: '
            f"label_mode={label_mode}."
        )
    folder = get_file(
        "cifar-100-python",
        origin=CIFAR + "cifar-100-python.tar.gz",
        untar=True,
        file_hash="85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
        cache_dir=cache_dir,
    )
    key = f"{label_mode}_labels".encode()
    train, test = (read_batch(os.path.join(folder, p), key) for p in ("train", "test"))
    return train, test
