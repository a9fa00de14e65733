"""Record what Keras' load_data makes of the files of tests/keras/datasets/published.py.

Run with TensorFlow's Python. Writes tests/fixtures/datasets.json: dtypes, shapes,
lists, and weighted sums (tolerance 1e-6 of the sum's size: order of addition), and
Progbar's output under a fixed clock (exact). tf_keras; Keras 3 for california_housing.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/keras/datasets"))
sys.path.insert(0, str(ROOT / "tests/keras/utils"))

import tf_keras  # noqa: E402
from bars import BARS, drawn  # noqa: E402
from published import LOADS, summary, write_all  # noqa: E402

import keras  # noqa: E402


def place(fname=None, cache_subdir="datasets", untar=False, **_):
    return os.path.join(os.environ["KERAS_HOME"], cache_subdir, fname)


def main():
    out = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["KERAS_HOME"] = folder + "/home"
        write_all(Path(folder) / "home")
        for name in ("cifar-10-batches-py", "cifar-100-python"):
            os.system(f"cd {folder}/home/datasets && tar xzf {name}.tar.gz")
        for name, (module, settings) in LOADS.items():
            source = keras if module == "california_housing" else tf_keras
            found = getattr(source.datasets, module)
            inner = sys.modules[found.load_data.__module__]
            with mock.patch.object(inner, "get_file", place):
                out[name] = summary(inner.load_data(**settings))
    bars = {name: drawn(tf_keras.utils.Progbar, name) for name in BARS}
    head = {
        "tf_keras": tf_keras.__version__,
        "keras": keras.__version__,
        "tolerance": 1e-6,
        "labels": list(tf_keras.datasets.reuters.get_label_names()),
        "loads": out,
        "bars": bars,
    }
    text = json.dumps(head, separators=(",", ":"))
    (ROOT / "tests/fixtures/datasets.json").write_text(text + "\n")


main()
