"""Record what the snippets of tests/v2/snippets print on TensorFlow.

    ORACLE/bin/python tools/record/v2_snippets.py [TOPIC ...]

writes `tests/fixtures/v2_TOPIC.json`. Every snippet starts from `set_seed(1)`.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
os.environ["TF_USE_LEGACY_KERAS"] = "1"

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import tensorflow as tf  # noqa: E402

from v2 import recorded  # noqa: E402


def printed(code: str) -> str:
    """Run from a file: autograph wants to read the source."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(code)
        file.flush()
        return recorded.run(code, tf, file.name)


def main() -> None:
    for topic in sys.argv[1:] or recorded.topics():
        rows = {}
        for name, code in recorded.read(topic).items():
            try:
                rows[name] = {"code": code, "printed": printed(code)}
            except Exception as error:
                print(f"{topic}: {name}: {type(error).__name__}: {error}")
        kept = {
            "tensorflow": tf.__version__,
            "seed": 1,
            "tolerance": "1e-5: float32 sums in another order",
            "snippets": rows,
        }
        path = ROOT / "tests" / "fixtures" / f"v2_{topic}.json"
        path.write_text(json.dumps(kept, indent=0) + "\n")
        print(f"{topic}: {len(rows)} snippets")


if __name__ == "__main__":
    main()
