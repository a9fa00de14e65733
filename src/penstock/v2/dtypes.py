"""`tf.dtypes`: casting under the names of 2.x."""

from penstock.api.math import cast, complex, saturate_cast
from penstock.core.dtypes import DType, as_dtype

__all__ = ["DType", "as_dtype", "cast", "complex", "saturate_cast"]
