"""Endless batches of pictures, repeatable by a seed for NumPy's global generator."""

from __future__ import annotations

import os
import threading
import warnings
from typing import Any

import numpy as np

from penstock.keras.preprocessing.image.pictures import array_to_img, chosen_format
from penstock.keras.utils.batches import Sequence


class Iterator(Sequence):
    """Batches of `n` samples in an order that is drawn anew for each epoch.

    With a `seed`, NumPy's global generator is set to seed + (batches so far) before
    each batch, so order and changes are the same in every run.
    """

    named_widely = False
    data_format: str
    save_to_dir: Any
    save_prefix: str
    save_format: str

    def __init__(self, n, batch_size, shuffle, seed):
        self.n = n
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.batch_index = 0
        self.total_batches_seen = 0
        self.index_array: Any = None
        self.lock = threading.Lock()
        self.index_generator = self._indices()

    def __len__(self):
        return -(-self.n // self.batch_size)

    def __getitem__(self, index):
        if index >= len(self):
            raise ValueError(
                f"Asked to retrieve element {index}, but the Sequence has length "
                f"{len(self)}"
            )
        self._seed()
        self.total_batches_seen += 1
        if self.index_array is None:
            self._draw_order()
        start = self.batch_size * index
        order: Any = self.index_array
        rows = order[start : start + self.batch_size]
        return self._get_batches_of_transformed_samples(rows)

    def __iter__(self):
        return self

    def __next__(self):
        with self.lock:
            rows = next(self.index_generator)
        return self._get_batches_of_transformed_samples(rows)

    next = __next__

    def reset(self):
        self.batch_index = 0

    def on_epoch_end(self):
        self._draw_order()

    def _seed(self):
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)

    def _draw_order(self):
        shuffled = np.random.permutation if self.shuffle else np.arange
        self.index_array = shuffled(self.n)

    def _indices(self):
        self.reset()
        while True:
            self._seed()
            if self.batch_index == 0:
                self._draw_order()
            if self.n == 0:
                raise ValueError("There are no samples to make batches of.")
            start = (self.batch_index * self.batch_size) % self.n
            more = self.n > start + self.batch_size
            self.batch_index = self.batch_index + 1 if more else 0
            self.total_batches_seen += 1
            yield self.index_array[start : start + self.batch_size]

    def _get_batches_of_transformed_samples(self, index_array):
        """Batch of the samples at `index_array`; subclasses define it."""
        raise NotImplementedError

    def _save(self, batch, rows, scale=True):
        """Keep what was made as files in `save_to_dir`."""
        for picture, row in zip(batch, rows, strict=True):
            img = array_to_img(picture, self.data_format, scale=scale)
            number = np.random.randint(10**7 if self.named_widely else 10**4)
            name = f"{self.save_prefix}_{row}_{number}.{self.save_format}"
            img.save(os.path.join(self.save_to_dir, name))


class NumpyArrayIterator(Iterator):
    """Batches of an array [n, height, width, channels], changed by a generator."""

    def __init__(
        self,
        x,
        y,
        image_data_generator,
        batch_size=32,
        shuffle=False,
        sample_weight=None,
        seed=None,
        data_format=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        ignore_class_split=False,
        dtype=None,
    ):
        self.data_format = chosen_format(data_format)
        self.dtype = dtype or "float32"
        x, misc = _with_misc(x)
        for name, other in (("`y`", y), ("`sample_weight`", sample_weight)):
            if other is not None and len(other) != len(x):
                raise ValueError(
                    f"`x` (images tensor) and {name} should have the same length. "
                    f"Found: x.shape = {np.shape(x)}, {name} has {len(other)}"
                )
        if subset is not None:
            cut = int(len(x) * image_data_generator._validation_split)
            part = _part(subset, cut)
            if y is not None and not ignore_class_split:
                if not np.array_equal(np.unique(y[:cut]), np.unique(y[cut:])):
                    raise ValueError(
                        "Training and validation subsets have different number of "
                        "classes after the split. If your numpy arrays are sorted by "
                        "the label, you might want to shuffle them."
                    )
            x, misc = x[part], [m[part] for m in misc]
            y = None if y is None else y[part]
            sample_weight = None if sample_weight is None else sample_weight[part]
        self.x = np.asarray(x, dtype=self.dtype)
        self.x_misc = misc
        if self.x.ndim != 4:
            raise ValueError(
                "Input data in `NumpyArrayIterator` should have rank 4. You passed an "
                f"array with shape {self.x.shape}"
            )
        axis = 3 if self.data_format == "channels_last" else 1
        if self.x.shape[axis] not in (1, 3, 4):
            warnings.warn(
                "NumpyArrayIterator is set to use the data format convention "
                f'"{self.data_format}" (channels on axis {axis}), i.e. expected either '
                f"1, 3, or 4 channels on axis {axis}. However, it was passed an array "
                f"with shape {self.x.shape} ({self.x.shape[axis]} channels).",
                stacklevel=3,
            )
        self.y = None if y is None else np.asarray(y)
        self.sample_weight = (
            None if sample_weight is None else np.asarray(sample_weight)
        )
        self.image_data_generator = image_data_generator
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        super().__init__(self.x.shape[0], batch_size, shuffle, seed)

    def _get_batches_of_transformed_samples(self, index_array):
        make = self.image_data_generator
        batch = np.zeros((len(index_array), *self.x.shape[1:]), self.dtype)
        for i, row in enumerate(index_array):
            picture = self.x[row]
            change = make.get_random_transform(picture.shape)
            changed = make.apply_transform(picture.astype(self.dtype), change)
            batch[i] = make.standardize(changed)
        if self.save_to_dir:
            self._save(batch, index_array)
        others = [misc[index_array] for misc in self.x_misc]
        output = ([batch, *others] if others else batch,)
        if self.y is None:
            return output[0]
        output += (self.y[index_array],)
        if self.sample_weight is not None:
            output += (self.sample_weight[index_array],)
        return output


def _with_misc(x) -> tuple:
    """Images, and other arrays of the same length that travel along."""
    if not isinstance(x, tuple | list):
        return x, []
    if not isinstance(x[1], list):
        return x[0], [np.asarray(x[1])]
    misc = [np.asarray(other) for other in x[1]]
    for other in misc:
        if len(other) != len(x[0]):
            raise ValueError(
                "All of the arrays in `x` should have the same length. Found a pair "
                f"with: len(x[0]) = {len(x[0])}, len(x[?]) = {len(other)}"
            )
    return x[0], misc


def _part(subset, cut: int) -> slice:
    if subset not in ("training", "validation"):
        raise ValueError(
            f'Invalid subset name: {subset}; expected "training" or "validation".'
        )
    return slice(None, cut) if subset == "validation" else slice(cut, None)
