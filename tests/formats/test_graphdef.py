"""Graph messages in both forms, and what is said of other bytes."""

import pytest

from formats.recorded import FIXTURES
from penstock.formats.errors import MalformedError
from penstock.formats.graphdef import (
    GraphDef,
    MetaGraphDef,
    SavedModel,
    from_bytes,
    from_text,
    read_message,
    to_text,
    write_message,
)


def test_reads_tensorflow_s_meta_graph():
    meta = read_message(FIXTURES / "v1" / "model.ckpt-3.meta", MetaGraphDef)
    assert meta.meta_info_def.tensorflow_version.startswith("2.")
    assert {node.op for node in meta.graph_def.node} >= {"SaveV2", "RestoreV2"}
    assert meta.saver_def.max_to_keep == 2


@pytest.mark.parametrize("name", ["g.pb", "g.pbtxt"])
def test_round_trip(tmp_path, name):
    meta = read_message(FIXTURES / "v1" / "model.ckpt-3.meta", MetaGraphDef)
    write_message(tmp_path / name, meta.graph_def)
    assert read_message(tmp_path / name, GraphDef) == meta.graph_def
    saved = SavedModel(saved_model_schema_version=1, meta_graphs=[meta])
    write_message(tmp_path / name, saved)
    assert read_message(tmp_path / name, SavedModel).meta_graphs[0] == meta


def test_text_is_text(tmp_path):
    graph = from_text('node { name: "a" op: "NoOp" }', GraphDef)
    write_message(tmp_path / "g.pb", graph, as_text=True)
    assert (tmp_path / "g.pb").read_text() == to_text(graph)
    assert 'name: "a"' in to_text(graph)


def test_bad_bytes(tmp_path):
    (tmp_path / "g.pbtxt").write_text("node { name: 3 }")
    with pytest.raises(MalformedError, match=r"g\.pbtxt: no GraphDef in text form"):
        read_message(tmp_path / "g.pbtxt", GraphDef)
    with pytest.raises(MalformedError, match="model: no GraphDef message"):
        from_bytes(b"\xff" * 20, GraphDef, "model")
    with pytest.raises(MalformedError):
        from_text("node {" * 5000, GraphDef)
    with pytest.raises(MalformedError):
        from_text(b"\xff", GraphDef)
