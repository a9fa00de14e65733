"""Segments, bins, bits, Fourier transforms, Einstein sums."""

import numpy as np

from laws.sample import Sample, a32, c64, f32, f64, i32, i64, ints

SORTED = ["SegmentSum", "SegmentMean", "SegmentProd", "SegmentMax", "SegmentMin"]
UNSORTED = [
    "UnsortedSegmentSum", "UnsortedSegmentProd", "UnsortedSegmentMax",
    "UnsortedSegmentMin",
]  # fmt: skip
SPARSE = ["SparseSegmentSum", "SparseSegmentMean", "SparseSegmentSqrtN"]
BITS = ["BitwiseAnd", "BitwiseOr", "BitwiseXor"]
TIES = a32([[1, 2], [1, 5], [3, 2], [0, 0]])
SUMS = [
    ("ij,jk->ik", [(2, 3), (3, 4)]),
    ("ij->ji", [(2, 3)]),
    ("ij->", [(2, 3)]),
    ("ij->j", [(2, 3)]),
    ("ii->i", [(3, 3)]),
    ("ii->", [(3, 3)]),
    ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]),
    ("bij,jk->bik", [(2, 3, 4), (4, 5)]),
    ("i,j->ij", [(3,), (4,)]),
    ("ij,ij->", [(3, 4), (3, 4)]),
    ("...ij,...jk->...ik", [(2, 3, 4), (2, 4, 5)]),
    ("...ij,...jk->...ik", [(2, 3, 4), (4, 5)]),
    ("ab,bc->c", [(2, 3), (3, 4)]),
    ("bhqd,bhkd->bhqk", [(2, 2, 3, 4), (2, 2, 5, 4)]),
]


def _ends(name, *inputs, **attrs):
    return Sample(name, list(inputs), attrs, rtol=1e-4, why="sums of waves in float32")


SAMPLES = [
    *[Sample(name, [f32(5, 3), i32([0, 0, 1, 3, 3])]) for name in SORTED],
    *[Sample(name, [TIES, i32([0, 0, 0, 1])]) for name in SORTED],
    *[Sample(name, [ints(-9, 9, 4, 2), i64([0, 0, 2, 2])]) for name in SORTED],
    *[Sample(name, [f32(3, 2), i32([1, 0, 2])]) for name in SORTED[:1]],
    *[Sample(name, [f32(5, 3), i32([2, 0, 2, -1, 0]), i32(4)], vjp=False)
      for name in UNSORTED],
    *[Sample(name, [f32(2, 3, 2), np.array([[0, 1, 0], [2, 2, 1]], np.int32), i32(3)],
             vjp=False) for name in UNSORTED],
    *[Sample(name, [TIES, i32([0, 0, 0, 1]), i32(2)], vjp=False) for name in UNSORTED],
    *[Sample(name, [ints(-9, 9, 4, 2), i32([1, 0, 1, 0]), i64(3)])
      for name in UNSORTED],
    Sample("UnsortedSegmentSum", [f32(3, 2), i32([0, 5, 1]), i32(2)], grad=False),
    *[Sample(name, [f32(5, 3), i32([4, 0, 0, 2]), i32([0, 0, 1, 3])])
      for name in SPARSE],
    *[Sample(f"{name}WithNumSegments",
             [f32(5, 3), i32([4, 0, 2]), i32([0, 0, 1]), i32(4)], grad=False)
      for name in SPARSE],
    Sample("Bucketize", [a32([-1, 0, 2.5, 9])], {"boundaries": [0.0, 2.5]}),
    Sample("Bincount", [i32([1, 1, 3, 9]), i32(5), f32(0)]),
    Sample("Bincount", [i32([1, 1, 3]), i32(5), f32(3)]),
    Sample("DenseBincount", [i32([1, 1, 3, 9]), i32(5), np.zeros(0, np.int32)]),
    Sample("DenseBincount", [i64([1, 1, 3]), i64(5), f32(3)], {"binary_output": False}),
    Sample("DenseBincount", [ints(0, 4, 2, 3), i32(4), f32(0)],
           {"binary_output": True}),
    Sample("DenseBincount", [i32([1, -1]), i32(5), f32(0)]),
    Sample("HistogramFixedWidth", [a32([-1, 0, 1.5, 2, 5, 15]), a32([0, 5]), i32(5)]),
    Sample("AddN", [[f32(2, 3), f32(2, 3), f32(2, 3)]]),
    Sample("AddN", [[ints(0, 9, 3)]]),
    Sample("AccumulateNV2", [[f32(2, 3), f32(2, 3)]], {"shape": [2, 3]}),
    Sample("ClipByValue", [a32([-1, 0, 0.5, 1, 2]), a32(0.0), a32(1.0)], vjp=False),
    Sample("ClipByValue", [f32(2, 3), f32(2, 3) - 1, a32(0.5)], vjp=False),
    *[Sample(name, [ints(-99, 99, 4), ints(-99, 99, 4)]) for name in BITS],
    *[Sample(name, [ints(0, 255, 4, dtype=np.uint8), ints(0, 255, 4, dtype=np.uint8)])
      for name in BITS],
    Sample("Invert", [ints(-99, 99, 4)]),
    Sample("Invert", [ints(0, 255, 4, dtype=np.uint8)]),
    *[Sample(name, [i32([-16, 7, 100, 1]), i32([2, 1, 0, 31])])
      for name in ["LeftShift", "RightShift"]],
    *[_ends(name, c64(3, 4)) for name in ["FFT", "IFFT", "FFT2D", "IFFT2D"]],
    *[_ends(name, c64(2, 3, 4)) for name in ["FFT3D", "IFFT3D"]],
    *[_ends("RFFT", f32(3, n), i32([n])) for n in (4, 5)],
    *[_ends("IRFFT", c64(3, n // 2 + 1), i32([n])) for n in (4, 5)],
    _ends("RFFT", f64(6), i32([6]), Tcomplex="complex128"),
    *[Sample(name, [f32(4, 6), i32([4, 6])], grad=False) for name in ["RFFT2D"]],
    *[Sample(name, [f32(2, 4, 6), i32([2, 4, 6])], grad=False, rtol=1e-4)
      for name in ["RFFT3D"]],
    Sample("IRFFT2D", [c64(4, 4), i32([4, 6])], grad=False, rtol=1e-4),
    Sample("IRFFT3D", [c64(2, 4, 4), i32([2, 4, 6])], grad=False, rtol=1e-4),
    *[Sample("Einsum", [[f32(*s) for s in shapes]], {"equation": equation})
      for equation, shapes in SUMS],
    Sample("Einsum", [[c64(2, 3), c64(3, 2)]], {"equation": "ij,jk->ik"}, vjp=False),
]  # fmt: skip
