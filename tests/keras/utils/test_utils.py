"""Progress bars, downloads, sequences ahead, seeds."""

import hashlib
import http.server
import io
import json
import os
import random
import tarfile
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

from keras.utils.bars import BARS, drawn
from penstock.keras import utils
from penstock.keras.utils import data_utils, download, np_utils

DATA = bytes(range(256)) * 700
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.mark.parametrize("name", BARS)
def test_the_bar_writes_what_keras_writes(name, fixtures):
    wanted = json.loads((fixtures / "datasets.json").read_text())["bars"][name]
    assert drawn(utils.Progbar, name) == wanted


@pytest.fixture
def server():
    """DATA under any name; /short breaks off, /breaking after each 60,000 bytes; /none
    is missing. Ranges are served.
    """
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            start = 0
            wanted = self.headers.get("Range")
            asked.append(wanted)
            if self.path == "/none":
                self.send_error(404)
                return
            if wanted:
                start = int(wanted.removeprefix("bytes=").rstrip("-"))
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(DATA) - start))
            self.end_headers()
            ends = {"/short": 100_000, "/breaking": start + 60_000}
            end = ends.get(self.path, len(DATA))
            self.wfile.write(DATA[start:end])

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        made.asked = asked
        made.url = f"http://127.0.0.1:{made.server_address[1]}"
        yield made
        made.shutdown()
        thread.join()


def test_a_download_is_kept_and_checked(server, tmp_path, capsys):
    given = {"origin": server.url + "/a.bin", "cache_dir": str(tmp_path)}
    path = utils.get_file("a.bin", file_hash=DIGEST, **given)
    assert Path(path).read_bytes() == DATA
    assert path == str(tmp_path / "datasets" / "a.bin")
    assert f"{len(DATA)}/{len(DATA)} [====" in capsys.readouterr().out
    utils.get_file("a.bin", file_hash=DIGEST, **given)
    assert len(server.asked) == 1


def test_a_download_is_resumed(server, tmp_path):
    place = tmp_path / "datasets"
    with pytest.raises(OSError, match="100000 of 179200"):
        utils.get_file("a.bin", server.url + "/short", cache_dir=str(tmp_path))
    assert os.listdir(place) == ["a.bin.part"]
    path = utils.get_file("a.bin", server.url + "/a", cache_dir=str(tmp_path))
    assert server.asked == [None, "bytes=100000-", "bytes=100000-"]
    assert Path(path).read_bytes() == DATA


def test_a_download_goes_on_where_the_connection_broke(server, tmp_path):
    path = utils.get_file(
        "b.bin", server.url + "/breaking", file_hash=DIGEST, cache_dir=str(tmp_path)
    )
    assert server.asked == [None, "bytes=60000-", "bytes=120000-"]
    assert Path(path).read_bytes() == DATA


def test_a_wrong_checksum_is_not_kept(server, tmp_path):
    with pytest.raises(OSError, match="expected checksum"):
        utils.get_file(
            "a.bin", server.url + "/a", file_hash="0" * 64, cache_dir=str(tmp_path)
        )
    assert os.listdir(tmp_path / "datasets") == []


def test_another_file_is_used_with_a_warning(server, tmp_path):
    (tmp_path / "datasets").mkdir()
    mine = tmp_path / "datasets" / "a.bin"
    mine.write_bytes(b"mine")
    with pytest.warns(UserWarning, match="another checksum"):
        path = utils.get_file(
            "a.bin", server.url + "/none", md5_hash="0" * 32, cache_dir=str(tmp_path)
        )
    assert (path, mine.read_bytes()) == (str(mine), b"mine")


def test_archives_are_unpacked(tmp_path):
    source = tmp_path / "d.tar.gz"
    with tarfile.open(source, "w:gz") as tar:
        entry = tarfile.TarInfo("d/inside.txt")
        entry.size = 2
        tar.addfile(entry, io.BytesIO(b"hi"))
    given = {"origin": source.as_uri(), "cache_dir": str(tmp_path / "home")}
    folder = utils.get_file("d", untar=True, **given)
    assert (tmp_path / "home/datasets/d/inside.txt").read_text() == "hi"
    assert folder == str(tmp_path / "home/datasets/d")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as made:
        made.writestr("z/inside.txt", "zip")
    given["origin"] = (tmp_path / "z.zip").as_uri()
    path = utils.get_file(extract=True, cache_subdir="sub", **given)
    assert path == str(tmp_path / "home/sub/z.zip")
    assert (tmp_path / "home/sub/z/inside.txt").read_text() == "zip"


def test_an_archive_that_leads_outside_is_refused(tmp_path):
    source = tmp_path / "evil.tar.gz"
    with tarfile.open(source, "w:gz") as tar:
        entry = tarfile.TarInfo("../../outside.txt")
        tar.addfile(entry, io.BytesIO(b""))
    with pytest.raises(tarfile.FilterError):
        utils.get_file("evil", source.as_uri(), untar=True, cache_dir=str(tmp_path))
    assert not list(tmp_path.rglob("outside.txt"))


class Batches(utils.Sequence):
    def __init__(self, fail=None):
        self.ends = 0
        self.fail = fail

    def __len__(self):
        return 5

    def __getitem__(self, index):
        if index == self.fail:
            raise KeyError("batch 3 is broken")
        return index * 10

    def on_epoch_end(self):
        self.ends += 1


def left_threads():
    return [t.name for t in threading.enumerate() if t.name.startswith("penstock")]


def test_a_sequence_is_read_ahead_in_order():
    data = Batches()
    ahead = utils.OrderedEnqueuer(data)
    ahead.start(workers=3, max_queue_size=4)
    batches = ahead.get()
    assert [next(batches) for _ in range(7)] == [0, 10, 20, 30, 40, 0, 10]
    assert data.ends == 1
    ahead.stop()
    assert not left_threads()
    assert not ahead.is_running()


def test_an_error_in_a_batch_reaches_the_loop():
    ahead = utils.OrderedEnqueuer(Batches(fail=3))
    ahead.start(workers=2)
    with pytest.raises(KeyError, match="batch 3"):
        list(ahead.get())
    ahead.stop()
    assert not left_threads()


def test_a_generator_is_read_ahead():
    ahead = utils.GeneratorEnqueuer(iter(range(4)))
    ahead.start()
    assert list(ahead.get()) == [0, 1, 2, 3]
    ahead.stop()
    assert not left_threads()


def test_iterating_a_sequence():
    assert list(Batches()) == [0, 10, 20, 30, 40]
    with pytest.raises(NotImplementedError, match="__getitem__"):
        utils.Sequence()[0]


class Forgetful(utils.PyDataset):
    def __init__(self):  # as many programs do
        pass

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return index


def test_py_dataset_has_its_settings():
    assert utils.PyDataset(workers=3).workers == 3
    made = Forgetful()
    assert (made.workers, made.max_queue_size, made.num_batches) == (1, 10, 2)


def test_the_seed_reaches_the_engine_and_initializers():
    import penstock as tf

    def draws():
        utils.set_random_seed(3)
        weights = tf.keras.initializers.GlorotUniform()((2, 2))
        return [tf.random.uniform([2]).numpy().tolist(), weights.numpy().tolist()]

    first = draws()
    assert first == draws()
    tf.random.set_seed(3)
    assert first[0] == tf.random.uniform([2]).numpy().tolist()


def test_one_seed_for_all():
    told = []
    utils.register_seeder(told.append)
    runs = []
    for _ in range(2):
        utils.set_random_seed(812)
        runs.append((random.random(), np.random.rand()))
    assert runs[0] == runs[1]
    assert told == [812, 812]
    with pytest.raises(ValueError, match="integer"):
        utils.set_random_seed("1")


def test_a_class_out_of_range_is_named():
    with pytest.raises(ValueError, match=r"class 5 is outside \[0, 3\)"):
        utils.to_categorical([0, 5], 3)


def test_old_module_names():
    assert np_utils.to_categorical is utils.to_categorical
    assert data_utils.get_file is utils.get_file
    assert download.keras_home()


def test_a_data_set_in_two():
    left, right = utils.split_dataset(np.arange(10), left_size=0.7)
    assert [len(left), len(right)] == [7, 3]
    pairs = (np.arange(6.0), np.arange(6))
    left, right = utils.split_dataset(pairs, right_size=2, shuffle=True, seed=3)
    found = [int(y) for part in (left, right) for _, y in part]
    assert len(right) == 2 and sorted(found) == list(range(6)) != found
    with pytest.raises(ValueError, match="must be specified"):
        utils.split_dataset(np.arange(3))
    with pytest.raises(ValueError, match="empty"):
        utils.split_dataset(np.arange(3), left_size=0.1)


def test_inputs_labels_and_weights_as_one():
    assert utils.pack_x_y_sample_weight(1) == 1
    assert utils.pack_x_y_sample_weight((1, 2)) == ((1, 2),)
    for parts in [(1,), (1, 2), (1, 2, 3)]:
        found = utils.unpack_x_y_sample_weight(utils.pack_x_y_sample_weight(*parts))
        assert found == parts + (None,) * (3 - len(parts))
    with pytest.raises(ValueError, match="found"):
        utils.unpack_x_y_sample_weight((1, 2, 3, 4))


def test_the_inputs_a_tensor_comes_from():
    import penstock as tf

    a, b = tf.keras.Input((2,)), tf.keras.Input((2,))
    both = tf.keras.layers.Dense(3)(a) + tf.keras.layers.Dense(3)(b)
    assert utils.get_source_inputs(tf.keras.layers.Dense(1)(both)) == [a, b]


def test_progress_can_go_to_the_log(caplog, capsys):
    try:
        utils.disable_interactive_logging()
        assert not utils.is_interactive_logging_enabled()
        with caplog.at_level("INFO", "penstock.keras"):
            utils.Progbar(2).update(2)
    finally:
        utils.enable_interactive_logging()
    assert "2/2 [====" in caplog.text and not capsys.readouterr().out
