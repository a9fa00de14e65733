"""Cross entropies with logits."""

import numpy as np

from laws.sample import Sample, a32, f16, f32, f64, i32, i64, uniform

ONE_HOT = np.eye(4, dtype=np.float32)[[1, 3, 0]]
LARGE = a32([[1e4, -1e4, 0.0], [1e4, 1e4, 1e4], [-1e4, 0.0, -1e4]])
DENSE, SPARSE = "SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits"
INF = np.inf

SAMPLES = [
    # The incoming gradient of the second output is the second order's business.
    Sample(DENSE, [f32(3, 4), ONE_HOT], vjp=False),
    Sample(DENSE, [f32(3, 4), uniform(0, 1, 3, 4)], vjp=False),
    Sample(DENSE, [f64(3, 4), ONE_HOT.astype(np.float64)], vjp=False),
    Sample(DENSE, [f16(3, 4), ONE_HOT.astype(np.float16)], vjp=False, rtol=5e-3,
           why="half precision"),
    Sample(DENSE, [LARGE, np.eye(3, dtype=np.float32)], vjp=False),
    Sample(DENSE, [a32([[0.0, -INF, 1.0]]), a32([[1.0, 0.0, 0.0]])], vjp=False,
           grad=False),
    Sample(DENSE, [f32(3, 4), f32(1, 4)], vjp=False, grad=False),
    Sample(SPARSE, [f32(3, 4), i32([1, 3, 0])], vjp=False),
    Sample(SPARSE, [f32(3, 4), i64([1, 3, 0])], vjp=False),
    Sample(SPARSE, [f64(3, 4), i64([1, 3, 0])], vjp=False),
    Sample(SPARSE, [LARGE, i32([0, 1, 2])], vjp=False),
    Sample(SPARSE, [a32([[0.0, -INF, 1.0]]), i32([0])], vjp=False, grad=False),
    Sample(SPARSE, [f32(2, 4), i32([1, 4])]),
    Sample(SPARSE, [f32(2, 4), i32([-1, 0])]),
    Sample(SPARSE, [f32(0, 4), np.zeros(0, np.int32)], vjp=False),
]  # fmt: skip
