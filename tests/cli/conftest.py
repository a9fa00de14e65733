"""Programs in a folder of their own, run by Python and by `penstock run`."""

import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Outcome:
    """What a run printed, and how it ended."""

    stdout: str
    stderr: str
    code: int


class Folder:
    """A folder with programs. `write` files, then `run` them or let `python` do it."""

    def __init__(self, path: Path):
        self.path = path

    def write(self, name: str, source: str | bytes) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(source, str):
            source = textwrap.dedent(source).lstrip("\n").encode()
        file.write_bytes(source)
        return file

    def penstock(self, *words, **options) -> Outcome:
        return self._call([sys.executable, "-m", "penstock", *words], **options)

    def run(self, *words, **options) -> Outcome:
        return self.penstock("run", *words, **options)

    def python(self, *words, **options) -> Outcome:
        return self._call([sys.executable, *words], **options)

    def _call(self, words, stdin="", **environment):
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PENSTOCK_")}
        done = subprocess.run(
            [str(word) for word in words],
            cwd=self.path,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            env={**kept, "PYTHONIOENCODING": "utf-8", "MPLBACKEND": "Agg"}
            | environment,
            timeout=120,
        )
        return Outcome(done.stdout, done.stderr, done.returncode)


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path)
