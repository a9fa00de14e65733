"""Functions of two numbers, broadcasting."""

import numpy as np

from laws.sample import (
    Sample,
    a32,
    bf16,
    bools,
    c64,
    f16,
    f32,
    f64,
    i32,
    i64,
    ints,
    texts,
    uniform,
)

INF, NAN = np.inf, np.nan
FOUR = ["AddV2", "Add", "Sub", "Mul", "RealDiv", "Div", "SquaredDifference"]
EXTREMES = ["Maximum", "Minimum"]
DIVISIONS = ["FloorDiv", "FloorMod", "TruncateDiv", "TruncateMod", "Mod", "Div"]
ORDER = ["Less", "LessEqual", "Greater", "GreaterEqual", "Equal", "NotEqual"]
NO_NAN = ["DivNoNan", "MulNoNan", "Xlogy", "Xlog1py", "Xdivy"]
BROADCAST = [((3, 4), (4,)), ((3, 1), (1, 4)), ((), (2, 3)), ((2, 1, 3), (4, 1))]
BASES = a32([0, 0, 0, -2, -2, 2, NAN, 1])
POWERS = a32([0, 2, 1, 2, 3, NAN, 0, NAN])
X = a32([7, -7, 7, -7, 5, 0, 2.5, INF, NAN, 1, 0, -0.0])
Y = a32([3, 3, -3, -3, 0.5, 2, -1.5, 2, 1, 0, 0, 2])


SAMPLES = [
    *[Sample(name, [f32(3, 4), f32(3, 4)]) for name in FOUR + EXTREMES],
    *[Sample(name, [f32(*a), f32(*b)]) for name in FOUR + EXTREMES
      for a, b in BROADCAST],
    *[Sample(name, [c64(2, 3), c64(3)], vjp=False) for name in FOUR],
    *[Sample(name, [f16(2, 3), f16(3)], vjp=False, rtol=4e-3) for name in FOUR],
    *[Sample(name, [bf16(2, 3), bf16(2, 3)], vjp=False) for name in ["AddV2", "Mul"]],
    *[Sample(name, [f64(2, 3), f64(3)]) for name in FOUR],
    *[Sample(name, [X, Y], vjp=False)
      for name in [*FOUR, *EXTREMES, *DIVISIONS[:5], "DivNoNan"]],
    *[Sample(name, [a32([1, 2, 2, -0.0]), a32([2, 2, 1, 0.0])], vjp=False)
      for name in EXTREMES],
    *[Sample(name, [i32([7, -7, 7, -7, 0, -2**31]), i32([3, 3, -3, -3, 5, -1])])
      for name in DIVISIONS],
    *[Sample(name, [i64([[7, -7], [9, 1]]), i64([2, -3])]) for name in DIVISIONS],
    *[Sample(name, [ints(0, 255, 2, 3, dtype=np.uint8), ints(1, 9, 3, dtype=np.uint8)])
      for name in ["FloorDiv", "AddV2", "Sub", "Mul"]],
    *[Sample(name, [i32([1, 2]), i32([0, 1])]) for name in ["FloorDiv", "FloorMod"]],
    *[Sample(name, [i32([2**31 - 1, -5]), i32([3, 2**31 - 1])])
      for name in ["AddV2", "Sub", "Mul", "Maximum", "Minimum", "SquaredDifference"]],
    *[Sample(name, [f32(0, 3), f32(3)]) for name in ["AddV2", "Mul", "Maximum"]],
    # Powers: bases and exponents at and around zero are TensorFlow's own choices.
    Sample("Pow", [uniform(0.2, 3.0, 3, 4), f32(4)]),
    Sample("Pow", [BASES, POWERS], vjp=False),
    Sample("Pow", [a32([0, -1, 2]), a32(2.0)], vjp=False),
    Sample("Pow", [c64(3), c64(3)], rtol=1e-4, vjp=False, why="complex exp of log"),
    Sample("Pow", [i32([2, -3, 0, 5]), i32([10, 3, 0, 1])]),
    Sample("Pow", [i32([2, 3]), i32([-1, 2])]),
    *[Sample(name, [uniform(-2, 2, 3, 4), uniform(0.3, 2, 4)], vjp=False)
      for name in NO_NAN],
    *[Sample(name, [a32([0, 0, 1, 0, 2]), a32([0, 1, 0, NAN, INF])], vjp=False)
      for name in NO_NAN],
    Sample("Atan2", [f32(3, 4), f32(4)]),
    Sample("Atan2", [a32([0, 0, -0.0, 1]), a32([1, -1, -1, 0])], vjp=False),
    Sample("NextAfter", [a32([0, 1, 1]), a32([1, 2, 0])], vjp=False),
    *[Sample(name, [a32([1, 2, NAN, INF, 0]), a32([2, 2, NAN, INF, -0.0])])
      for name in ORDER],
    *[Sample(name, [i32([[1], [2]]), i32([1, 2, 3])]) for name in ORDER],
    Sample("Equal", [bools(4), bools(4)]),
    Sample("NotEqual", [c64(3), c64(3)]),
    Sample("Equal", [texts(["a", "b"]), texts(["a", "c"])]),
    Sample("Equal", [f32(3), f32(2)], {"incompatible_shape_error": False}),
    Sample("ApproximateEqual", [a32([1, 1, 1]), a32([1, 1.0001, 1.000001])]),
    Sample("ApproximateEqual", [a32([1, 1.2]), a32([1.1, 1])], {"tolerance": 0.15}),
    *[Sample(name, [bools(2, 3), bools(3)]) for name in ["LogicalAnd", "LogicalOr"]],
    Sample("LogicalNot", [bools(4)]),
    Sample("Select", [bools(3, 4), f32(3, 4), f32(3, 4)]),
    Sample("Select", [bools(3), f32(3, 4), f32(3, 4)]),
    Sample("Select", [np.array(True), f32(3, 4), f32(3, 4)]),
    Sample("SelectV2", [bools(3, 1), f32(3, 4), f32(4)]),
    Sample("SelectV2", [bools(4), f32(), f32(3, 4)]),
    Sample("SelectV2", [bools(2), i32([1, 2]), i32([3, 4])]),
]  # fmt: skip
