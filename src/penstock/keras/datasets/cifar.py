"""One batch file of CIFAR: a pickled dict, read without unpickling anything else."""

from typing import Any

import numpy as np

from penstock.keras.datasets.restricted import UnsafeFileError, read_pickle


def read_batch(path: str, labels: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 [n, 32, 32, 3] and labels int64 [n, 1]. Raises UnsafeFileError."""
    with open(path, "rb") as file:
        content: Any = read_pickle(file, encoding="bytes")
    try:
        images = np.asarray(content[b"data"], np.uint8).reshape(-1, 3, 32, 32)
        classes = np.asarray(content[labels], np.int64).reshape(-1, 1)
    except (KeyError, TypeError, ValueError) as error:
        raise UnsafeFileError(f"{path} is no batch of CIFAR ({error}).") from error
    return images.transpose(0, 2, 3, 1), classes
