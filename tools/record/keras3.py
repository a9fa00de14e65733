"""Record what Keras 3 gives for the functions that it added to Keras 2's.

With the reference's Python, from the repository's root:
    PYTHONPATH=src:. python tools/record/keras3.py
Writes tests/fixtures/keras3.json, keras3_ops.json and keras3_more_ops.json.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.keras.newer import rows as newer
from tests.keras.ops import more_rows, rows

import keras

FIXTURES = Path(__file__).resolve().parents[2] / "tests" / "fixtures"


def write(name: str, values, tolerance: float) -> None:
    whole = {
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "tolerance": tolerance,
        "reason": "float32 sums in another order",
        "values": values,
    }
    (FIXTURES / f"{name}.json").write_text(json.dumps(whole, indent=0) + "\n")


def main() -> None:
    write("keras3", newer.measure(keras), 2e-6)
    write("keras3_ops", rows.measure(keras.ops, rows.ROWS), 1e-5)
    more = rows.measure(keras.ops, more_rows.ROWS)
    write("keras3_more_ops", more, 1e-5)


if __name__ == "__main__":
    main()
