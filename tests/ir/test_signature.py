"""An op's signature, read from text."""

import pytest

from penstock.core import dtypes
from penstock.ir.signature import parse


def test_every_kind_of_argument():
    made = parse("a: T, b: int32, c: N*T, d: *Tin, e: Ref(T) -> y: Tout")
    a, b, c, d, e = made.inputs
    assert a.type_attr == "T"
    assert b.dtype is dtypes.int32
    assert (c.type_attr, c.number_attr, c.is_list) == ("T", "N", True)
    assert (d.list_attr, d.is_list) == ("Tin", True)
    assert e.ref
    assert made.type_attrs == ("T", "Tin", "Tout")


def test_no_inputs_and_no_outputs():
    assert parse("->").inputs == ()
    assert parse("-> y: T").inputs == ()
    assert parse("x: T ->").outputs == ()


@pytest.mark.parametrize("text", ["x: T", "x T -> y: T", "x: T -> y"])
def test_malformed(text):
    with pytest.raises(ValueError, match=r"Signature|Cannot read"):
        parse(text)
