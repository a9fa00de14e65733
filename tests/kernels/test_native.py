"""Where the kernels come from, and what happens where there are none."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from penstock.kernels import build

PROGRAM = """
import numpy as np
import penstock as tf
from penstock.kernels import native
x = np.ones((1, 4, 4, 1), np.float32)
print(float(tf.reduce_sum(tf.nn.conv2d(x, x.reshape(4, 4, 1, 1), 1, "SAME"))))
print(native.told())
"""


def run(**environment) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True,
        env=os.environ | environment, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture
def installed():
    """The wheels and the machine are there; whether a compiler is does not matter."""
    try:
        build._onednn()
    except build.Unavailable as reason:
        pytest.skip(str(reason))
    if sys.platform != "linux":
        pytest.skip("made for Linux")


def test_switched_off():
    assert run(PENSTOCK_KERNELS="off") == [
        "144.0",
        "none: switched off by PENSTOCK_KERNELS",
    ]


def test_a_compiler_that_is_not_there(tmp_path, installed):
    total, told = run(XDG_CACHE_HOME=str(tmp_path), CXX="no-such-compiler")
    assert total == "144.0"
    assert "no-such-compiler" in told


def test_a_failure_is_kept_and_not_repeated(tmp_path, installed, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("CXX", "false")
    with pytest.raises(build.Unavailable, match=r"compiling failed, see .*\.log"):
        build.compiled()
    monkeypatch.setattr(build, "_compile", None)
    with pytest.raises(build.Unavailable, match="delete it to try again"):
        build.compiled()
    (log,) = (tmp_path / "penstock" / "kernels").iterdir()
    assert log.read_text().startswith("false -std=c++17")


def test_wheels_that_are_not_there(monkeypatch):
    def missing(name):
        raise build.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(build.sys, "platform", "linux")
    monkeypatch.setattr(build.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(build.metadata, "distribution", missing)
    with pytest.raises(build.Unavailable, match="onednn-cpu-gomp is not installed"):
        build.compiled()


def test_another_machine(monkeypatch):
    monkeypatch.setattr(build.platform, "machine", lambda: "arm64")
    with pytest.raises(build.Unavailable, match="made for x86-64 Linux"):
        build.compiled()
