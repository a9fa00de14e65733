"""Patterns of file names, as TensorFlow 2.21 told them for the same folder."""

import pytest

from penstock.core.paths import matching_paths

FOUND = {
    "x*": ["./x1", "./x2"],
    "./x*": ["./x1", "./x2"],
    "*": ["./.hid", "./a", "./c", "./x1", "./x2"],
    "*/y*": ["./a/y1", "./c/y2"],
    "[x]?": ["./x1", "./x2"],
    "**/z1": [],
    "*/": ["./.hid", "./a", "./c", "./x1", "./x2"],
    "a/*": ["a/b", "a/y1"],
    "a/*/z1": ["a/b/z1"],
    "a/../x*": ["a/../x1", "a/../x2"],
    "x1": ["x1"],
    "./x1": ["./x1"],
    "nope": [],
    "": [],
}


@pytest.mark.parametrize(("pattern", "paths"), FOUND.items())
def test_matching_paths(pattern, paths, tmp_path, monkeypatch):
    for name in ("x1", "x2", "a/y1", "a/b/z1", "c/y2", ".hid"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert matching_paths(pattern) == paths
