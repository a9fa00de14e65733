"""SavedModels that TensorFlow wrote, and TensorFlow's reading of those written here.

    ORACLE/bin/python tools/record/saved_models.py write             -> the fixture
    .venv/bin/python  tools/record/saved_models.py give   FOLDER     Penstock writes
    ORACLE/bin/python tools/record/saved_models.py verify FOLDER     TensorFlow reads

`verify` prints what `answers` gives and fails where it differs from the fixture.
"""

import json
import os
import shutil
import sys
from pathlib import Path

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
os.environ["TF_USE_LEGACY_KERAS"] = "1"
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
KEPT = ROOT / "tests" / "fixtures" / "saved_model"

from v2 import saved  # noqa: E402


def main() -> None:
    what, *rest = sys.argv[1:]
    if what == "give":
        import penstock as tf
        from penstock.v2 import landing

        landing.activate()
        saved.write(tf, rest[0])
        return
    import tensorflow as tf

    if what == "write":
        shutil.rmtree(KEPT, ignore_errors=True)
        saved.write(tf, str(KEPT / "model"))
        for extra in ("fingerprint.pb", "assets"):
            path = KEPT / "model" / extra
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        found = {
            "tensorflow": tf.__version__, "tolerance": 0,
            "answers": saved.answers(tf, str(KEPT / "model")),
        }  # fmt: skip
        (KEPT / "answers.json").write_text(json.dumps(found, indent=0) + "\n")
        return
    kept = json.loads((KEPT / "answers.json").read_text())["answers"]
    found = json.loads(json.dumps(saved.answers(tf, rest[0])))
    print(found)
    assert found == kept, kept
    serve(tf, rest[0], kept["served"])


def serve(tf, folder: str, wanted) -> None:
    """The same signature through the graph alone, as servers run it."""
    v1 = tf.compat.v1
    with v1.Session(graph=tf.Graph()) as session:
        meta = v1.saved_model.load(session, ["serve"], folder)
        signature = meta.signature_def["serving_default"]
        fed = {signature.inputs["x"].name: 3.0}
        found = session.run(signature.outputs["output_0"].name, fed)
    assert found.tolist() == wanted, found


if __name__ == "__main__":
    main()
