"""`audio_dataset_from_directory`: sounds in a folder per class."""

from __future__ import annotations

import os
import wave
from functools import partial

import numpy as np

from penstock.core.errors import UnsupportedError
from penstock.keras.preprocessing.from_directory import (
    check,
    in_batches,
    index_directory,
)
from penstock.pipeline import ArraySpec
from penstock.pipeline import Dataset as Pipeline


def audio_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    batch_size=32,
    sampling_rate=None,
    output_sequence_length=None,
    ragged=False,
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    follow_links=False,
):
    """Batches (sounds [n, samples, channels] in -1..1, labels) of `.wav` files.

    Sounds are cut, or filled with silence, to `output_sequence_length` samples; to the
    longest of their batch where it is None. Raises ValueError for a file that is not
    16-bit PCM.
    """
    if sampling_rate is not None or ragged:
        raise UnsupportedError(
            "audio_dataset_from_directory: sampling_rate= and ragged=True are not in "
            "Penstock. Resample the files beforehand; batches are padded."
        )
    check(labels, label_mode, validation_split, subset, shuffle, seed)
    index = index_directory(directory, labels, class_names, (".wav",), follow_links)
    if not index.paths:
        raise ValueError(
            f"No audio files found in directory {directory}. Allowed format: .wav"
        )
    spec = ArraySpec("float32", (output_sequence_length, None))
    return in_batches(
        index, partial(_read, output_sequence_length), spec, label_mode, batch_size,
        validation_split, subset, shuffle, seed, Pipeline.padded_batch,
    )  # fmt: skip


def _read(length: int | None, path) -> np.ndarray:
    """The samples of a file, float32 [samples, channels]."""
    path = os.fsdecode(path)
    try:
        with wave.open(path, "rb") as file:
            width, channels = file.getsampwidth(), file.getnchannels()
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{path} is not a WAV file of PCM samples: {error}.") from None
    if width != 2:
        raise ValueError(f"{path} has {8 * width} bits a sample; 16 are read.")
    sound = np.frombuffer(data, "<i2").reshape(-1, channels).astype(np.float32) / 32768
    if length is None:
        return sound
    return np.pad(sound[:length], [(0, max(0, length - len(sound))), (0, 0)])
