"""The nodes that TensorFlow adds for the calls of tests/api/*_calls.py.

    ORACLE/bin/python tools/record/nodes.py [math ...]

Writes tests/fixtures/nodes_<family>.json: for each call the names and types of its
nodes in order, and dtype and static shape of what it returned. Exact: no tolerance.
"""

import json
import os
import sys
from importlib import import_module
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)


ROOT = Path(__file__).resolve().parents[2] / "tests"


def describe(result):
    tensors = [t for t in tf.nest.flatten(result) if isinstance(t, tf.Tensor)]
    return [
        [
            t.dtype.base_dtype.name,
            t.shape.as_list() if t.shape.rank is not None else None,
        ]
        for t in tensors
    ]


def record(call, make):
    with tf.Graph().as_default() as graph:
        names = make(tf)
        before = len(graph.get_operations())
        result = eval(call, {"tf": tf, "np": np, **names})
        nodes = [[n.name, n.type] for n in graph.get_operations()[before:]]
        return {"nodes": nodes, "results": describe(result)}


def main(families):
    for family in families or [p.stem[:-6] for p in (ROOT / "api").glob("*_calls.py")]:
        module = import_module(f"api.{family}_calls")
        calls = {}
        for call in module.CALLS:
            try:
                calls[call] = record(call, module.inputs)
            except Exception as error:
                print(f"{family}: {call}: {type(error).__name__}: {error}"[:200])
        path = ROOT / "fixtures" / f"nodes_{family}.json"
        head = {"tensorflow": tf.__version__, "calls": calls}
        path.write_text(json.dumps(head, indent=0).replace("\n", "") + "\n")
        print(f"{family}: {len(calls)} calls, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
