"""Data sets from folders and series, made by tf_keras' `utils` and by ours alike."""

import os

import numpy as np

SERIES = np.arange(60, dtype=np.float32).reshape(30, 2)
TARGETS = np.arange(30, dtype=np.float32) * 10


def texts(folder):
    for index in range(8):
        place = os.path.join(folder, "ab"[index % 2])
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, f"t{index}.txt"), "w") as file:
            file.write(f"text number {index}\nof 8")


def passes(data):
    """Two passes: what is shuffled, is so anew."""
    return [list(data.as_numpy_iterator()) for _ in range(2)]


def images(K, folder, **more):
    more = {"image_size": (5, 6), "batch_size": 4, "seed": 3} | more
    return K.image_dataset_from_directory(folder, **more)


PICTURES = {
    "images": lambda K, f: passes(images(K, f)),
    "images_in_order": lambda K, f: passes(images(K, f, shuffle=False)),
    "images_categorical": lambda K, f: passes(
        images(K, f, label_mode="categorical", color_mode="grayscale", batch_size=None)
    ),
    "images_crop": lambda K, f: passes(
        images(K, f, label_mode=None, crop_to_aspect_ratio=True, shuffle=False)
    ),
    "images_nearest": lambda K, f: passes(
        images(K, f, interpolation="nearest", shuffle=False, color_mode="rgba")
    ),
    "images_training": lambda K, f: passes(
        images(K, f, validation_split=0.3, subset="training")
    ),
    "images_both": lambda K, f: [
        passes(part) for part in images(K, f, validation_split=0.3, subset="both")
    ],
    "images_labels": lambda K, f: passes(
        images(K, f, labels=list(range(10)), shuffle=False)
    ),
    "images_names": lambda K, f: np.array(
        images(K, f, class_names=["c", "a", "b"]).class_names
    ),
}
TEXTS = {
    "texts": lambda K, f: passes(
        K.text_dataset_from_directory(f, batch_size=3, seed=5)
    ),
    "texts_binary": lambda K, f: passes(
        K.text_dataset_from_directory(
            f, label_mode="binary", shuffle=False, max_length=6
        )
    ),
}


def windows(K, targets=TARGETS, **more):
    more = {"sequence_length": 4, "batch_size": 5} | more
    return passes(K.timeseries_dataset_from_array(SERIES, targets, **more))


WINDOWS = {
    "windows": windows,
    "windows_alone": lambda K: windows(K, None),
    "windows_rates": lambda K: windows(K, sampling_rate=3, sequence_stride=2),
    "windows_part": lambda K: windows(K, start_index=4, end_index=20),
    "windows_shuffled": lambda K: windows(K, shuffle=True, seed=6),
    "windows_short": lambda K: windows(K, TARGETS[:9], batch_size=None),
}
