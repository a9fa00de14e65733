"""Python values become the dtypes that TensorFlow gives them."""

import numpy as np
import pytest

from penstock.core import dtypes
from penstock.core.convert import to_array
from penstock.core.dtypes import as_dtype


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (1, "int32"),
        (2**40, "int64"),
        (1.5, "float32"),
        (True, "bool"),
        (1j, "complex128"),
        ([], "float32"),
        ([1, 2.5], "float32"),
        ([[1], [2]], "int32"),
        (np.float64(1), "float64"),
        ([np.float64(1), 2], "float64"),
        (np.arange(3), "int64"),
        (np.float16(1), "float16"),
    ],
)
def test_dtype_of_values(value, wanted):
    assert to_array(value).dtype.name == wanted


def test_strings_become_bytes():
    assert to_array("ü").item() == "ü".encode()
    assert to_array([["a", b"b"]]).tolist() == [[b"a", b"b"]]
    assert to_array(np.array(["x"])).tolist() == [b"x"]


@pytest.mark.parametrize(
    ("value", "dtype"),
    [(1.5, "int32"), ("a", "float32"), (300, "uint8"), (-1, "uint8"), (True, "int8")],
)
def test_values_that_do_not_fit(value, dtype):
    with pytest.raises(TypeError):
        to_array(value, as_dtype(dtype))


def test_ragged_lists_are_refused():
    with pytest.raises(ValueError, match="non-rectangular"):
        to_array([[1], [2, 3]])


def test_none_is_refused():
    with pytest.raises(ValueError, match="None values not supported"):
        to_array([1, None])


@pytest.mark.parametrize(
    ("name", "number"), [("float32", 1), ("int32", 3), ("string", 7), ("bfloat16", 14)]
)
def test_dtypes_by_name_and_number(name, number):
    found = as_dtype(name)
    assert found is as_dtype(number) is getattr(dtypes, name)
    assert found == name
    assert repr(found) == f"tf.{name}"


def test_reference_dtypes():
    assert dtypes.float32._as_ref.name == "float32_ref"
    assert dtypes.float32._as_ref.base_dtype is dtypes.float32
    assert dtypes.float32.is_compatible_with(dtypes.float32._as_ref.base_dtype)


def test_limits():
    assert (dtypes.int8.min, dtypes.uint8.max) == (-128, 255)
    with pytest.raises(TypeError):
        _ = dtypes.string.max


def test_what_is_no_dtype():
    for value in ("float33", None, object(), [1]):
        with pytest.raises(TypeError):
            as_dtype(value)
