"""`experimental_enable_numpy_behavior` changes a whole program: run in one of its own.

`tests/fixtures/v2_numpy_behavior.txt` is what TensorFlow 2.21 printed:
ORACLE/bin/python tests/v2/numpy_behavior.py tensorflow \\
    > tests/fixtures/v2_numpy_behavior.txt
"""

import subprocess
import sys
from pathlib import Path

from v2 import recorded


def test_tensors_follow_numpy(fixtures):
    program = Path(__file__).with_name("numpy_behavior.py")
    done = subprocess.run(
        [sys.executable, str(program), "penstock"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    theirs = (fixtures / "v2_numpy_behavior.txt").read_text()
    assert recorded.same(done.stdout, theirs), done.stdout
