"""Reductions, ranges, positions of extremes."""

import numpy as np

from laws.sample import Sample, a32, bf16, bools, c64, f16, f32, f64, i32, i64, ints

INF, NAN = np.inf, np.nan
ALL = ["Sum", "Mean", "Max", "Min", "Prod", "EuclideanNorm"]
AXES = [i32(1), i32([0, 2]), i32([-1]), i32([0, 1, 2]), i32([])]


def _range(start, limit, delta, kind):
    return Sample("Range", [np.array(v, kind) for v in (start, limit, delta)])


SAMPLES = [
    *[Sample(name, [f32(2, 3, 4), axis]) for name in ALL for axis in AXES],
    *[Sample(name, [f32(2, 3, 4), i32([1])], {"keep_dims": True}) for name in ALL],
    *[Sample(name, [f64(2, 3), i64([0])]) for name in ALL],
    *[Sample(name, [f16(2, 3), i32([0])], rtol=4e-3, vjp=False) for name in ALL[:5]],
    *[Sample(name, [bf16(2, 3), i32([0])], vjp=False) for name in ALL[:4]],
    *[Sample(name, [c64(2, 3), i32([0])], vjp=False)
      for name in ["Sum", "Mean", "Prod"]],
    *[Sample(name, [ints(-9, 9, 3, 4), i32([1])]) for name in ALL[:5]],
    *[Sample(name, [ints(0, 255, 3, 4, dtype=np.uint8), i32([1])])
      for name in ["Sum", "Mean", "Max"]],
    *[Sample(name, [f32(0, 3), i32([0])], grad=False) for name in ALL],
    *[Sample(name, [f32(0, 3), i32([1])]) for name in ALL],
    *[Sample(name, [np.zeros((0, 2), np.int32), i32([0])]) for name in ALL[:5]],
    *[Sample(name, [a32([[1, NAN], [INF, 2], [-INF, INF]]), i32(1)], vjp=False)
      for name in ALL],
    *[Sample(name, [a32([[1, 2, 2], [3, 3, 3], [0, -1, 0]]), i32(1)], vjp=False)
      for name in ["Max", "Min"]],
    Sample("Prod", [a32([[0, 2, 3], [0, 0, 4], [1, 2, 3]]), i32(1)], vjp=False),
    Sample("EuclideanNorm", [a32([[0, 0], [3, 4]]), i32(1)], vjp=False),
    *[Sample(name, [bools(3, 4), i32(0)]) for name in ["All", "Any"]],
    *[Sample(name, [bools(3, 4), i32([0, 1])], {"keep_dims": True})
      for name in ["All", "Any"]],
    *[Sample(name, [np.zeros((0, 2), bool), i32([0])]) for name in ["All", "Any"]],
    *[Sample(name, [f32(3, 4), axis]) for name in ["ArgMax", "ArgMin"]
      for axis in [i32(0), i32(-1)]],
    *[Sample(name, [f32(3, 4), i64(1)], {"output_type": "int32"})
      for name in ["ArgMax", "ArgMin"]],
    *[Sample(name, [a32(row), i32(0)]) for name in ["ArgMax", "ArgMin"]
      for row in [[NAN, 1, 2], [1, NAN, 2], [3, 3, 1, 1], [-INF, -INF], [INF, INF]]],
    *[Sample(name, [ints(-5, 5, 3, 4), i32(1)]) for name in ["ArgMax", "ArgMin"]],
    Sample("ArgMax", [bools(5), i32(0)]),
    Sample("ArgMax", [f32(0), i32(0)]),
    _range(2, 11, 3, np.int32),
    _range(5, -3, -2, np.int64),
    _range(0, 1, 0.25, np.float32),
    _range(0, 1, 0.1, np.float32),
    _range(3, 3, 1, np.int32),
    Sample("LinSpace", [a32(1.0), a32(2.0), i32(5)]),
    Sample("LinSpace", [np.array(0.0), np.array(1.0), i32(1)]),
    Sample("LinSpace", [a32(0.0), a32(0.7), i32(11)]),
]  # fmt: skip
