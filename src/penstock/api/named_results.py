"""What functions of several results give: tuples with TensorFlow's names in them."""

from __future__ import annotations

from collections import namedtuple

FractionalPool = namedtuple(
    "FractionalPool", "output row_pooling_sequence col_pooling_sequence"
)
ListDiff = namedtuple("ListDiff", "out idx")
LogMatrixDeterminant = namedtuple("LogMatrixDeterminant", "sign log_abs_determinant")
Lu = namedtuple("Lu", "lu p")
MaxPoolWithArgmax = namedtuple("MaxPoolWithArgmax", "output argmax")
Qr = namedtuple("Qr", "q r")
ReaderRead = namedtuple("ReaderRead", "key value")
ReaderReadUpTo = namedtuple("ReaderReadUpTo", "keys values")
TopKV2 = namedtuple("TopKV2", "values indices")
Unique = namedtuple("Unique", "y idx")
UniqueWithCounts = namedtuple("UniqueWithCounts", "y idx count")
