"""TensorProtos equal TensorFlow's, and compact ones are read."""

import json

import ml_dtypes
import numpy as np
import pytest

from formats.recorded import FIXTURES, as_text, recorder
from penstock.formats.data_types import number, numpy_type
from penstock.formats.errors import (
    LimitError,
    MalformedError,
    UnsupportedFormatError,
)
from penstock.formats.messages import TensorProto
from penstock.formats.tensor_proto import make_ndarray, make_tensor_proto

STORED = json.loads((FIXTURES / "tensor_protos.json").read_text())


@pytest.mark.parametrize("name", STORED)
def test_equals_tensorflow_s(name):
    stored = bytes.fromhex(STORED[name])
    values = make_ndarray(TensorProto.FromString(stored))
    assert make_tensor_proto(values).SerializeToString(deterministic=True) == stored
    expected = recorder.values().get(name)
    if expected is not None:
        assert values.shape == np.shape(expected)
        np.testing.assert_array_equal(as_text(values), expected)


EVERY = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 22, 23]
EVERY += [24, 25, 26, 27, 28, 29, 30, 31, 32, 33]


@pytest.mark.parametrize("data_type", EVERY)
@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (0, 2)])
def test_round_trip(data_type, shape):
    kind = numpy_type(data_type, "x")
    plain = np.arange(np.prod(shape, dtype=int)).reshape(shape) % 2
    values = plain.astype(str) if kind.hasobject else plain.astype(kind)
    proto = make_tensor_proto(values, data_type)
    again = TensorProto.FromString(proto.SerializeToString())
    got = make_ndarray(again)
    assert proto.dtype == data_type and got.dtype == kind and got.shape == shape
    np.testing.assert_array_equal(as_text(got), values)


@pytest.mark.parametrize("kind", [np.float32, np.int8, np.complex64, np.bool_, "S1"])
def test_the_last_value_fills_the_rest(kind):
    values = np.array([0, 1]).astype(kind)
    proto = make_tensor_proto(values, shape=(2, 3))
    assert len(proto.SerializeToString()) < 40
    expected = np.array([[0, 1, 1], [1, 1, 1]]).astype(kind)
    got = make_ndarray(proto)
    np.testing.assert_array_equal(got.astype(kind), expected)


def test_a_large_fill_takes_no_memory():
    values = make_ndarray(make_tensor_proto(np.float32(3), shape=(1 << 28,)))
    assert values.shape == (1 << 28,) and values[12345] == 3
    assert values.strides == (0,)


def test_halves_keep_their_bits():
    for kind in (np.float16, ml_dtypes.bfloat16):
        bits = np.array([0x8000, 0x7E01, 0x0001], np.uint16)
        proto = TensorProto(dtype=number(np.dtype(kind)))
        proto.tensor_shape.dim.add(size=3)
        proto.half_val.extend(bits.tolist())
        np.testing.assert_array_equal(make_ndarray(proto).view(np.uint16), bits)


def _proto(data_type, sizes, **fields):
    proto = TensorProto(dtype=data_type, **fields)
    for size in sizes:
        proto.tensor_shape.dim.add(size=size)
    return proto


@pytest.mark.parametrize(
    ("proto", "error"),
    [
        (_proto(1, [2], tensor_content=b"1234567"), MalformedError),
        (_proto(1, [2], float_val=[1, 2, 3]), MalformedError),
        (_proto(1, [-1]), MalformedError),
        (_proto(8, [1], scomplex_val=[1.0]), MalformedError),
        (_proto(1, [1 << 40], float_val=[1]), LimitError),
        (_proto(1, [1 << 40, 1 << 40], float_val=[1]), LimitError),
        (_proto(1, [0, 1 << 62, 1 << 62]), LimitError),
        (_proto(1, [1 << 28], float_val=[1, 2]), LimitError),
        (_proto(7, [1 << 29]), LimitError),
        (_proto(1, [1] * 65), LimitError),
        (_proto(20, []), UnsupportedFormatError),
        (_proto(99, []), UnsupportedFormatError),
        (_proto(0, []), UnsupportedFormatError),
    ],
    ids=str,
)
def test_bad_protos(proto, error):
    with pytest.raises(error, match=r"^c1"):
        make_ndarray(proto, "c1")
