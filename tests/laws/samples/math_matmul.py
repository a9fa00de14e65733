"""Matrix products and running sums."""

from laws.sample import Sample, a32, bf16, c64, f16, f32, f64, i32, ints

FLAGS = [(False, False), (False, True), (True, False), (True, True)]


def _shape(rows, columns, turned):
    return (columns, rows) if turned else (rows, columns)


SAMPLES = [
    *[Sample("MatMul", [f32(*_shape(2, 3, a)), f32(*_shape(3, 4, b))],
             {"transpose_a": a, "transpose_b": b}) for a, b in FLAGS],
    *[Sample("MatMul", [c64(*_shape(2, 3, a)), c64(*_shape(3, 4, b))],
             {"transpose_a": a, "transpose_b": b}, vjp=False) for a, b in FLAGS],
    Sample("MatMul", [ints(-9, 9, 2, 3), ints(-9, 9, 3, 2)]),
    Sample("MatMul", [f16(2, 3), f16(3, 2)], rtol=5e-3, vjp=False),
    Sample("MatMul", [bf16(2, 3), bf16(3, 2)], vjp=False),
    Sample("MatMul", [f64(2, 3), f64(3, 2)]),
    Sample("MatMul", [f32(0, 3), f32(3, 2)]),
    Sample("MatMul", [f32(2, 0), f32(0, 2)]),
    *[Sample("SparseMatMul", [f32(*_shape(2, 3, a)), f32(*_shape(3, 4, b))],
             {"transpose_a": a, "transpose_b": b}) for a, b in FLAGS],
    *[Sample(name, [f32(5, *_shape(2, 3, a)), f32(5, *_shape(3, 4, b))],
             {"adj_x": a, "adj_y": b})
      for name in ["BatchMatMul", "BatchMatMulV2"] for a, b in FLAGS],
    *[Sample("BatchMatMulV2", [c64(*_shape(2, 3, a)), c64(*_shape(3, 4, b))],
             {"adj_x": a, "adj_y": b}, vjp=False) for a, b in FLAGS],
    Sample("BatchMatMulV2", [f32(5, 1, 2, 3), f32(4, 3, 2)]),
    Sample("BatchMatMulV2", [f32(2, 3), f32(4, 3, 2)]),
    Sample("BatchMatMulV3", [f32(4, 2, 3), f32(3, 2)], {"Tout": "float32"}),
    Sample("Cross", [f32(2, 3), f32(2, 3)]),
    *[Sample(name, [f32(3, 4), i32(1)], {"exclusive": e, "reverse": r})
      for name in ["Cumsum", "Cumprod", "CumulativeLogsumexp"] for e, r in FLAGS],
    *[Sample(name, [f32(3, 4), i32(-2)]) for name in ["Cumsum", "Cumprod"]],
    Sample("Cumsum", [ints(-9, 9, 3, 4), i32(0)]),
    Sample("Cumsum", [f32(0, 3), i32(0)]),
    Sample("Cumprod", [a32([1, 0, 2, 3]), i32(0)], vjp=False),
    Sample("Cumprod", [c64(3), i32(0)], vjp=False),
]  # fmt: skip
