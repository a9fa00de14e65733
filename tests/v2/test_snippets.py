"""Every snippet prints what TensorFlow printed."""

import json

import pytest

from v2 import recorded

#: Here every character counts: how tensors are shown.
EXACT = {"printing"}

#: What a topic needs beside Penstock's own dependencies.
NEEDS = {"lookup_more": "farmhash", "feature_column": "farmhash"}

ROWS = [(topic, name) for topic in recorded.topics() for name in recorded.read(topic)]


@pytest.mark.parametrize(("topic", "name"), ROWS)
def test_prints_what_tensorflow_prints(topic, name, fixtures, tf):
    if topic in NEEDS:
        pytest.importorskip(NEEDS[topic])
    kept = json.loads((fixtures / f"v2_{topic}.json").read_text())
    code = recorded.read(topic)[name]
    assert kept["snippets"][name]["code"] == code, "record it again"
    theirs = kept["snippets"][name]["printed"]
    mine = recorded.run(code, tf, f"{topic}: {name}")
    if topic in EXACT:
        assert mine == theirs
    else:
        assert recorded.same(mine, theirs), f"{mine}\n--- but TensorFlow\n{theirs}"
