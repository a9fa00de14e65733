"""Records and Examples, both ways."""

import gc
import gzip

import pytest

from formats.recorded import FIXTURES, recorder
from penstock.formats import example
from penstock.formats.errors import MalformedError
from penstock.formats.tfrecord import COMPRESSIONS, RecordWriter, read_records


def _stored(compression):
    dot = f".{compression.lower()}" if compression else ""
    return FIXTURES / f"records{dot}.tfrecord"


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_reads_what_tensorflow_wrote(compression):
    assert list(read_records(_stored(compression), compression)) == recorder.records()


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_round_trip(tmp_path, compression):
    path = tmp_path / "r"
    with RecordWriter(path, compression, level=9) as writer:
        for item in recorder.records():
            writer.write(item)
        assert not path.exists()
    assert list(read_records(path, compression)) == recorder.records()
    if not compression:
        assert path.read_bytes() == _stored("").read_bytes()
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"")


def test_flush_shows_the_records_so_far(tmp_path):
    for compression in ("", None):
        writer = RecordWriter(tmp_path / "r", compression)
        writer.write(b"one")
        writer.flush()
        assert list(read_records(tmp_path / "r")) == [b"one"]
        writer.write(b"two")
        writer.close()
        assert list(read_records(tmp_path / "r")) == [b"one", b"two"]


def test_a_forgotten_writer_closes_itself(tmp_path):
    RecordWriter(tmp_path / "r").write(b"one")
    gc.collect()
    assert list(read_records(tmp_path / "r")) == [b"one"]
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_gzip_of_several_members(tmp_path):
    plain = _stored("").read_bytes()
    data = gzip.compress(plain[:100]) + gzip.compress(plain[100:])
    (tmp_path / "r").write_bytes(data)
    assert list(read_records(tmp_path / "r", "GZIP")) == recorder.records()


def test_wrong_arguments(tmp_path):
    with pytest.raises(ValueError, match="compression is one of"):
        list(read_records(tmp_path / "r", "gzip"))
    with RecordWriter(tmp_path / "r") as writer, pytest.raises(TypeError, match="str"):
        writer.write("text")


def test_example_equals_tensorflow_s():
    stored = (FIXTURES / "example.bin").read_bytes()
    made = recorder.make_example(example)
    assert made.SerializeToString(deterministic=True) == stored
    parsed = example.parse_example(stored)
    assert parsed.features.feature["label"].WhichOneof("kind") == "int64_list"
    assert list(parsed.features.feature["weights"].float_list.value) == [0.5, -2.0]
    with pytest.raises(MalformedError, match="record 3: no Example"):
        example.parse_example(stored[:-1], "record 3")


def test_sequence_example_round_trip():
    made = example.SequenceExample()
    made.context.feature["n"].int64_list.value.append(2)
    words = made.feature_lists.feature_list["words"]
    for word in (b"a", b"b"):
        words.feature.add().bytes_list.value.append(word)
    assert example.parse_sequence_example(made.SerializeToString()) == made
