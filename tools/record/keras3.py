"""Record what Keras 3 gives for the functions that it added to Keras 2's.

With the reference's Python, from the repository's root:
    PYTHONPATH=src:. python tools/record/keras3.py
Writes tests/fixtures/keras3.json.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.keras.newer import rows

import keras

FIXTURES = Path(__file__).resolve().parents[2] / "tests" / "fixtures"


def main() -> None:
    whole = {
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "tolerance": 2e-6,
        "reason": "float32 sums in another order",
        "values": rows.measure(keras),
    }
    (FIXTURES / "keras3.json").write_text(json.dumps(whole, indent=0) + "\n")


if __name__ == "__main__":
    main()
