"""ImageDataGenerator: pictures standardised, and changed at random."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from penstock.keras.preprocessing.image.affine import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
)
from penstock.keras.preprocessing.image.from_files import (
    DataFrameIterator,
    DirectoryIterator,
)
from penstock.keras.preprocessing.image.iterator import NumpyArrayIterator
from penstock.keras.preprocessing.image.pictures import chosen_format


class ImageDataGenerator:
    """Makes batches of changed pictures; each argument as in Keras.

    `rotation_range` degrees; `width_shift_range`, `height_shift_range` a fraction, a
    number of pixels (int) or a list to choose from; `shear_range` degrees;
    `zoom_range` z (1 - z to 1 + z) or two bounds; `channel_shift_range` in values;
    `brightness_range` two factors. `featurewise_*` and `zca_whitening` need `fit`.
    Random numbers are NumPy's global ones, drawn in Keras' order.
    """

    def __init__(
        self,
        featurewise_center=False,
        samplewise_center=False,
        featurewise_std_normalization=False,
        samplewise_std_normalization=False,
        zca_whitening=False,
        zca_epsilon=1e-6,
        rotation_range=0,
        width_shift_range=0.0,
        height_shift_range=0.0,
        brightness_range=None,
        shear_range=0.0,
        zoom_range=0.0,
        channel_shift_range=0.0,
        fill_mode="nearest",
        cval=0.0,
        horizontal_flip=False,
        vertical_flip=False,
        rescale=None,
        preprocessing_function=None,
        data_format=None,
        validation_split=0.0,
        interpolation_order=1,
        dtype=None,
    ):
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.shear_range = shear_range
        self.zoom_range = _zoom_bounds(zoom_range)
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.dtype = dtype or "float32"
        self.interpolation_order = interpolation_order
        self.data_format = chosen_format(data_format)
        last = self.data_format == "channels_last"
        self.row_axis, self.col_axis, self.channel_axis = (
            (1, 2, 3) if last else (2, 3, 1)
        )
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(
                "`validation_split` must be strictly between 0 and 1.  Received: "
                f"{validation_split}"
            )
        self._validation_split = validation_split
        if brightness_range is not None and len(brightness_range) != 2:
            raise ValueError(
                "`brightness_range should be tuple or list of two floats. Received: "
                f"{brightness_range}"
            )
        self.brightness_range = brightness_range
        self.mean: Any = None
        self.std: Any = None
        self.zca_whitening_matrix: Any = None
        self._settle()

    def _settle(self):
        """What one setting asks of another, said as Keras says it."""
        self._imply("zca_whitening", "featurewise_center")
        self._imply("featurewise_std_normalization", "featurewise_center")
        self._imply("samplewise_std_normalization", "samplewise_center")
        if self.zca_whitening and self.featurewise_std_normalization:
            self.featurewise_std_normalization = False
            warnings.warn(
                "This ImageDataGenerator specifies `zca_whitening` which overrides "
                "setting of `featurewise_std_normalization`.",
                stacklevel=4,
            )

    def _imply(self, name: str, other: str):
        if getattr(self, name) and not getattr(self, other):
            setattr(self, other, True)
            warnings.warn(
                f"This ImageDataGenerator specifies `{name}`, which overrides setting "
                f"of `{other}`.",
                stacklevel=5,
            )

    # -- batches -------------------------------------------------------------------

    def flow(
        self,
        x,
        y=None,
        batch_size=32,
        shuffle=True,
        sample_weight=None,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        ignore_class_split=False,
        subset=None,
    ) -> NumpyArrayIterator:
        """Endless batches of an array [n, height, width, channels]."""
        return NumpyArrayIterator(
            x,
            y,
            self,
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            ignore_class_split=ignore_class_split,
            subset=subset,
            dtype=self.dtype,
        )

    def flow_from_directory(self, directory, *args, **kwargs) -> DirectoryIterator:
        """Endless batches of the picture files in a folder per class.

        Arguments as `DirectoryIterator` after its generator, from `target_size` on.
        """
        return DirectoryIterator(
            directory,
            self,
            *args,
            data_format=self.data_format,
            dtype=self.dtype,
            **kwargs,
        )

    def flow_from_dataframe(
        self,
        dataframe,
        directory=None,
        x_col="filename",
        y_col="class",
        weight_col=None,
        *args,
        **kwargs,
    ) -> DataFrameIterator:
        """Endless batches of the picture files that a data frame lists."""
        for old in ("has_ext", "sort", "drop_duplicates"):
            if kwargs.pop(old, None) is not None:
                warnings.warn(
                    f"{old} is deprecated and does nothing: filenames are taken from "
                    "the data frame as they are.",
                    DeprecationWarning,
                    stacklevel=2,
                )
        if "class" in kwargs:
            y_col = kwargs.pop("class")
        return DataFrameIterator(
            dataframe,
            directory,
            self,
            x_col,
            y_col,
            weight_col,
            *args,
            data_format=self.data_format,
            dtype=self.dtype,
            **kwargs,
        )

    # -- one picture ---------------------------------------------------------------

    def standardize(self, x) -> np.ndarray:
        """A picture (or batch) scaled, centred, whitened; changes float `x` itself."""
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + 1e-6
        if self.featurewise_center and self._fitted("mean", "featurewise_center"):
            x -= self.mean
        if self.featurewise_std_normalization and self._fitted(
            "std", "featurewise_std_normalization"
        ):
            x /= self.std + 1e-6
        if self.zca_whitening and self._fitted("zca_whitening_matrix", "zca_whitening"):
            flat = x.reshape(-1, np.prod(x.shape[-3:]))
            x = (flat @ self.zca_whitening_matrix).reshape(x.shape)
        return x

    def _fitted(self, statistic: str, setting: str) -> bool:
        if getattr(self, statistic) is not None:
            return True
        warnings.warn(
            f"This ImageDataGenerator specifies `{setting}`, but it hasn't been fit on "
            "any training data. Fit it first by calling `.fit(numpy_data)`.",
            stacklevel=3,
        )
        return False

    def get_random_transform(self, img_shape, seed=None) -> dict:
        """A change drawn for a picture of this shape."""
        # The batch axis is not here.
        rows, columns = img_shape[self.row_axis - 1], img_shape[self.col_axis - 1]
        if seed is not None:
            np.random.seed(seed)
        theta = _within(self.rotation_range) if self.rotation_range else 0
        tx = _shift(self.height_shift_range, rows)
        ty = _shift(self.width_shift_range, columns)
        shear = _within(self.shear_range) if self.shear_range else 0
        zx, zy = 1, 1
        if not (self.zoom_range[0] == 1 and self.zoom_range[1] == 1):
            zx, zy = np.random.uniform(self.zoom_range[0], self.zoom_range[1], 2)
        flip_horizontal = (np.random.random() < 0.5) * self.horizontal_flip
        flip_vertical = (np.random.random() < 0.5) * self.vertical_flip
        intensity = brightness = None
        if self.channel_shift_range != 0:
            intensity = _within(self.channel_shift_range)
        if self.brightness_range is not None:
            brightness = np.random.uniform(*self.brightness_range)
        return {
            "theta": theta,
            "tx": tx,
            "ty": ty,
            "shear": shear,
            "zx": zx,
            "zy": zy,
            "flip_horizontal": flip_horizontal,
            "flip_vertical": flip_vertical,
            "channel_shift_intensity": intensity,
            "brightness": brightness,
        }

    def apply_transform(self, x, transform_parameters) -> np.ndarray:
        """`x` (rank 3) changed by what `get_random_transform` gives."""
        rows, columns, channels = (
            axis - 1 for axis in (self.row_axis, self.col_axis, self.channel_axis)
        )
        given = transform_parameters.get
        x = apply_affine_transform(
            x,
            given("theta", 0),
            given("tx", 0),
            given("ty", 0),
            given("shear", 0),
            given("zx", 1),
            given("zy", 1),
            row_axis=rows,
            col_axis=columns,
            channel_axis=channels,
            fill_mode=self.fill_mode,
            cval=self.cval,
            order=self.interpolation_order,
        )
        if given("channel_shift_intensity") is not None:
            x = apply_channel_shift(x, given("channel_shift_intensity"), channels)
        if given("flip_horizontal", False):
            x = np.flip(x, columns)
        if given("flip_vertical", False):
            x = np.flip(x, rows)
        if given("brightness") is not None:
            x = apply_brightness_shift(x, given("brightness"), scale=False)
        return x

    def random_transform(self, x, seed=None) -> np.ndarray:
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    # -- statistics ----------------------------------------------------------------

    def fit(self, x, augment=False, rounds=1, seed=None) -> None:
        """Learn mean, deviation and whitening from an array [n, h, w, channels]."""
        x = np.array(x, dtype=self.dtype)
        if x.ndim != 4:
            raise ValueError(
                "Input to `.fit()` should have rank 4. Got array with shape: "
                f"{x.shape}. Add the channel axis: x.reshape(n, height, width, 1)."
            )
        if x.shape[self.channel_axis] not in (1, 3, 4):
            warnings.warn(
                "Expected input to be images (as Numpy array) following the data "
                f'format convention "{self.data_format}" (channels on axis '
                f"{self.channel_axis}), i.e. expected either 1, 3 or 4 channels on "
                f"axis {self.channel_axis}. However, it was passed an array with shape "
                f"{x.shape} ({x.shape[self.channel_axis]} channels).",
                stacklevel=2,
            )
        if seed is not None:
            np.random.seed(seed)
        if self.rescale:
            x *= self.rescale
        if augment:
            x = np.stack([self.random_transform(p) for _ in range(rounds) for p in x])
            x = x.astype(self.dtype, copy=False)
        axes = (0, self.row_axis, self.col_axis)
        shape = [1, 1, 1]
        shape[self.channel_axis - 1] = x.shape[self.channel_axis]
        if self.featurewise_center:
            self.mean = np.mean(x, axis=axes).reshape(shape)
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=axes).reshape(shape)
            x /= self.std + 1e-6
        if self.zca_whitening:
            flat = x.reshape(len(x), -1)
            u, s, _ = np.linalg.svd(flat.T, full_matrices=False)
            scale = np.sqrt(len(x)) / (s + self.zca_epsilon)
            self.zca_whitening_matrix = (u * scale) @ u.T


def _zoom_bounds(zoom) -> list:
    if isinstance(zoom, int | float):
        return [1 - zoom, 1 + zoom]
    if len(zoom) == 2 and all(isinstance(bound, int | float) for bound in zoom):
        return [zoom[0], zoom[1]]
    raise ValueError(
        "`zoom_range` should be a float or a tuple or list of two floats. Received: "
        f"{zoom}"
    )


def _within(reach) -> float:
    return np.random.uniform(-reach, reach)


def _shift(reach, size: int) -> float:
    """Pixels: one of a list, a whole number below an int, or a part of `size`."""
    if not np.any(reach):
        return 0
    if isinstance(reach, int | np.integer) or np.ndim(reach) == 1:
        pixels = np.random.choice(reach) * np.random.choice([-1, 1])
    else:
        pixels = _within(reach)
    return pixels * size if np.max(reach) < 1 else pixels
