"""`keras.preprocessing.image`: pictures as arrays, and as batches that vary."""

from penstock.keras.preprocessing.image.affine import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
)
from penstock.keras.preprocessing.image.from_files import (
    DataFrameIterator,
    DirectoryIterator,
)
from penstock.keras.preprocessing.image.generator import ImageDataGenerator
from penstock.keras.preprocessing.image.iterator import Iterator, NumpyArrayIterator
from penstock.keras.preprocessing.image.pictures import (
    array_to_img,
    img_to_array,
    load_img,
    save_img,
    smart_resize,
)

__all__ = [
    "DataFrameIterator",
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "array_to_img",
    "img_to_array",
    "load_img",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "save_img",
    "smart_resize",
]
