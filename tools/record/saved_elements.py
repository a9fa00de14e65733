"""Record data sets that TensorFlow saved: tests/fixtures/saved_elements/NAME/.

    ORACLE/bin/python tools/record/saved_elements.py

The elements are those of `DATA` in tests/v2/test_dataset_files.py.
"""

import os
import shutil
import sys
from pathlib import Path

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import tensorflow as tf  # noqa: E402

from v2.saved_elements import DATA  # noqa: E402

FOLDER = ROOT / "tests" / "fixtures" / "saved_elements"
shutil.rmtree(FOLDER, ignore_errors=True)
for name, (make, options, _) in DATA.items():
    make(tf.data.Dataset).save(str(FOLDER / name), **options)
    print(name)
