"""The 2.x face for these tests, whatever face the process had before."""

import pytest

from penstock.core.shapes import TensorShape
from penstock.ir import context
from penstock.ir.tensor import Tensor


@pytest.fixture
def tf():
    """`import penstock as tf`, with the 2.x face chosen; put back afterwards."""
    import penstock
    from penstock.runtime.eager import RECORDER
    from penstock.v2 import landing

    before = context._default, TensorShape.dimension_class, Tensor.equality
    landing.activate()
    yield penstock
    RECORDER.flush()
    RECORDER.tapes = []
    context._default, TensorShape.dimension_class, Tensor.equality = before
