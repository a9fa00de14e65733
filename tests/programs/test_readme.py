"""The programs that README.md prints."""

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


def printed(source: str, folder: Path, *command: str) -> list[str]:
    program = folder / "program.py"
    program.write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, *command, str(program)],
        cwd=folder,
        env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_program_of_2017(tmp_path):
    lines = printed(BLOCKS[0], tmp_path, "-m", "penstock", "run")
    assert lines[0] == "After 0 steps: w is 2.600000"
    assert lines[39] == "After 39 steps: w is -1.000000"


def test_program_of_2020(tmp_path):
    assert printed(BLOCKS[1], tmp_path) == ["-0.99999994"]  # as TensorFlow 2.21


def test_both_languages_print_the_same_programs():
    chinese = README.with_name("README.zh.md").read_text("utf-8")
    assert re.findall(r"```python\n(.*?)```", chinese, re.DOTALL) == BLOCKS
    links = re.findall(r"\]\(([^)#]+)\)?", chinese)
    assert all((README.parent / link).exists() for link in links), links
