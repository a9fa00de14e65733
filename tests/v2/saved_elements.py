"""Data sets to be saved: how they are made, with which options, and how they load."""

import numpy as np

DATA = {
    "structure": (
        lambda d: d.from_tensor_slices({"a": [1, 2, 3], "b": np.eye(3)[:, :2]}), {}, {},
    ),
    "texts": (lambda d: d.from_tensor_slices((["x", "yyy"], [True, False])), {}, {}),
    "shards": (lambda d: d.range(5), {"shard_func": lambda x: x % 2}, {}),
    "gzip": (
        lambda d: d.range(5).batch(2), {"compression": "GZIP"}, {"compression": "GZIP"},
    ),
}  # fmt: skip
