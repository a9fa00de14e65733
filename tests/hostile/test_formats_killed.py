"""A writer killed at any moment leaves the previous file as it was.

A process of its own overwrites a checkpoint and kills itself (SIGKILL: no
cleaning up, no buffers written) at a chosen step; then the checkpoint is read.
"""

import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from penstock.formats import checkpoint_state, hdf5, keras_zip, tfrecord
from penstock.formats.bundle import read_bundle
from penstock.formats.bundle_writer import write_bundle

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL"), reason="this system can't kill so hard"
)

OLD, NEW = np.arange(1000.0), np.arange(2000.0) * 2


def _killed(program, *arguments):
    """Run `program`, which must end by killing itself."""
    prelude = """
        import os, signal, sys
        import numpy as np
        def die(*ignored):
            os.kill(os.getpid(), signal.SIGKILL)
    """
    text = textwrap.dedent(prelude) + textwrap.dedent(program)
    done = subprocess.run(
        [sys.executable, "-c", text, *map(str, arguments)],
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


SAVE = """
    import penstock.formats.atomic as atomic
    from penstock.formats.bundle_writer import write_bundle
    prefix, shards, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    calls = 0
    def counted(function):
        # Dies instead of the call, or after it, by parity.
        def step(*arguments):
            global calls
            calls += 1
            if calls == last:
                die()
            return function(*arguments)
        return step
    for name in ("replace", "link", "fsync", "unlink"):
        setattr(os, name, counted(getattr(os, name)))
    new = {"a": np.arange(2000.0) * 2, "b": np.ones(3)}
    write_bundle(prefix, new, shards)
    print(calls)
    die()
"""


@pytest.mark.parametrize("shards", [1, 2])
def test_checkpoint_of_the_same_name(tmp_path, shards):
    """Every rename, link, removal and flush in turn is the last thing not done."""
    seen = set()
    for last in range(1, 40):
        folder = tmp_path / str(last)
        folder.mkdir()
        prefix = folder / "model.ckpt"
        write_bundle(prefix, {"a": OLD, "b": np.zeros(3)}, shards)
        _killed(SAVE, prefix, shards, last)
        state = _state(prefix)
        seen.add(state)
        done = state == "new" and len(os.listdir(folder)) == shards + 1
        # The next save works, whatever was left behind, and tidies up.
        write_bundle(prefix, {"a": OLD, "b": np.zeros(3)}, shards)
        assert _state(prefix) == "old"
        assert len(_names(folder)) == shards + 1
        if done:
            break
    assert seen == {"old", "new"} and done
    # Steps: flush and rename of each file, links, removals.
    assert last > 8 * shards


def _state(prefix):
    bundle = read_bundle(prefix)
    a, b = bundle.read("a"), bundle.read("b")
    if np.array_equal(a, OLD) and not b.any():
        return "old"
    assert np.array_equal(a, NEW) and b.all()
    return "new"


def _names(folder):
    return [name for name in os.listdir(folder) if "unfinished" not in name]


def test_killed_in_the_middle_of_the_bytes(tmp_path):
    prefix = tmp_path / "model.ckpt"
    write_bundle(prefix, {"a": OLD, "b": np.zeros(3)})
    _killed(
        """
        from penstock.formats import bundle_writer
        class Dying(dict):
            def items(self):
                yield "a", np.arange(2000.0) * 2
                yield "b", np.ones(3)
        real = bundle_writer.crc32c
        def crc32c(data):
            # The second tensor of the file: the first is written, maybe buffered.
            if len(data) == 24:
                die()
            return real(data)
        bundle_writer.crc32c = crc32c
        bundle_writer.write_bundle(sys.argv[1], Dying())
        """,
        prefix,
    )
    assert _state(prefix) == "old"


def test_state_file(tmp_path):
    checkpoint_state.write_checkpoint_state(tmp_path, "/m-1")
    _killed(
        """
        from penstock.formats.checkpoint_state import write_checkpoint_state
        os.replace = die
        write_checkpoint_state(sys.argv[1], "/m-2")
        """,
        tmp_path,
    )
    state = checkpoint_state.read_checkpoint_state(tmp_path)
    assert state.model_checkpoint_path == "/m-1"


def test_record_writer(tmp_path):
    with tfrecord.RecordWriter(tmp_path / "r") as writer:
        writer.write(b"old")
    _killed(
        """
        from penstock.formats.tfrecord import RecordWriter
        writer = RecordWriter(sys.argv[1])
        for _ in range(1000):
            writer.write(bytes(1000))
        die()
        """,
        tmp_path / "r",
    )
    assert list(tfrecord.read_records(tmp_path / "r")) == [b"old"]


def test_keras_files(tmp_path):
    old = hdf5.H5Model((hdf5.LayerWeights("old", ()),))
    hdf5.write_h5(tmp_path / "m.h5", old)
    tree = keras_zip.WeightTree({"old": np.zeros(3)})
    keras_zip.write_keras(tmp_path / "m.keras", keras_zip.KerasArchive({}, {}, tree))
    for function in ("h5", "keras"):
        _killed(
            """
            from penstock.formats import hdf5, keras_zip
            os.replace = die
            folder, function = sys.argv[1:]
            tree = keras_zip.WeightTree({"new": np.zeros(3)})
            if function == "h5":
                hdf5.write_h5(folder + "/m.h5", hdf5.H5Model(()))
            archive = keras_zip.KerasArchive({}, {}, tree)
            keras_zip.write_keras(folder + "/m.keras", archive)
            """,
            tmp_path,
            function,
        )
    assert hdf5.read_h5(tmp_path / "m.h5") == old
    assert "old" in keras_zip.read_keras(tmp_path / "m.keras").weights.arrays
