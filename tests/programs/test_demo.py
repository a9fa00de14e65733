"""What `make demo` runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo" / "digits.py"


def test_demo_learns_the_digits_and_leaves_its_files(tmp_path):
    pytest.importorskip("sklearn")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "penstock",
            "run",
            str(DEMO),
        ],
        cwd=tmp_path,
        env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    score = re.search(r"test accuracy ([\d.]+)", done.stdout)
    assert score and float(score[1]) >= 0.95
    output = tmp_path / "demo_output"
    assert (output / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert (output / "digits-2000.index").exists()
    assert "Try next:" in done.stdout
