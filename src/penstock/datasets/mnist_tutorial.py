"""MNIST as `tensorflow.examples.tutorials.mnist.input_data` gave it.

Batches come in the order of the 1.x tutorial: `np.random`'s global generator
permutes the examples before each epoch, and a batch that crosses the end of an
epoch takes the rest of the old order and the beginning of the new one.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np

from penstock.datasets import mnist_files

Array = np.ndarray[Any, Any]

PIXELS = 784
CLASSES = 10
FAKE_EXAMPLES = 10_000


class DataSet:
    """Images with their labels, handed out in batches.

    `images` is [n, height, width, 1] of uint8; with `reshape` they become
    [n, height * width], and with `dtype` float32 (a NumPy type, or an object with
    `as_numpy_dtype`) they are scaled from [0, 255] to [0, 1]. `seed` seeds
    NumPy's global generator when the set is made, None from the system's
    entropy, as in TensorFlow.
    """

    def __init__(
        self,
        images: Array,
        labels: Array,
        fake_data: bool = False,
        one_hot: bool = False,
        dtype: Any = np.float32,
        reshape: bool = True,
        seed: int | None = None,
    ) -> None:
        np.random.seed(seed)
        self._dtype = _pixel_type(dtype)
        self._fake, self._one_hot = fake_data, one_hot
        self._epochs_completed = self._index_in_epoch = 0
        if fake_data:
            self._pixels = self._labels = np.empty(0)
            self._num_examples = FAKE_EXAMPLES
            return
        if len(images) != len(labels):
            raise ValueError(
                f"images.shape: {images.shape} labels.shape: {labels.shape}. "
                "There must be one label for each image."
            )
        if reshape:
            if images.ndim != 4 or images.shape[3] != 1:
                raise ValueError(
                    f"reshape=True takes images [n, height, width, 1], got "
                    f"{images.shape}. Pass reshape=False."
                )
            images = images.reshape(len(images), images.shape[1] * images.shape[2])
        # Bytes are kept and the order beside them: a quarter of the memory of
        # floats, and an epoch shuffles 55,000 numbers instead of 170 MB.
        self._pixels, self._labels = images, labels
        self._order: Array | None = None
        self._scaled: Array | None = None
        self._num_examples = len(images)

    @property
    def images(self) -> Array | None:
        """All images in the present order; None for fake data."""
        if self._fake:
            return None
        if self._scaled is None:
            self._scaled = self._scale(_take(self._pixels, self._order))
        return self._scaled

    @property
    def labels(self) -> Array | None:
        """All labels in the present order; None for fake data."""
        return None if self._fake else _take(self._labels, self._order)

    @property
    def num_examples(self) -> int:
        """Number of images."""
        return self._num_examples

    @property
    def epochs_completed(self) -> int:
        """How often `next_batch` has gone through all examples."""
        return self._epochs_completed

    def next_batch(
        self, batch_size: int, fake_data: bool = False, shuffle: bool = True
    ) -> tuple[Any, Any]:
        """The next `batch_size` images and labels of this data set.

        Raises ValueError for more examples than this epoch and the next have.
        """
        if fake_data:
            label: Any = [1] + [0] * (CLASSES - 1) if self._one_hot else 0
            return [[1] * PIXELS] * batch_size, [label] * batch_size
        start = self._index_in_epoch
        if not 0 <= batch_size <= 2 * self._num_examples - start:
            raise ValueError(
                f"next_batch({batch_size}): the data set has "
                f"{self._num_examples} examples. Ask for fewer at a time."
            )
        if self._epochs_completed == 0 and start == 0 and shuffle:
            self._shuffle()
        end = start + batch_size
        if end <= self._num_examples:
            self._index_in_epoch = end
            return self._rows(start, end)
        self._epochs_completed += 1
        rest = self._rows(start, self._num_examples)
        if shuffle:
            self._shuffle()
        self._index_in_epoch = end - self._num_examples
        new = self._rows(0, self._index_in_epoch)
        return (
            np.concatenate((rest[0], new[0]), axis=0),
            np.concatenate((rest[1], new[1]), axis=0),
        )

    def _shuffle(self) -> None:
        permutation = np.arange(self._num_examples)
        np.random.shuffle(permutation)
        # Permutations follow one another, as if the images had been moved.
        self._order = permutation if self._order is None else self._order[permutation]
        self._scaled = None

    def _rows(self, start: int, end: int) -> tuple[Array, Array]:
        rows = slice(start, end) if self._order is None else self._order[start:end]
        if self._scaled is not None:
            return self._scaled[start:end], self._labels[rows]
        return self._scale(self._pixels[rows]), self._labels[rows]

    def _scale(self, pixels: Array) -> Array:
        if self._dtype == np.uint8:
            return pixels
        return np.multiply(pixels, np.float32(1.0 / 255.0), dtype=np.float32)


class Datasets(NamedTuple):
    """The three parts of MNIST."""

    train: DataSet
    validation: DataSet
    test: DataSet


def read_data_sets(
    train_dir: str | os.PathLike[str],
    fake_data: bool = False,
    one_hot: bool = False,
    dtype: Any = np.float32,
    reshape: bool = True,
    validation_size: int = 5000,
    seed: int | None = None,
    source_url: str = mnist_files.SOURCE_URL,
) -> Datasets:
    """MNIST, or what lies in `train_dir` under its file names, in three parts.

    The files are sought in `train_dir`, then in Keras' folder, then fetched from
    `source_url`. The first `validation_size` training examples become the
    validation set. `seed` seeds as in `DataSet`. Raises FileNotFoundError that says
    which files to put where.
    """
    options: dict[str, Any] = {"dtype": dtype, "reshape": reshape, "seed": seed}
    if fake_data:
        nothing = np.empty(0)
        made = [
            DataSet(nothing, nothing, fake_data=True, one_hot=one_hot, **options)
            for _ in range(3)
        ]
        return Datasets(*made)
    files = mnist_files.load(train_dir, source_url)
    count = len(files.train_images)
    if not 0 <= validation_size <= count:
        raise ValueError(
            f"Validation size should be between 0 and {count}. "
            f"Received: {validation_size}."
        )
    labels = files.train_labels, files.test_labels
    if one_hot:
        labels = _one_hot(labels[0]), _one_hot(labels[1])
    images = files.train_images[..., np.newaxis], files.test_images[..., np.newaxis]
    cut = validation_size
    return Datasets(
        train=DataSet(images[0][cut:], labels[0][cut:], **options),
        validation=DataSet(images[0][:cut], labels[0][:cut], **options),
        test=DataSet(images[1], labels[1], **options),
    )


def _one_hot(labels: Array) -> Array:
    if labels.size and labels.max() >= CLASSES:
        raise ValueError(f"labels go to {labels.max()}, MNIST's end at {CLASSES - 1}")
    return np.eye(CLASSES)[labels]


def _pixel_type(dtype: Any) -> np.dtype[Any]:
    kind = np.dtype(getattr(dtype, "as_numpy_dtype", dtype))
    if kind not in (np.dtype(np.uint8), np.dtype(np.float32)):
        raise TypeError(f"Invalid image dtype {dtype!r}, expected uint8 or float32")
    return kind


def _take(values: Array, order: Array | None) -> Array:
    return values if order is None else values[order]
