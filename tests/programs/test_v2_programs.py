"""The programs under `examples/v2`, run unmodified, beside TensorFlow's output."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "tests" / "fixtures" / "programs_v2"
NAMES = sorted(path.stem for path in KEPT.glob("*.json"))
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+)")


def test_every_program_is_recorded():
    assert NAMES == sorted(p.stem for p in (ROOT / "examples" / "v2").glob("*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_program_prints_what_tensorflow_prints(name, tmp_path, request):
    kept = json.loads((KEPT / f"{name}.json").read_text())
    program = ROOT / "examples" / "v2" / kept["program"]
    assert program.read_text() == kept["source"], "record it again"
    if name.startswith("iris"):
        pytest.importorskip("sklearn")
    args = kept["args"]
    if args:
        pytest.importorskip("pandas")
        pytest.importorskip("matplotlib")
        args = [a.format(shared=request.getfixturevalue("shared")) for a in args]
    done = subprocess.run(
        [sys.executable, "-m", "penstock", "run", str(program), *args],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert _words(done.stdout) == _words(kept["printed"])
    mine, theirs = (
        np.array(NUMBER.findall(t), float) for t in (done.stdout, kept["printed"])
    )
    np.testing.assert_allclose(mine, theirs, kept["rtol"], kept["atol"])
    for file in kept["files"]:
        assert (tmp_path / file).stat().st_size > 1000


def _words(text: str) -> str:
    """The text around the numbers."""
    return re.sub(r"\s+", "", NUMBER.sub("#", text))
