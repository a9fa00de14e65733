"""Record data sets that tf_keras makes from folders and series.

Run with TensorFlow's Python (-P keeps this folder off its path). Writes
tests/fixtures/directories.npz. Tolerance 1e-3 of 255: TensorFlow interpolates in
float32 in another order; everything else is exact.
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/keras/preprocessing"))

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from cases import folder_of_pictures  # noqa: E402
from directory_cases import PICTURES, TEXTS, WINDOWS, texts  # noqa: E402
from tf_keras import utils  # noqa: E402


def leaves(value):
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in leaves(part)]
    array = np.asarray(value)
    return [array.astype("S") if array.dtype == object else array]


def main():
    arrays = {"version": np.array(tf.__version__)}
    with tempfile.TemporaryDirectory() as top:
        for make, cases in ((folder_of_pictures, PICTURES), (texts, TEXTS)):
            folder = os.path.join(top, make.__name__)
            os.makedirs(folder)
            make(folder)
            for name, case in cases.items():
                for index, leaf in enumerate(leaves(case(utils, folder))):
                    arrays[f"{name}.{index}"] = leaf
        for name, case in WINDOWS.items():
            for index, leaf in enumerate(leaves(case(utils))):
                arrays[f"{name}.{index}"] = leaf
    np.savez_compressed(ROOT / "tests/fixtures/directories.npz", **arrays)


main()
