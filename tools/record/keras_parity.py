"""Record the losses of tf_keras' first hundred steps, and its accuracies.

With the reference's Python, from the repository's root; FOLDER holds Fashion-MNIST's
four files:
    PYTHONPATH=src:. python tools/record/keras_parity.py FOLDER
Writes tests/fixtures/keras_parity.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
import tf_keras
from tests.keras.training import parity

PATH = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "keras_parity.json"
SEEDS, EPOCHS = [1, 2, 3, 4, 5], 5


def followed(x, y, names=None, digits: int = 6) -> dict[str, list[float]]:
    out = {}
    for name, layers, optimizer, options in parity.cases():
        if names is not None and name not in names:
            continue
        tf_keras.backend.clear_session()
        made = parity.model(tf_keras, layers, optimizer, options, x.shape[1])
        out[name] = [round(v, digits) for v in parity.losses(tf_keras, made, x, y)]
    return out


def followed_exactly(folder: Path) -> dict:
    """In float64, where float32 sums in another order part too soon to compare."""
    tf_keras.backend.set_floatx("float64")
    try:
        return {
            name: followed(x.astype("float64"), y, parity.IN_FLOAT64, 8)
            for name, (x, y) in (
                ("digits", parity.digits()), ("fashion", parity.fashion(folder)),
            )
        }  # fmt: skip
    finally:
        tf_keras.backend.set_floatx("float32")


def measured(folder: Path) -> dict:
    from penstock.formats.idx import read_idx

    parts = [
        read_idx(folder / f"{part}-ubyte.gz", rank)
        for part, rank in (
            ("train-images-idx3", 3), ("train-labels-idx1", 1),
            ("t10k-images-idx3", 3), ("t10k-labels-idx1", 1),
        )
    ]  # fmt: skip
    x, y, t, u = parts
    scale = np.float32(255)
    found = parity.accuracies(tf_keras, (x / scale, y), (t / scale, u), SEEDS, EPOCHS)
    return {"seeds": SEEDS, "epochs": EPOCHS, "found": found}


def main() -> None:
    folder = Path(sys.argv[1])
    known = {
        "tensorflow": tf.__version__, "tf_keras": tf_keras.__version__,
        "seed": parity.SEED, "tolerance": 1e-4,
        "reason": "float32 sums in another order, carried through a hundred steps",
        "digits": followed(*parity.digits()),
        "fashion": followed(*parity.fashion(folder)),
        "float64": followed_exactly(folder), "float64 tolerance": 1e-6,
        "accuracies": measured(folder),
    }  # fmt: skip
    PATH.write_text(json.dumps(known) + "\n")


if __name__ == "__main__":
    main()
