"""Batches of picture files: from a folder per class, or from a data frame."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator as Iterable
from typing import Any

import numpy as np

from penstock.keras.preprocessing.image.iterator import Iterator
from penstock.keras.preprocessing.image.pictures import (
    SUFFIXES,
    chosen_format,
    img_to_array,
    load_img,
)

CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}


class FileIterator(Iterator):
    """What both share; subclasses say `filepaths`, `labels` and `sample_weight`."""

    named_widely = True
    filepaths: Any
    labels: Any
    sample_weight: Any
    class_mode: Any
    class_indices: dict[str, int]

    def _set(
        self,
        image_data_generator,
        target_size,
        color_mode,
        data_format,
        save_to_dir,
        save_prefix,
        save_format,
        subset,
        interpolation,
        keep_aspect_ratio,
        dtype,
    ):
        self.image_data_generator = image_data_generator
        self.target_size = tuple(target_size)
        self.keep_aspect_ratio = keep_aspect_ratio
        if color_mode not in CHANNELS:
            raise ValueError(
                f'Invalid color mode: {color_mode}; expected "rgb", "rgba", or '
                '"grayscale".'
            )
        self.color_mode = color_mode
        self.data_format = chosen_format(data_format)
        self.dtype = dtype or "float32"
        channels = (CHANNELS[color_mode],)
        last = self.data_format == "channels_last"
        self.image_shape = (
            self.target_size + channels if last else channels + self.target_size
        )
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        self.interpolation = interpolation
        self.split = None
        if subset is not None:
            part = image_data_generator._validation_split
            bounds = {"validation": (0, part), "training": (part, 1)}
            if subset not in bounds:
                raise ValueError(
                    f'Invalid subset name: {subset};expected "training" or "validation"'
                )
            self.split = bounds[subset]
        self.subset = subset

    def _within_split(self, items):
        if not self.split:
            return items
        start, stop = (int(bound * len(items)) for bound in self.split)
        return items[start:stop]

    def _get_batches_of_transformed_samples(self, index_array):
        make = self.image_data_generator
        batch = np.zeros((len(index_array), *self.image_shape), self.dtype)
        for i, row in enumerate(index_array):
            img = load_img(
                self.filepaths[row],
                color_mode=self.color_mode,
                target_size=self.target_size,
                interpolation=self.interpolation,
                keep_aspect_ratio=self.keep_aspect_ratio,
            )
            picture = img_to_array(img, self.data_format, self.dtype)
            change = make.get_random_transform(picture.shape)
            batch[i] = make.standardize(make.apply_transform(picture, change))
        if self.save_to_dir:
            self._save(batch, index_array)
        target = self._target(batch, index_array)
        if target is None:
            return batch
        if self.sample_weight is None:
            return batch, target
        return batch, target, self.sample_weight[index_array]

    def _target(self, batch, rows):
        mode = self.class_mode
        if mode == "input":
            return batch.copy()
        if mode in ("binary", "sparse"):
            return np.array([self.labels[row] for row in rows], self.dtype)
        if mode == "categorical":
            out = np.zeros((len(rows), len(self.class_indices)), self.dtype)
            for i, row in enumerate(rows):
                out[i, self.labels[row]] = 1.0
            return out
        if mode == "multi_output":
            return [output[rows] for output in self.labels]
        if mode == "raw":
            return self.labels[rows]
        return None


def _pictures(folder: str, follow_links: bool) -> Iterable[str]:
    """Paths of the pictures in `folder` and below, in the order of their names."""
    for place, _, names in sorted(os.walk(folder, followlinks=follow_links)):
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES):
                yield os.path.join(place, name)


class DirectoryIterator(FileIterator):
    """Batches of the pictures in `directory`/CLASS/, classes in alphabetical order.

    `class_mode`: "categorical", "binary", "sparse", "input" or None.
    """

    allowed_class_modes = ("categorical", "binary", "sparse", "input", None)

    def __init__(
        self,
        directory,
        image_data_generator,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        follow_links=False,
        subset=None,
        interpolation="nearest",
        keep_aspect_ratio=False,
        data_format=None,
        dtype=None,
    ):
        self._set(
            image_data_generator,
            target_size,
            color_mode,
            data_format,
            save_to_dir,
            save_prefix,
            save_format,
            subset,
            interpolation,
            keep_aspect_ratio,
            dtype,
        )
        self.directory = directory = os.fspath(directory)
        if class_mode not in self.allowed_class_modes:
            raise ValueError(
                f"Invalid class_mode: {class_mode}; expected one of: "
                f"{self.allowed_class_modes}"
            )
        self.class_mode = class_mode
        if not classes:
            classes = sorted(e.name for e in os.scandir(directory) if e.is_dir())
        self.num_classes = len(classes)
        self.class_indices = {name: number for number, name in enumerate(classes)}
        self.filenames: list[str] = []
        labels: list[int] = []
        for name, number in self.class_indices.items():
            found = list(_pictures(os.path.join(directory, name), follow_links))
            kept = self._within_split(found)
            self.filenames += [os.path.relpath(path, directory) for path in kept]
            labels += [number] * len(kept)
        self.samples = len(self.filenames)
        self.classes = np.array(labels, dtype="int32")
        print(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        self._filepaths = [os.path.join(directory, name) for name in self.filenames]
        super().__init__(self.samples, batch_size, shuffle, seed)

    @property
    def filepaths(self):
        return self._filepaths

    @property
    def labels(self):
        return self.classes

    @property
    def sample_weight(self):
        return None


class DataFrameIterator(FileIterator):
    """Batches of the pictures that a data frame's column `x_col` names.

    `class_mode`: as for a directory, or "raw" (the values of `y_col`) or
    "multi_output" (one array per column of `y_col`).
    """

    allowed_class_modes = (
        "binary", "categorical", "input", "multi_output", "raw", "sparse", None,
    )  # fmt: skip

    def __init__(
        self,
        dataframe,
        directory=None,
        image_data_generator=None,
        x_col="filename",
        y_col="class",
        weight_col=None,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        interpolation="nearest",
        validate_filenames=True,
        keep_aspect_ratio=False,
        data_format=None,
        dtype=None,
    ):
        self._set(
            image_data_generator,
            target_size,
            color_mode,
            data_format,
            save_to_dir,
            save_prefix,
            save_format,
            subset,
            interpolation,
            keep_aspect_ratio,
            dtype,
        )
        frame = dataframe.copy()
        self.directory = directory or ""
        self.class_mode = class_mode
        self._check(frame, x_col, y_col, weight_col, classes)
        if validate_filenames:
            frame = self._existing(frame, x_col)
        labelled = class_mode in ("binary", "categorical", "sparse")
        if labelled:
            frame, classes = _of_classes(frame, y_col, classes)
            self.class_indices = {name: i for i, name in enumerate(classes)}
        frame = self._within_split(frame)
        self.filenames = frame[x_col].tolist()
        self._sample_weight = frame[weight_col].values if weight_col else None
        if labelled:
            self.classes = _numbers(frame[y_col], self.class_indices)
        elif class_mode == "raw":
            self._targets = frame[y_col].values
        elif class_mode == "multi_output":
            self._targets = [np.array(frame[column].tolist()) for column in y_col]
        self.samples = len(self.filenames)
        kind = "validated image" if validate_filenames else "non-validated image"
        count = len(self.class_indices) if labelled else 0
        ending = f" belonging to {count} classes." if labelled else "."
        print(f"Found {self.samples} {kind} filenames{ending}")
        self._filepaths = [os.path.join(self.directory, n) for n in self.filenames]
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _check(self, frame, x_col, y_col, weight_col, classes):
        mode = self.class_mode
        if mode not in self.allowed_class_modes:
            raise ValueError(
                f"Invalid class_mode: {mode}; expected one of: "
                f"{self.allowed_class_modes}"
            )
        if mode == "multi_output" and not isinstance(y_col, list):
            raise TypeError(
                f'If class_mode="{mode}", y_col must be a list. Received '
                f"{type(y_col).__name__}."
            )
        if not all(isinstance(name, str) for name in frame[x_col]):
            raise TypeError(f"All values in column x_col={x_col} must be strings.")
        allowed = (str, list, tuple) if mode == "categorical" else (str,)
        if mode in ("binary", "sparse", "categorical"):
            if not all(isinstance(label, allowed) for label in frame[y_col]):
                names = ", ".join(kind.__name__ for kind in allowed)
                raise TypeError(
                    f'If class_mode="{mode}", y_col="{y_col}" column values must be '
                    f"{names}. Convert them: df[{y_col!r}] = df[{y_col!r}].astype(str)."
                )
        if mode == "binary":
            count = len(set(classes)) if classes else frame[y_col].nunique()
            if count != 2:
                raise ValueError(
                    f'If class_mode="binary" there must be 2 classes. {count} class/es '
                    "were given."
                )
        if weight_col and not all(
            isinstance(w, int | float | np.number) for w in frame[weight_col]
        ):
            raise TypeError(f"Column weight_col={weight_col} must be numeric.")

    def _existing(self, frame, x_col):
        def there(name):
            path = os.path.join(self.directory, name)
            return name.lower().endswith(SUFFIXES) and os.path.isfile(path)

        kept = frame[x_col].map(there).astype(bool)
        missing = int((~kept).sum())
        if missing:
            warnings.warn(
                f'Found {missing} invalid image filename(s) in x_col="{x_col}". These '
                "filename(s) will be ignored.",
                stacklevel=4,
            )
        return frame[kept]

    @property
    def filepaths(self):
        return self._filepaths

    @property
    def labels(self):
        return self._targets if self.class_mode in _GIVEN else self.classes

    @property
    def sample_weight(self):
        return self._sample_weight


_GIVEN = ("raw", "multi_output")


def _of_classes(frame, y_col, classes):
    """The rows whose labels are among `classes` (all, sorted, where not given)."""

    def as_list(label):
        return list(label) if isinstance(label, list | tuple) else [label]

    if not classes:
        seen = {label for value in frame[y_col] for label in as_list(value)}
        return frame, sorted(seen)
    allowed = set(classes)
    if len(allowed) != len(list(classes)):
        raise ValueError(f"classes must name each class once, received {classes}.")

    def keep(value):
        left = [label for label in as_list(value) if label in allowed]
        return left if isinstance(value, list | tuple) else (left[0] if left else None)

    left = [keep(value) for value in frame[y_col]]
    kept = frame[[bool(value) for value in left]].copy()
    kept[y_col] = [value for value in left if value]
    return kept, list(classes)


def _numbers(column, indices: dict) -> list:
    return [
        [indices[label] for label in value]
        if isinstance(value, list | tuple)
        else indices[value]
        for value in column
    ]
