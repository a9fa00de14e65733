"""Record what tf.data gives for tests/pipeline/pipelines.py, by TensorFlow's Python.

Writes tests/fixtures/data.json: per pipeline two passes, spec and cardinality, or the
class of the error. Values are exact (tolerance 0): they are orders and copies.
"""

import itertools
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/pipeline"))

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from pipelines import PIPELINES, text_pipelines  # noqa: E402


def plain(value):
    if isinstance(value, tuple):
        return {"tuple": [plain(v) for v in value]}
    if isinstance(value, dict):
        return {"dict": {k: plain(v) for k, v in value.items()}}
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, np.ndarray) and value.dtype == object:
        return [plain(v) for v in value]
    return np.asarray(value).tolist()


def spec(value):
    if isinstance(value, tuple):
        return {"tuple": [spec(v) for v in value]}
    if isinstance(value, dict):
        return {"dict": {k: spec(v) for k, v in value.items()}}
    shape = None if value.shape.rank is None else value.shape.as_list()
    return [value.dtype.name, shape]


def record(build):
    try:
        dataset = build()
        passes = [
            [plain(e) for e in itertools.islice(dataset.as_numpy_iterator(), 400)]
            for _ in range(2)
        ]
        count = int(dataset.cardinality())
        return {"passes": passes, "spec": spec(dataset.element_spec), "count": count}
    except Exception as error:
        return {"error": type(error).__name__}


def main():
    D = tf.data.Dataset
    out = {name: record(lambda p=p: p(D)) for name, p in PIPELINES.items()}
    faces = {
        "TextLineDataset": tf.data.TextLineDataset,
        "FixedLengthRecordDataset": tf.data.FixedLengthRecordDataset,
        "CsvDataset": tf.data.experimental.CsvDataset,
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, (face, args, more) in text_pipelines(folder).items():
            out[name] = record(lambda f=face, a=args, m=more: faces[f](*a, **m))
    head = {"tensorflow": tf.__version__, "tolerance": 0, "pipelines": out}
    text = json.dumps(head, indent=None, separators=(",", ":"))
    (ROOT / "tests/fixtures/data.json").write_text(text.replace('},"', '},\n"') + "\n")


main()
