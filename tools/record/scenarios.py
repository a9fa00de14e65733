"""What TensorFlow gives for the programs of tests/v1/scenarios.

    ORACLE/bin/python tools/record/scenarios.py [family ...]

Writes tests/fixtures/v1_<family>.npz with TensorFlow's version. Seeds stand in the
programs, tolerances with the test (tests/v1/test_scenarios.py).
"""

import os
import sys
import traceback
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_USE_LEGACY_KERAS"] = "1"  # tf.layers and rnn_cell live there
TESTS = Path(__file__).resolve().parents[2] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "v1")]

import warnings  # noqa: E402

import recorded_scenarios  # noqa: E402
import tensorflow.compat.v1 as tf  # noqa: E402
from scenarios import FAMILIES, scenarios  # noqa: E402

warnings.simplefilter("ignore")
tf.disable_v2_behavior()
tf.disable_control_flow_v2()
tf.logging.set_verbosity(tf.logging.ERROR)


def main(families):
    failed = 0
    for family in families or FAMILIES:
        results = {}
        for name, program in scenarios(family).items():
            try:
                with tf.Graph().as_default():
                    results[name] = program(tf)
            except Exception:
                failed += 1
                print(f"{family}: {name}:", traceback.format_exc()[-1500:])
        size = recorded_scenarios.save(family, tf.__version__, results)
        print(f"{family}: {len(results)} scenarios, {size} bytes")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
