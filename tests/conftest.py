"""Fixtures that every folder of tests shares."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _shared_folder() -> Path | None:
    """Where data sets too large to commit lie, or None."""
    named = os.environ.get("PENSTOCK_SHARED")
    places = [Path(named)] if named else [ROOT / "shared", ROOT.parent / "shared"]
    return next((place for place in places if place.is_dir()), None)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """`tests/fixtures`: values recorded from TensorFlow."""
    return ROOT / "tests" / "fixtures"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data sets; a test that asks for it skips without it.

    Holds `keras_home/datasets/mnist.npz`, `data/dot.csv` and the like. Named by
    PENSTOCK_SHARED, or a folder `shared` in or beside the checkout.
    """
    place = _shared_folder()
    if place is None:
        pytest.skip("no data: name its folder in PENSTOCK_SHARED")
    return place


#: Folders and files whose tests speak 2.x; the others speak 1.x.
_SPEAK_2 = ("keras", "v2", "runtime", "laws/test_layers.py")


@pytest.fixture(autouse=True)
def face(request):
    """The face that a test speaks, put back afterwards: both share one process."""
    from penstock.core.shapes import TensorShape
    from penstock.ir import context
    from penstock.ir.tensor import Tensor

    before = context._default, TensorShape.dimension_class, Tensor.equality
    where = request.path.relative_to(ROOT / "tests").as_posix()
    if where.startswith(_SPEAK_2):
        from penstock.v2 import landing

        landing.activate()
    else:
        from penstock.v1 import default_graph

        default_graph.activate(force=True)
    yield
    context._default, TensorShape.dimension_class, Tensor.equality = before
