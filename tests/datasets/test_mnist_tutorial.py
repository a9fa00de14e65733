"""The 1.x tutorial's reader: its order of examples, its sources, its errors."""

import functools
import hashlib
import http.server
import threading

import numpy as np
import pytest

from penstock.datasets import mnist_files
from penstock.datasets.mnist_tutorial import DataSet, Datasets, read_data_sets
from penstock.formats.errors import ChecksumError, MalformedError
from penstock.formats.idx import write_idx

TRAIN, TEST = 60, 20


@pytest.fixture(autouse=True)
def no_keras_home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


def _arrays(seed=0):
    rng = np.random.default_rng(seed)
    made = []
    for count in (TRAIN, TEST):
        made.append(rng.integers(0, 256, (count, 4, 5), np.uint8))
        made.append(rng.integers(0, 10, count, np.uint8))
    return made


def _write(folder, arrays, suffix=".gz"):
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(mnist_files.CHECKSUMS, arrays, strict=True):
        write_idx(folder / (name.removesuffix(".gz") + suffix), array)


@pytest.fixture
def folder(tmp_path):
    _write(tmp_path / "data", _arrays())
    return tmp_path / "data"


def test_parts(folder):
    train, labels, test, test_labels = _arrays()
    mnist = read_data_sets(folder, validation_size=10)
    assert isinstance(mnist, Datasets)
    assert mnist.train.num_examples == 50 and mnist.validation.num_examples == 10
    assert mnist.test.num_examples == TEST
    pixels = train.reshape(TRAIN, -1).astype(np.float32) * np.float32(1 / 255)
    assert mnist.train.images.dtype == np.float32
    np.testing.assert_array_equal(mnist.validation.images, pixels[:10])
    np.testing.assert_array_equal(mnist.train.images, pixels[10:])
    np.testing.assert_array_equal(mnist.train.labels, labels[10:])
    np.testing.assert_array_equal(mnist.test.labels, test_labels)
    mnist = read_data_sets(folder, False, True, np.uint8, False, 10)
    np.testing.assert_array_equal(mnist.test.images, test[..., np.newaxis])
    assert mnist.test.labels.dtype == np.float64
    np.testing.assert_array_equal(mnist.test.labels.argmax(1), test_labels)
    np.testing.assert_array_equal(mnist.test.labels.sum(1), np.ones(TEST))


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_spellings_of_the_names(tmp_path, suffix):
    _write(tmp_path / "d", _arrays(), suffix)
    if not suffix:
        for name in mnist_files.CHECKSUMS:
            plain = name.removesuffix(".gz")
            path = tmp_path / "d" / plain
            path.rename(path.with_name(plain.replace("-idx", ".idx")))
    assert read_data_sets(tmp_path / "d", validation_size=0).train.num_examples == TRAIN


def _tutorial_batches(count, sizes, seed, shuffle=True):
    """The tutorial's order, told as moves of the whole set (its documented way).

    Before the first epoch and at each end of one the examples are permuted by
    np.random; a batch across the end has the old rest, then new beginning.
    """
    np.random.seed(seed)
    rows = np.arange(count)

    def permuted(rows):
        order = np.arange(count)
        np.random.shuffle(order)
        return rows[order]

    if shuffle:
        rows = permuted(rows)
    start = 0
    for size in sizes:
        if start + size <= count:
            yield rows[start : start + size]
            start += size
            continue
        rest = rows[start:]
        if shuffle:
            rows = permuted(rows)
        start = size - len(rest)
        yield np.concatenate([rest, rows[:start]])


@pytest.mark.parametrize("look", [False, True])
@pytest.mark.parametrize("shuffle", [True, False])
def test_order_of_batches(look, shuffle):
    images = np.arange(50, dtype=np.uint8).reshape(50, 1, 1, 1)
    data = DataSet(images, np.arange(50), seed=7, dtype=np.uint8)
    sizes = [8] * 20 + [50, 3, 50, 47, 50]
    expected = list(_tutorial_batches(50, sizes, 7, shuffle))
    np.random.seed(7)
    for size, rows in zip(sizes, expected, strict=True):
        if look:
            assert len(data.images) == 50
        pixels, labels = data.next_batch(size, shuffle=shuffle)
        np.testing.assert_array_equal(pixels[:, 0], rows)
        np.testing.assert_array_equal(labels, rows)
        np.testing.assert_array_equal(data.images[:, 0], data.labels)
    # 357 examples of 50; the eighth epoch has begun, not ended.
    assert data.epochs_completed == sum(sizes) // 50


def test_seeds():
    def first(**seeds):
        images = np.zeros((50, 1, 1, 1), np.uint8)
        data = DataSet(images, np.arange(50), **seeds)
        return data.next_batch(50)[1].tolist()

    assert first(seed=3) == first(seed=3) != first(seed=4)
    assert first() != first()


def test_graph_seed_stands_in_for_seed(folder):
    """`tf.set_random_seed` fixes the batches, and the draws of ops are the same."""
    import penstock.compat.v1 as tf
    from penstock.v1 import mnist_tutorial

    def first(graph_seed, **seeds):
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(graph_seed)
            mnist = mnist_tutorial.read_data_sets(folder, validation_size=0, **seeds)
            drawn = session.run(tf.random_uniform([]))
        return mnist.train.next_batch(TRAIN)[1].tolist(), drawn

    seeded = read_data_sets(folder, validation_size=0, seed=3)
    wanted = seeded.train.next_batch(TRAIN)[1].tolist()
    labels, drawn = first(3)
    assert labels == wanted
    assert first(4, seed=3)[0] == labels != first(4)[0]
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(3)
        assert session.run(tf.random_uniform([])) == drawn


def test_fake_data():
    mnist = read_data_sets("nowhere", fake_data=True, one_hot=True)
    assert mnist.train.num_examples == 10_000 and mnist.train.images is None
    images, labels = mnist.train.next_batch(2, fake_data=True)
    assert images == [[1] * 784] * 2 and labels == [[1] + [0] * 9] * 2
    assert read_data_sets("", True).test.next_batch(1, True)[1] == [0]


def test_wrong_arguments(folder):
    with pytest.raises(ValueError, match=r"between 0 and 60\. Received: 61\."):
        read_data_sets(folder, validation_size=61)
    with pytest.raises(TypeError, match="expected uint8 or float32"):
        read_data_sets(folder, dtype=np.int64, validation_size=0)
    mnist = read_data_sets(folder, validation_size=0)
    with pytest.raises(ValueError, match=r"next_batch\(121\): the data set has 60"):
        mnist.train.next_batch(121)
    images = np.zeros((3, 2, 2, 3), np.uint8)
    with pytest.raises(ValueError, match="one label for each"):
        DataSet(images, np.zeros(4))
    with pytest.raises(ValueError, match="Pass reshape=False"):
        DataSet(images, np.zeros(3))


def _npz(tmp_path, **arrays):
    folder = tmp_path / "keras" / "datasets"
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "mnist.npz", **arrays)


def test_keras_home(tmp_path):
    names = ("x_train", "y_train", "x_test", "y_test")
    arrays = dict(zip(names, _arrays(), strict=True))
    _npz(tmp_path, **arrays)
    mnist = read_data_sets(tmp_path / "none", validation_size=0)
    np.testing.assert_array_equal(mnist.test.labels, arrays["y_test"])
    assert not (tmp_path / "none").exists()
    _npz(tmp_path, **{**arrays, "y_test": np.array([print], object)})
    with pytest.raises(MalformedError, match=r"not Keras' mnist\.npz"):
        read_data_sets(tmp_path / "none")
    _npz(tmp_path, **{**arrays, "y_test": arrays["y_test"][:3]})
    with pytest.raises(MalformedError, match="do not match"):
        read_data_sets(tmp_path / "none")
    _npz(tmp_path, x_train=arrays["x_train"])
    with pytest.raises(MalformedError, match="Delete or replace"):
        read_data_sets(tmp_path / "none")


@pytest.fixture
def server(tmp_path):
    """An HTTP server of a folder with the four files; yields its address."""
    _write(tmp_path / "served", _arrays(seed=5))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    handler = functools.partial(Quiet, directory=str(tmp_path / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_downloads_what_is_missing(tmp_path, server, capsys):
    folder = tmp_path / "new" / "data"
    mnist = read_data_sets(folder, validation_size=0, source_url=server.rstrip("/"))
    np.testing.assert_array_equal(mnist.train.labels, _arrays(seed=5)[1])
    assert capsys.readouterr().out.count("Downloading") == 4
    read_data_sets(folder, validation_size=0, source_url=server)
    assert capsys.readouterr().out == ""
    assert sorted(p.name for p in folder.iterdir()) == sorted(mnist_files.CHECKSUMS)


def test_checks_mnist_s_own_files(tmp_path, server, monkeypatch):
    monkeypatch.setattr(mnist_files, "SOURCE_URL", server)
    folder = tmp_path / "data"
    with pytest.raises(ChecksumError, match="nothing was kept"):
        mnist_files.load(folder, server)
    assert list(folder.iterdir()) == []
    sums = {
        name: hashlib.sha256((tmp_path / "served" / name).read_bytes()).hexdigest()
        for name in mnist_files.CHECKSUMS
    }
    monkeypatch.setattr(mnist_files, "CHECKSUMS", sums)
    assert len(mnist_files.load(folder, server).test_labels) == TEST


def test_offline_says_what_to_put_where(tmp_path, monkeypatch):
    address = "http://127.0.0.1:9/"
    _write(tmp_path / "data", _arrays())
    (tmp_path / "data" / "t10k-images-idx3-ubyte.gz").unlink()
    with pytest.raises(FileNotFoundError) as caught:
        read_data_sets(tmp_path / "data", source_url=address)
    text = str(caught.value)
    assert str(tmp_path / "data") in text and "t10k-images-idx3-ubyte.gz" in text
    assert "train-images" not in text and "mnist.npz" not in text
    monkeypatch.setattr(mnist_files, "SOURCE_URL", address)
    with pytest.raises(FileNotFoundError, match=r"mnist\.npz"):
        mnist_files.load(tmp_path / "data", address)


def test_real_mnist(shared, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(shared / "keras_home"))
    mnist = read_data_sets(tmp_path, one_hot=True)
    sizes = [part.num_examples for part in mnist]
    assert sizes == [55000, 5000, 10000]
    assert mnist.train.images.shape == (55000, 784)
    # MNIST has 5,923 zeros among its training digits; packings differ in order.
    assert mnist.train.labels[:, 0].sum() + mnist.validation.labels[:, 0].sum() == 5923
    folder = shared / "keras_home" / "datasets" / "fashion-mnist"
    assert read_data_sets(folder).train.num_examples == 55000
