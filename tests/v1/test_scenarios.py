"""Every scenario gives TensorFlow's numbers and names."""

import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import recorded_scenarios
from scenarios import FAMILIES, scenarios

import penstock.compat.v1 as tf

ROWS = [
    pytest.param(family, name, id=f"{family}-{name}")
    for family in FAMILIES
    for name in scenarios(family)
]

#: (relative, absolute as a part of the largest value). Several steps of float32
#: arithmetic in another order of sums.
TOLERANCE = {np.dtype("float32"): (1e-5, 2e-6), np.dtype("float64"): (1e-8, 1e-10)}

#: What a family needs beside Penstock's own dependencies.
NEEDS = {"feature_columns": "farmhash"}

#: Scenario -> (relative tolerance, reason).
LOOSER: dict[str, tuple[float, str]] = {}


@pytest.mark.parametrize(("family", "name"), ROWS)
def test_scenario_is_tensorflows(family, name):
    if family in NEEDS:
        pytest.importorskip(NEEDS[family])
    wanted = recorded_scenarios.load(family).get(name)
    assert wanted, f"nothing recorded: run tools/record/scenarios.py {family}"
    with tf.Graph().as_default(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got = scenarios(family)[name](tf)
    assert set(got) == set(wanted)
    for key, value in wanted.items():
        close(f"{name}: {key}", got[key], value, LOOSER.get(name))


def close(what, got, wanted, looser) -> None:
    if not isinstance(wanted, np.ndarray):
        assert got == wanted, what
        return
    got = np.asarray(got)
    assert got.dtype == wanted.dtype, (what, got.dtype, wanted.dtype)
    assert got.shape == wanted.shape, (what, got.shape, wanted.shape)
    if wanted.dtype not in TOLERANCE:
        np.testing.assert_array_equal(got, wanted, err_msg=what)
        return
    rtol, part = TOLERANCE[wanted.dtype]
    if looser:
        rtol, part = looser[0], looser[0]
    finite = np.abs(wanted[np.isfinite(wanted)])
    atol = part * float(finite.max()) if finite.size else 0.0
    np.testing.assert_allclose(got, wanted, rtol=rtol, atol=atol, err_msg=what)
