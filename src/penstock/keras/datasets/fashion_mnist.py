"""Fashion-MNIST: 60,000 + 10,000 pictures of clothes, 28x28, grey.

Xiao, Rasul, Vollgraf (2017), https://github.com/zalandoresearch/fashion-mnist
"""

import os

from penstock.formats.idx import read_idx
from penstock.keras.datasets.places import STORE
from penstock.keras.utils.download import get_file

_PARTS = {
    "train-labels-idx1": 1,
    "train-images-idx3": 3,
    "t10k-labels-idx1": 1,
    "t10k-images-idx3": 3,
}


def load_data(cache_dir=None):
    """(x_train, y_train), (x_test, y_test): uint8 [n, 28, 28] and [n]."""
    folder = os.path.join("datasets", "fashion-mnist")
    arrays = []
    for part, rank in _PARTS.items():
        name = f"{part}-ubyte.gz"
        path = get_file(
            name, origin=STORE + name, cache_subdir=folder, cache_dir=cache_dir
        )
        arrays.append(read_idx(path, rank))
    y_train, x_train, y_test, x_test = arrays
    return (x_train, y_train), (x_test, y_test)
