"""`keras.preprocessing`: images, text and sequences made ready, in NumPy."""

from penstock.keras.preprocessing import image, sequence, text
from penstock.keras.preprocessing.audio import audio_dataset_from_directory
from penstock.keras.preprocessing.from_directory import (
    image_dataset_from_directory,
    text_dataset_from_directory,
)
from penstock.keras.preprocessing.timeseries import timeseries_dataset_from_array

__all__ = [
    "audio_dataset_from_directory",
    "image",
    "image_dataset_from_directory",
    "sequence",
    "text",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]
