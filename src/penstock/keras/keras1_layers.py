"""What `keras.layers` of Keras 1 had that `tf.keras.layers` has otherwise."""

from penstock.keras.layers import Conv2D, Conv3D
from penstock.keras.old_names import by_rows_and_columns

__all__ = ["Convolution2D", "Convolution3D"]

Convolution2D = by_rows_and_columns(Conv2D, 2)
Convolution3D = by_rows_and_columns(Conv3D, 3)
