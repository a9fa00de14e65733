"""Data sets in graphs: one-shot, initializable, reinitializable and feedable iterators.

`tests/fixtures/v1_data.txt` is what TensorFlow 2.21 printed:
ORACLE/bin/python tests/v1/data_iterators.py tensorflow.compat.v1 \
    > tests/fixtures/v1_data.txt
"""

import subprocess
import sys
from pathlib import Path


def test_iterators_give_what_tensorflow_gives(fixtures):
    program = Path(__file__).with_name("data_iterators.py")
    done = subprocess.run(
        [sys.executable, str(program), "penstock.compat.v1"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == (fixtures / "v1_data.txt").read_text()
