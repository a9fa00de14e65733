"""Record what tf_keras' preprocessing gives for tests/keras/preprocessing/cases.py.

Run with TensorFlow's Python. Writes tests/fixtures/preprocessing_images.npz (arrays,
NAME.INDEX) and tests/fixtures/preprocessing_words.json. Tolerance 1e-4 of 255 for
pictures: both sides interpolate with SciPy in double precision and round to float32;
whitening, which divides by small singular values, 1e-3.
"""

import json
import os
import sys
import tempfile
import types
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/keras/preprocessing"))

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf_keras  # noqa: E402
from cases import FOLDERS, IMAGES, WORDS, folder_of_pictures  # noqa: E402


def leaves(value):
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in leaves(part)]
    return [] if value is None else [np.asarray(value)]


def main():
    image = tf_keras.preprocessing.image
    arrays = {"version": np.array(tf.__version__)}
    with tempfile.TemporaryDirectory() as folder:
        folder_of_pictures(folder)
        for name, case in (IMAGES | FOLDERS).items():
            found = case(image, folder) if name in FOLDERS else case(image)
            for index, leaf in enumerate(leaves(found)):
                # Pictures in quarter steps of a byte would round away; half floats
                # would too. Single precision is what is compared.
                kept = leaf.astype("float32") if leaf.dtype == np.float64 else leaf
                arrays[f"{name}.{index}"] = kept
    np.savez_compressed(ROOT / "tests/fixtures/preprocessing_images.npz", **arrays)
    K = types.SimpleNamespace(
        text=tf_keras.preprocessing.text,
        sequence=tf_keras.preprocessing.sequence,
        utils=tf_keras.utils,
    )
    words = {name: case(K) for name, case in WORDS.items()}
    head = {"tensorflow": tf.__version__, "tolerance": 1e-12, "cases": words}
    text = json.dumps(head, separators=(",", ":"))
    (ROOT / "tests/fixtures/preprocessing_words.json").write_text(text + "\n")


main()
