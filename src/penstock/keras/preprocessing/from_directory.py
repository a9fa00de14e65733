"""Data sets of pictures, texts or sounds in a folder per class.

Read by penstock.pipeline in NumPy; what comes out is a `tf.data.Dataset`. Pictures are
resized as `tf.image.resize` does it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from penstock.api.dataset import Dataset
from penstock.keras.preprocessing.image.from_files import CHANNELS
from penstock.keras.preprocessing.image.pictures import (
    img_to_array,
    load_img,
    smart_resize,
)
from penstock.keras.preprocessing.image.resize import resize
from penstock.pipeline import ArraySpec
from penstock.pipeline import Dataset as Pipeline

PICTURES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
LABEL_MODES = ("int", "binary", "categorical", None)


@dataclass(frozen=True, slots=True)
class Index:
    """Files and the number of each one's class (None: without labels)."""

    paths: list[str]
    labels: list[int] | None
    class_names: list[str]


def _files(folder: str, suffixes, follow_links: bool) -> list[str]:
    found = []
    for place, _, names in sorted(os.walk(folder, followlinks=follow_links)):
        found += [
            os.path.join(place, name)
            for name in sorted(names)
            if name.lower().endswith(suffixes)
        ]
    return found


def index_directory(directory, labels, class_names, suffixes, follow_links) -> Index:
    """What is in `directory`; classes are its folders, in alphabetical order."""
    directory = os.fspath(directory)
    if labels != "inferred":
        paths = _files(directory, suffixes, follow_links)
        if labels is not None and len(labels) != len(paths):
            raise ValueError(
                "Expected the lengths of `labels` to match the number of files in the "
                f"target directory. len(labels) is {len(labels)} while we found "
                f"{len(paths)} files in directory {directory}."
            )
        names = [] if labels is None else [str(n) for n in sorted(set(labels))]
        _say(len(paths), names)
        return Index(paths, None if labels is None else list(labels), names)
    names = sorted(
        entry.name
        for entry in os.scandir(directory)
        if entry.is_dir() and not entry.name.startswith(".")
    )
    if class_names is not None:
        if set(class_names) != set(names):
            raise ValueError(
                "The `class_names` passed did not match the names of the "
                f"subdirectories of the target directory. Expected: {names} but "
                f"received: {class_names}"
            )
        names = list(class_names)
    pairs = [
        (path, number)
        for number, name in enumerate(names)
        for path in _files(os.path.join(directory, name), suffixes, follow_links)
    ]
    _say(len(pairs), names)
    return Index([path for path, _ in pairs], [number for _, number in pairs], names)


def _say(count: int, names: list[str]) -> None:
    ending = f" belonging to {len(names)} classes" if names else ""
    print(f"Found {count} files{ending}.")


def _parts(index: Index, validation_split, subset, shuffle, seed) -> list[Index]:
    """The parts that `subset` asks for, after one shuffle of all."""
    paths, labels = list(index.paths), index.labels
    if shuffle:
        if seed is None:
            seed = np.random.randint(10**6)
        for column in (paths, labels):
            if column is not None:
                np.random.RandomState(seed).shuffle(column)
    if validation_split is None:
        return [Index(paths, labels, index.class_names)]
    cut = len(paths) - int(validation_split * len(paths))
    bounds = {"training": slice(None, cut), "validation": slice(cut, None)}
    wanted = ["training", "validation"] if subset == "both" else [subset]
    for name in wanted:
        count = len(paths[bounds[name]])
        print(f"Using {count} files for {name}.")
    return [
        Index(
            paths[bounds[name]],
            None if labels is None else labels[bounds[name]],
            index.class_names,
        )
        for name in wanted
    ]


def check(labels, label_mode, validation_split, subset, shuffle, seed) -> None:
    """Raises ValueError for arguments that do not go together."""
    if label_mode not in LABEL_MODES:
        raise ValueError(
            f"`label_mode` must be one of {LABEL_MODES}. Received: {label_mode}"
        )
    if labels is None and label_mode is not None:
        raise ValueError(
            f"`labels=None` needs `label_mode=None`. Received: label_mode={label_mode}"
        )
    if validation_split is not None and not 0 < validation_split < 1:
        raise ValueError(
            f"`validation_split` must be between 0 and 1, received: {validation_split}"
        )
    if (validation_split is None) != (subset is None):
        raise ValueError(
            "`validation_split` and `subset` must both be given or both be left out."
        )
    if subset not in ("training", "validation", "both", None):
        raise ValueError(
            '`subset` must be either "training", "validation" or "both", received: '
            f"{subset}"
        )
    if validation_split and shuffle and seed is None:
        raise ValueError(
            "If using `validation_split` and shuffling the data, you must provide a "
            "`seed` argument, to make sure that there is no overlap between the "
            "training and validation subset."
        )


def _label_of(label_mode, count: int):
    """A function from class number to label, and the label's spec."""
    if label_mode == "binary":
        return lambda n: np.array([n], np.float32), ArraySpec("float32", (1,))
    if label_mode == "categorical":
        rows = np.eye(count, dtype=np.float32)
        return lambda n: rows[n], ArraySpec("float32", (count,))
    return np.int32, ArraySpec("int32", ())


def _make(index: Index, read, spec, options) -> Dataset:
    """One part as batches of (what `read` gives, label)."""
    label_mode, batch_size, shuffle, seed, join = options
    if not index.paths:
        raise ValueError("No files were found for this part of the data set.")
    paths = np.array(index.paths, dtype=object)
    if label_mode is None:
        data = Pipeline.from_tensor_slices(paths).map(
            read, num_parallel_calls=-1, spec=spec
        )
    else:
        label, label_spec = _label_of(label_mode, len(index.class_names))
        numbers = np.array(index.labels, np.int32)
        data = Pipeline.from_tensor_slices((paths, numbers)).map(
            lambda path, number: (read(path), label(number)),
            num_parallel_calls=-1,
            spec=(spec, label_spec),
        )
    if shuffle:
        data = data.shuffle(batch_size * 8 if batch_size else 1024, seed=seed)
    if batch_size is not None:
        data = join(data, batch_size)
    data: Any = Dataset(data.prefetch(-1).node)
    data.class_names = index.class_names
    data.file_paths = index.paths
    return data


def in_batches(
    index, read, spec, label_mode, batch_size, split, subset, shuffle, seed,
    join=Pipeline.batch,
):  # fmt: skip
    """The data set of `subset`, or the two of "both"; `join` makes the batches."""
    if label_mode == "binary" and len(index.class_names) != 2:
        raise ValueError(
            'When passing `label_mode="binary"`, there must be exactly 2 class_names. '
            f"Received: {index.class_names}"
        )
    if shuffle and seed is None:
        seed = np.random.randint(10**6)
    parts = _parts(index, split, subset, shuffle, seed)
    made = []
    for part, name in zip(parts, [subset, "validation"], strict=False):
        mixed = shuffle and not (subset == "both" and name == "validation")
        options = label_mode, batch_size, mixed, seed, join
        made.append(_make(part, read, spec, options))
    return made[0] if len(made) == 1 else tuple(made)


def image_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    color_mode="rgb",
    batch_size=32,
    image_size=(256, 256),
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    interpolation="bilinear",
    follow_links=False,
    crop_to_aspect_ratio=False,
):
    """Batches (pictures [n, height, width, channels] in 0..255, labels).

    Pictures are float32, with `interpolation="nearest"` uint8.
    `label_mode`: "int" (int32 [n]), "binary" (float32 [n, 1]), "categorical"
    (float32 [n, classes]) or None. `subset="both"` gives two data sets.
    """
    check(labels, label_mode, validation_split, subset, shuffle, seed)
    if color_mode not in CHANNELS:
        raise ValueError(
            '`color_mode` must be one of {"rgb", "rgba", "grayscale"}. Received: '
            f"{color_mode}"
        )
    if labels == "inferred" or labels is None:
        pass
    elif not isinstance(labels, list | tuple):
        raise ValueError(
            "`labels` argument should be a list/tuple of integer labels, of the same "
            f"size as the number of image files. Received: {labels}"
        )
    index = index_directory(directory, labels, class_names, PICTURES, follow_links)
    if not index.paths:
        raise ValueError(
            f"No images found in directory {directory}. Allowed formats: {PICTURES}"
        )
    size = (int(image_size[0]), int(image_size[1]))
    fit = smart_resize if crop_to_aspect_ratio else resize
    read = partial(_read_picture, color_mode, size, interpolation, fit)
    kind = "uint8" if interpolation == "nearest" else "float32"
    spec = ArraySpec(kind, (*size, CHANNELS[color_mode]))
    return in_batches(
        index, read, spec, label_mode, batch_size, validation_split, subset, shuffle,
        seed,
    )  # fmt: skip


def _read_picture(color_mode, size, interpolation, fit, path) -> np.ndarray:
    img = load_img(os.fsdecode(path), color_mode=color_mode)
    picture = fit(img_to_array(img), size, interpolation)
    # Nearest pixels are pixels of the file: TensorFlow leaves them bytes.
    return picture.astype("uint8") if interpolation == "nearest" else picture


def text_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    batch_size=32,
    max_length=None,
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    follow_links=False,
):
    """Batches (the bytes of `.txt` files [n], labels); at most `max_length` bytes."""
    check(labels, label_mode, validation_split, subset, shuffle, seed)
    index = index_directory(directory, labels, class_names, (".txt",), follow_links)
    if not index.paths:
        raise ValueError(f"No text files found in directory {directory}.")

    def read(path) -> bytes:
        with open(os.fsdecode(path), "rb") as file:
            return file.read(-1 if max_length is None else max_length)

    spec = ArraySpec("string", ())
    return in_batches(
        index, read, spec, label_mode, batch_size, validation_split, subset, shuffle,
        seed,
    )  # fmt: skip
