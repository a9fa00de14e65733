"""GraphDefs with loops and branches, as TensorFlow writes them, and their results.

    ORACLE/bin/python tools/record/graphs.py

Writes tests/fixtures/graphs/<program>.pb and results.json. With `--read FOLDER` it
reads GraphDefs that Penstock wrote there instead, and fails where a result differs.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_USE_LEGACY_KERAS"] = "1"  # rnn_cell lives there
TESTS = Path(__file__).resolve().parents[2] / "tests"
sys.path.insert(0, str(TESTS / "saving"))

import graph_programs  # noqa: E402
import tensorflow.compat.v1 as tf  # noqa: E402

FIXTURES = TESTS / "fixtures" / "graphs"


def record() -> int:
    tf.disable_v2_behavior()
    FIXTURES.mkdir(exist_ok=True)
    results = {"tensorflow": tf.__version__}
    for name in graph_programs.PROGRAMS:
        message, results[name] = graph_programs.written(tf, name)
        (FIXTURES / f"{name}.pb").write_bytes(message.SerializeToString())
    results["trained"] = graph_programs.trained(tf, str(FIXTURES / "trained"))
    (FIXTURES / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    return 0


def read(folder: Path) -> int:
    tf.disable_v2_behavior()
    wanted = json.loads((FIXTURES / "results.json").read_text())
    failed = 0
    for path in sorted(folder.glob("*.pb")):
        got = graph_programs.read(tf, tf.GraphDef.FromString(path.read_bytes()))
        same = all(
            abs(a - b) < 1e-5 for a, b in zip(got, wanted[path.stem], strict=True)
        )
        failed += not same
        print(path.stem, "ok" if same else f"differs: {got} != {wanted[path.stem]}")
    return failed


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(read(Path(arguments[1])) if arguments[:1] == ["--read"] else record())
