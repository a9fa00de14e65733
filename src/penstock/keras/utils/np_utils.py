"""The module's name in Keras before 2.13: `from keras.utils import np_utils`."""

from penstock.keras.utils.numeric import normalize, to_categorical, to_ordinal

__all__ = ["normalize", "to_categorical", "to_ordinal"]
