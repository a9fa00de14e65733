"""Event files, both ways, and TensorFlow's histograms."""

import json

import numpy as np
import pytest

from formats.recorded import FIXTURES, recorder
from penstock.formats import events
from penstock.formats.tensor_proto import make_ndarray


def test_reads_what_tensorflow_wrote():
    name = "events.out.tfevents.1700000000.host"
    first, second = events.read_events(FIXTURES / "events" / f"{name}.v1")
    assert first.file_version == events.FILE_VERSION
    scalar, histogram, image = second.summary.value
    assert second.step == 5 and scalar.simple_value == 0.25
    assert histogram.histo.num == 50
    assert (image.image.height, image.image.width) == (2, 3)
    _, second = events.read_events(FIXTURES / "events" / f"{name}.v2")
    assert make_ndarray(second.summary.value[0].tensor) == np.float32(0.5)


def test_histograms_equal_tensorflow_s():
    stored = json.loads((FIXTURES / "histograms.json").read_text())
    for name, data in recorder.histogram_cases().items():
        got = events.histogram("h", data).histo
        for part in ("min", "max", "num"):
            assert getattr(got, part) == stored[name][part]
        # Sums of 200 numbers, added in another order.
        assert got.sum == pytest.approx(stored[name]["sum"], rel=1e-12)
        assert got.sum_squares == pytest.approx(stored[name]["sum_squares"], rel=1e-12)
        assert list(got.bucket_limit) == stored[name]["bucket_limit"]
        assert list(got.bucket) == stored[name]["bucket"]


def test_round_trip(tmp_path):
    with events.EventWriter(tmp_path / "log", suffix=".x") as writer:
        content = events.summary(
            events.scalar("loss", 0.5),
            events.image("picture", b"png", 2, 3, 1),
            events.audio("sound", b"wav", 44100.0, 1, 10),
            events.tensor("t", np.arange(3)),
            events.histogram("h", [1.0, 2.0]),
        )
        writer.add_summary(content, 3, wall_time=12.5)
        writer.add_summary(content.SerializeToString(), np.int64(4))
        writer.add_graph(b"graph")
        writer.add_meta_graph(b"meta")
        writer.flush()
        # TensorBoard reads while the program still writes.
        version, *found = events.read_events(writer.path)
    assert version.file_version == events.FILE_VERSION
    assert (found[0].wall_time, found[0].step) == (12.5, 3)
    assert found[0].summary == found[1].summary == content
    assert (found[2].graph_def, found[3].meta_graph_def) == (b"graph", b"meta")
    with pytest.raises(ValueError, match="closed"):
        writer.add_summary(content)


def test_histogram_refuses_nan():
    with pytest.raises(ValueError, match="'w': values hold NaN"):
        events.histogram("w", [1.0, np.nan])
