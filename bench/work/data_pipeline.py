"""Epochs of slices -> shuffle -> batch by one of the engines; prints JSON.

python data_pipeline.py penstock|tensorflow
"""

import json
import sys
import time

import numpy as np

COUNT, BATCH, EPOCHS = 60_000, 32, 3

if sys.argv[1] == "tensorflow":
    from tensorflow.data import Dataset
else:
    from penstock.pipeline import Dataset

draw = np.random.default_rng(0)
images = draw.random((COUNT, 28, 28), np.float32)
labels = draw.integers(0, 10, COUNT)
data = Dataset.from_tensor_slices((images, labels)).shuffle(COUNT, seed=1).batch(BATCH)
seconds = []
for _ in range(EPOCHS + 1):
    start = time.perf_counter()
    batches = sum(1 for _ in data)
    seconds.append(time.perf_counter() - start)
assert batches == -(-COUNT // BATCH)
print(json.dumps({"first_s": seconds[0], "epoch_s": min(seconds[1:])}))
