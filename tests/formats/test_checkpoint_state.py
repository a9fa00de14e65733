"""State files of TensorFlow, of this machine and of another."""

import os

import pytest

from formats.recorded import FIXTURES
from penstock.formats.checkpoint_state import (
    read_checkpoint_state,
    write_checkpoint_state,
)
from penstock.formats.errors import MalformedError


def test_reads_what_tensorflow_wrote():
    folder = FIXTURES / "v1"
    state = read_checkpoint_state(folder)
    kept = tuple(str(folder / f"model.ckpt-{step}") for step in (2, 3))
    assert state.all_model_checkpoint_paths == kept
    assert state.model_checkpoint_path == kept[-1]
    state = read_checkpoint_state(FIXTURES / "objects")
    assert len(state.all_model_checkpoint_timestamps) == 2
    assert state.last_preserved_timestamp > 1e9


def test_writes_tensorflow_s_text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("v1")
    kept = ["v1/model.ckpt-2", "v1/model.ckpt-3"]
    write_checkpoint_state("v1", kept[-1], kept)
    mine = (tmp_path / "v1" / "checkpoint").read_text()
    assert mine == (FIXTURES / "v1" / "checkpoint").read_text()


@pytest.mark.parametrize("old", ["/home/ann/run 1", "C:\\runs\\ä", "gone"])
def test_looks_beside_a_state_file_from_elsewhere(tmp_path, old):
    separator = "\\" if "\\" in old else "/"
    (tmp_path / "m-1.index").write_bytes(b"")
    path = f"{old}{separator}m-1".replace("\\", "\\\\")
    (tmp_path / "checkpoint").write_text(f'model_checkpoint_path: "{path}"\n')
    state = read_checkpoint_state(tmp_path)
    assert state.model_checkpoint_path == str(tmp_path / "m-1")


def test_keeps_a_path_that_leads_nowhere(tmp_path):
    write_checkpoint_state(tmp_path, "/gone/m-1", ["/gone/m-0"], [1.5, 2.5], 1.0)
    state = read_checkpoint_state(tmp_path)
    assert state.all_model_checkpoint_paths == ("/gone/m-0", "/gone/m-1")
    assert state.all_model_checkpoint_timestamps == (1.5, 2.5)


def test_absent_and_damaged(tmp_path):
    assert read_checkpoint_state(tmp_path) is None
    assert read_checkpoint_state(tmp_path / "absent") is None
    for damage in (b"model_checkpoint_path: 3", b"\xff\xfe", b"{" * 5000):
        (tmp_path / "checkpoint").write_bytes(damage)
        with pytest.raises(MalformedError, match="no checkpoint state file"):
            read_checkpoint_state(tmp_path)
