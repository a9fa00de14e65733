"""Partial shapes: what is known of two must agree, what is not stays open."""

import pytest

from penstock.core.errors import ShapeError
from penstock.core.shapes import (
    Dimension,
    TensorShape,
    as_dims,
    broadcast,
    compatible,
    merge,
    relax,
    show,
)


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        ((2, 3), (3,), (2, 3)),
        ((2, 1), (1, 4), (2, 4)),
        ((), (2,), (2,)),
        ((None, 3), (2, 3), (2, 3)),
        ((None, 3), (1, 3), (None, 3)),
        ((None,), (None,), (None,)),
        (None, (2,), None),
        ((0, 3), (1, 3), (0, 3)),
    ],
)
def test_broadcast(a, b, wanted):
    assert broadcast(a, b) == wanted
    assert broadcast(b, a) == wanted


def test_broadcast_refuses():
    with pytest.raises(ShapeError, match=r"\[2,3\] and \[4\]"):
        broadcast((2, 3), (4,))


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        (None, (2,), (2,)),
        ((None, 3), (2, None), (2, 3)),
        ((), (), ()),
    ],
)
def test_merge(a, b, wanted):
    assert merge(a, b) == merge(b, a) == wanted


@pytest.mark.parametrize(("a", "b"), [((2,), (3,)), ((2,), (2, 2)), ((), (1,))])
def test_merge_refuses(a, b):
    assert not compatible(a, b)
    with pytest.raises(ShapeError):
        merge(a, b)


def test_relax_keeps_what_both_say():
    assert relax((2, 3), (2, 4)) == (2, None)
    assert relax((2,), (2, 3)) is None


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, None),
        (5, (5,)),
        ([None, 3], (None, 3)),
        (TensorShape([2]), (2,)),
        ((Dimension(2), None), (2, None)),
    ],
)
def test_as_dims(value, wanted):
    assert as_dims(value) == wanted


@pytest.mark.parametrize("value", ["23", [2.5], object()])
def test_as_dims_refuses(value):
    with pytest.raises(TypeError):
        as_dims(value)


def test_tensor_shape_as_programs_see_it():
    shape = TensorShape([None, 3])
    assert shape.as_list() == [None, 3]
    assert shape.ndims == 2
    assert shape.num_elements() is None
    assert not shape.is_fully_defined()
    assert shape.is_compatible_with([7, 3])
    assert shape.merge_with([7, None]).as_list() == [7, 3]
    assert shape.concatenate([4]).as_list() == [None, 3, 4]
    assert shape == [None, 3]
    assert show(shape._dims) == "[?,3]"
    with pytest.raises(ValueError, match="unknown"):
        TensorShape(None).as_list()
