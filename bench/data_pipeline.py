"""How fast are slices -> shuffle -> batch epochs beside TensorFlow's tf.data?

Usage: python bench/data_pipeline.py --oracle PYTHON_WITH_TENSORFLOW [--images N]
Both sides run in this call, on the same arrays: 60,000 images of 28x28 float32 and
their labels, shuffle buffer 60,000, batch 32. Prints JSON: epochs per second of each,
and the ratio Penstock / TensorFlow (higher is better).
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time

BATCH, EPOCHS = 32, 3


def arrays(count):
    import numpy as np

    rng = np.random.default_rng(0)
    return rng.random((count, 28, 28), np.float32), rng.integers(0, 10, count)


def measure(Dataset, count):
    """Seconds of each epoch after the first, and the version's own first epoch."""
    data = Dataset.from_tensor_slices(arrays(count)).shuffle(count, seed=1).batch(BATCH)
    seconds = []
    for _ in range(EPOCHS + 1):
        start = time.perf_counter()
        batches = sum(1 for _ in data)
        seconds.append(time.perf_counter() - start)
    assert batches == -(-count // BATCH)
    return {"first_s": seconds[0], "epoch_s": min(seconds[1:])}


def side(name, count):
    if name == "tensorflow":
        import tensorflow as tf

        return measure(tf.data.Dataset, count) | {"version": tf.__version__}
    from penstock.pipeline import Dataset

    return measure(Dataset, count)


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--oracle", help="the Python that has TensorFlow")
    parse.add_argument("--images", type=int, default=60_000)
    parse.add_argument("--side", choices=["tensorflow", "penstock"])
    given = parse.parse_args()
    if given.side:
        print(json.dumps(side(given.side, given.images)))
        return
    out = {"machine": platform.processor(), "cpus": os.cpu_count(), "batch": BATCH}
    quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    for name, python in [("penstock", sys.executable), ("tensorflow", given.oracle)]:
        if python is None:
            continue
        command = [python, __file__, "--side", name, "--images", str(given.images)]
        done = subprocess.run(
            command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, check=True,
        )  # fmt: skip
        out[name] = json.loads(done.stdout.splitlines()[-1])
        out[name]["epochs_per_s"] = 1 / out[name]["epoch_s"]
    if "tensorflow" in out:
        out["ratio"] = (
            out["penstock"]["epochs_per_s"] / out["tensorflow"]["epochs_per_s"]
        )
    print(json.dumps(out, indent=1))


main()
