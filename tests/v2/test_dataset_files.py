"""Saved data sets: those of TensorFlow are read, damage and half-written ones told."""

import numpy as np
import pytest

from penstock.core.errors import UnsupportedError
from penstock.formats.errors import FormatError
from v2.saved_elements import DATA


def same(a, b):
    if isinstance(a, dict):
        return sorted(a) == sorted(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, tuple):
        return all(map(same, a, b))
    return np.array_equal(a, b)


@pytest.mark.parametrize("name", DATA)
def test_reads_what_tensorflow_saved(name, fixtures, tf):
    make, _, options = DATA[name]
    made = make(tf.data.Dataset)
    read = tf.data.Dataset.load(str(fixtures / "saved_elements" / name), **options)
    assert int(read.cardinality()) == int(made.cardinality())
    pairs = zip(read.as_numpy_iterator(), made.as_numpy_iterator(), strict=True)
    assert all(same(a, b) for a, b in pairs)


def test_a_damaged_file_is_told(tf, tmp_path):
    tf.data.Dataset.range(5).save(str(tmp_path))
    (file,) = tmp_path.rglob("*.snapshot")
    data = bytearray(file.read_bytes())
    data[-6] ^= 1
    file.write_bytes(data)
    with pytest.raises(FormatError, match="damaged"):
        list(tf.data.Dataset.load(str(tmp_path)))


def test_a_snapshot_left_early_is_begun_anew(tf, tmp_path):
    data = tf.data.Dataset.range(5).snapshot(str(tmp_path))
    for value in data:
        if value == 2:
            break
    assert not list(tmp_path.rglob("*.metadata"))
    assert [int(v) for v in data] == [int(v) for v in data] == [0, 1, 2, 3, 4]


def test_another_pipeline_makes_another_snapshot(tf, tmp_path):
    def first(step):
        data = tf.data.Dataset.range(3).map(lambda x: x + step)
        return [int(v) for v in data.snapshot(str(tmp_path))]

    assert first(1) == first(1) == [1, 2, 3]
    assert first(10) == [10, 11, 12]


def test_rows_of_different_lengths_are_not_saved(tf, tmp_path):
    data = tf.data.Dataset.from_tensors(tf.ragged.constant([[1], [2, 3]]))
    with pytest.raises(UnsupportedError, match="cache"):
        data.save(str(tmp_path))
    cached = data.cache(str(tmp_path / "rows"))
    assert [r.to_list() for r in cached] == [r.to_list() for r in cached]


def test_classes_come_in_the_proportions_asked_for(tf):
    kinds = tf.data.Dataset.from_tensor_slices(np.array([0] * 9 + [1])).repeat(400)
    given = kinds.rejection_resample(lambda x: x, [0.5, 0.5], seed=1)
    ones = [int(kind) for kind, _ in given]
    assert 0.45 < np.mean(ones) < 0.55
