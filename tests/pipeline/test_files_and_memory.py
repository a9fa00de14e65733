"""File caches, index plans and what they promise, and the refusals."""

import gzip
import os
import zlib

import numpy as np
import pytest

from penstock.core.errors import (
    DataLossError,
    InvalidArgumentError,
    NotFoundError,
)
from penstock.pipeline import Dataset, files
from penstock.pipeline.structure import flatten

IMAGES = np.arange(60, dtype=np.float32).reshape(20, 3)
LABELS = np.arange(20)


def mixed():
    return Dataset.from_tensor_slices({"x": IMAGES, "s": ["é"] * 20}).enumerate()


def test_a_file_cache_is_written_once_and_read(tmp_path):
    path = str(tmp_path / "kept")
    first = list(mixed().cache(path))
    assert os.listdir(tmp_path) == ["kept"]
    computed = []
    data = mixed().map(lambda i, e: computed.append(1) or (i, e))
    again = list(data.cache(path))
    assert len(computed) <= 1  # the one that shows the spec
    for a, b in zip(first, again, strict=True):
        for x, y in zip(flatten(a), flatten(b), strict=True):
            np.testing.assert_array_equal(x, y)
            assert type(x) is type(y)


def test_an_unfinished_pass_leaves_no_cache(tmp_path):
    for _ in Dataset.range(10).cache(str(tmp_path / "kept")):
        break
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("cut", [3, 20, 60, -1])
def test_a_cut_cache_is_refused(tmp_path, cut):
    path = tmp_path / "kept"
    list(Dataset.range(10).cache(str(path)))
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DataLossError, match="Delete it"):
        list(Dataset.range(10).cache(str(path)))


def test_a_cache_of_another_pipeline_is_refused(tmp_path):
    path = str(tmp_path / "kept")
    list(Dataset.range(10).cache(path))
    with pytest.raises(InvalidArgumentError, match="pipeline has changed"):
        list(Dataset.range(10).enumerate().cache(path))


def test_compressed_lines(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"one\ntwo\n"))
    (tmp_path / "a.z").write_bytes(zlib.compress(b"one\ntwo\n"))
    for name, kind in [("a.gz", "GZIP"), ("a.z", "ZLIB")]:
        node = files.TextLines(str(tmp_path / name), kind)
        assert list(Dataset(node)) == [b"one", b"two"]


def test_missing_files_are_named(tmp_path):
    with pytest.raises(NotFoundError, match="nowhere"):
        list(files.TextLines(str(tmp_path / "nowhere.txt")))
    with pytest.raises(InvalidArgumentError, match="No files matched"):
        Dataset.list_files(str(tmp_path / "*.png"))


def test_list_files(tmp_path):
    for name in "bca":
        (tmp_path / f"{name}.txt").touch()
    names = list(Dataset.list_files(str(tmp_path / "*.txt"), shuffle=False))
    assert names == [str(tmp_path / f"{n}.txt").encode() for n in "abc"]
    assert sorted(Dataset.list_files(str(tmp_path / "*.txt"), seed=3)) == names


def test_records_come_through_the_given_reader():
    node = files.Records(["a", "b"], lambda path, _: [path.encode() + b"1", b"2"])
    assert list(node) == [b"a1", b"2", b"b1", b"2"]


PLANNED = {
    "batch": lambda d: d.batch(6),
    "shuffle": lambda d: d.shuffle(7, seed=1).batch(6),
    "repeat": lambda d: d.shuffle(20, seed=1).repeat(2).batch(6, drop_remainder=True),
    "after": lambda d: d.batch(6).repeat(2).take(5).skip(1).prefetch(2),
    "shard": lambda d: d.shard(3, 1).batch(4),
    "concatenate": lambda d: d.take(7).concatenate(d.skip(9)).batch(4),
    "cache": lambda d: d.cache().shuffle(20, seed=2).batch(7),
}


@pytest.mark.parametrize("name", PLANNED)
def test_a_plan_gives_what_the_elements_give(name):
    source = Dataset.from_tensor_slices((IMAGES, LABELS))
    # A map without a vectorised form hides the plan.
    slow = PLANNED[name](source.map(lambda x, y: (x, y)))
    fast = PLANNED[name](source)
    assert slow.plan is None
    assert fast.plan is not None
    for (x, y), (u, v) in zip(fast, slow, strict=True):
        np.testing.assert_array_equal(x, u)
        np.testing.assert_array_equal(y, v)


def test_the_plan_of_a_zip_and_of_a_vectorised_map():
    x, y = Dataset.from_tensor_slices(IMAGES), Dataset.from_tensor_slices(LABELS)
    calls = []

    def scale(image, label):
        calls.append(image.shape)
        return image / 2, label

    data = Dataset.zip((x, y)).map(scale, vectorised=scale).shuffle(9, 4).batch(8)
    got = list(data)
    assert calls == [(8, 3), (8, 3), (4, 3)]
    for image, label in got:
        np.testing.assert_array_equal(image, IMAGES[label] / 2)


def test_the_index_matrix():
    plan = Dataset.from_tensor_slices(IMAGES).shuffle(20, 1).batch(6).plan
    whole, tail = plan.matrix()
    assert (whole.shape, tail.shape) == ((3, 6), (2,))
    assert sorted([*whole.ravel(), *tail]) == list(range(20))


def test_later_changes_of_the_users_array_do_not_count():
    array = np.zeros(3)
    data = Dataset.from_tensor_slices(array)
    array[:] = 1
    assert list(data) == [0, 0, 0]


def test_len():
    assert len(Dataset.range(7).batch(2)) == 4
    with pytest.raises(TypeError, match="infinite"):
        len(Dataset.range(7).repeat())
    with pytest.raises(TypeError, match="unknown"):
        len(Dataset.range(7).filter(lambda x: x > 1))


def test_a_wide_shuffle_keeps_every_element():
    data = Dataset.range(1000).map(lambda x: x).shuffle(100, seed=5)
    assert sorted(int(x) for x in data) == list(range(1000))
