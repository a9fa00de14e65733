"""Nested structures, flattened and put together again."""

from collections import OrderedDict, namedtuple

import pytest

from penstock.core import nest

Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("structure", "flat"),
    [
        (1, [1]),
        ([], []),
        ([1, (2, [3])], [1, 2, 3]),
        ({"b": 2, "a": 1}, [1, 2]),
        (OrderedDict([("b", 2), ("a", [1, 0])]), [1, 0, 2]),
        (Point(1, {"k": 2}), [1, 2]),
    ],
)
def test_round_trip(structure, flat):
    assert nest.flatten(structure) == flat
    again = nest.pack(structure, flat)
    assert again == structure
    assert type(again) is type(structure)


def test_map_structure():
    assert nest.map_structure(lambda a, b: a + b, [1, (2,)], [10, (20,)]) == [11, (22,)]


def test_structures_that_differ():
    with pytest.raises((ValueError, TypeError)):
        nest.assert_same_structure([1, 2], [1, [2]])
