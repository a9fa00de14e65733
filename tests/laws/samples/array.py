"""Shapes, joins, slices, gathers, scatters, borders."""

import numpy as np

from laws.sample import Sample, a32, bools, c64, f32, f64, i32, i64, ints, texts

X = f32(3, 4)
CUBE = f32(2, 3, 4)
SCALAR = np.float32(2.5)


def cut(begin, end, strides, **masks):
    """A strided slice's spec as inputs, and its masks."""
    return [i32(begin), i32(end), i32(strides)], masks


CUTS = [
    ((5, 4), *cut([1], [2], [1], shrink_axis_mask=1)),
    ((5, 4), *cut([-1], [0], [1], shrink_axis_mask=1)),
    ((5, 4), *cut([0, 1], [0, 3], [1, 1], begin_mask=1, end_mask=1)),
    ((5, 4), *cut([0, 0], [0, 0], [-2, 1], begin_mask=3, end_mask=3)),
    ((5, 4), *cut([3], [0], [-1])),
    ((5, 4), *cut([4, 0], [-9, 4], [-3, 2])),
    ((5, 4), *cut([5], [2], [1])),
    ((5, 4), *cut([-2, 0, 0], [0, 0, -1], [1, 1, 1], end_mask=1, new_axis_mask=2,
                  begin_mask=4)),
    ((2, 3, 4), *cut([0, -1], [0, 0], [1, 1], ellipsis_mask=1, shrink_axis_mask=2)),
    ((2, 3, 4), *cut([1, 0, 0], [2, 0, 4], [1, 1, 2], shrink_axis_mask=1,
                     ellipsis_mask=2)),
    ((2, 3, 4), *cut([0, 0], [0, 1], [1, 1], new_axis_mask=1, shrink_axis_mask=2)),
    ((0, 4), *cut([0], [3], [1])),
]  # fmt: skip

SHAPING = [
    Sample("Fill", [i32([2, 3]), SCALAR]),
    Sample("Fill", [i64([0, 2]), np.int64(7)]),
    Sample("ZerosLike", [X]),
    Sample("ZerosLike", [bools(2, 2)]),
    Sample("ZerosLike", [texts(["a"])]),
    Sample("OnesLike", [ints(0, 9, 2, 3)]),
    Sample("OnesLike", [c64(2)]),
    Sample("Reshape", [X, i32([2, -1])]),
    Sample("Reshape", [X, i64([12])]),
    Sample("Reshape", [SCALAR, i32([1, 1])]),
    Sample("Reshape", [f32(0, 3), i32([3, 0])]),
    Sample("ExpandDims", [X, np.int32(0)]),
    Sample("ExpandDims", [X, np.int32(-1)]),
    Sample("ExpandDims", [X, np.int64(1)]),
    Sample("Squeeze", [f32(1, 3, 1)]),
    Sample("Squeeze", [f32(1, 3, 1)], {"squeeze_dims": [0]}),
    Sample("Squeeze", [f32(1, 3, 1)], {"squeeze_dims": [-1]}),
    Sample("Rank", [CUBE]),
    Sample("Size", [CUBE]),
    Sample("Size", [CUBE], {"out_type": "int64"}),
    Sample("Shape", [CUBE]),
    Sample("Shape", [CUBE], {"out_type": "int64"}),
    Sample("ShapeN", [[X, f32(2, 2)]]),
    Sample("BroadcastTo", [f32(3, 1), i32([2, 3, 4])]),
    Sample("BroadcastTo", [SCALAR, i64([2])]),
    Sample("BroadcastArgs", [i32([3, 1]), i32([2, 1, 4])]),
    Sample("BroadcastGradientArgs", [i32([3, 1]), i32([2, 1, 4])]),
    Sample("BroadcastGradientArgs", [i32([4, 1, 3]), i32([3])]),
    Sample("Bitcast", [X], {"type": "int32"}),
    Sample("Bitcast", [f64(2)], {"type": "int32"}),
    Sample("Bitcast", [ints(0, 99, 3, 2)], {"type": "int64"}),
    Sample("CheckNumerics", [X], {"message": "checked"}),
    Sample("CheckNumerics", [a32([1, np.nan])], {"message": "checked"}),
    Sample("EnsureShape", [X], {"shape": [3, None]}),
    Sample("Identity", [X]),
    Sample("IdentityN", [[X, ints(0, 9, 2)]]),
    Sample("StopGradient", [X]),
]

JOINING = [
    Sample("Pack", [[X, f32(3, 4)]]),
    Sample("Pack", [[X, f32(3, 4), f32(3, 4)]], {"axis": -1}),
    Sample("Pack", [[SCALAR, np.float32(1)]]),
    Sample("Unpack", [X], {"num": 3}),
    Sample("Unpack", [CUBE], {"num": 3, "axis": 1}),
    Sample("ConcatV2", [[X, f32(3, 2)], np.int32(1)]),
    Sample("ConcatV2", [[X, f32(2, 4), f32(0, 4)], np.int32(-2)]),
    Sample("ConcatV2", [[ints(0, 9, 2), ints(0, 9, 1)], np.int32(0)]),
    Sample("Concat", [np.int32(1), [X, f32(3, 2)]]),
    Sample("ConcatOffset", [np.int32(1), [i32([2, 2]), i32([2, 5])]]),
    Sample("Split", [np.int32(1), X], {"num_split": 2}),
    Sample("Split", [np.int32(-1), CUBE], {"num_split": 4}),
    Sample("SplitV", [X, i32([1, 3]), np.int32(1)], {"num_split": 2}),
    Sample("SplitV", [X, i64([1, -1, 0]), np.int32(0)], {"num_split": 3}),
    Sample("Tile", [X, i32([2, 1])]),
    Sample("Tile", [CUBE, i64([1, 2, 3])]),
    Sample("Tile", [X, i32([0, 1])]),
]

SLICING = [
    Sample("Slice", [X, i32([1, 0]), i32([2, -1])]),
    Sample("Slice", [CUBE, i64([0, 1, 2]), i64([2, 0, 2])]),
    *[Sample("StridedSlice", [f32(*shape), *spec], mask) for shape, spec, mask in CUTS],
    Sample("StridedSliceGrad",
           [i32([5, 4]), i32([0, 1]), i32([5, 3]), i32([2, 1]), f32(3, 2)]),
    Sample("StridedSliceGrad",
           [i32([5, 4]), i32([4, 0]), i32([0, 4]), i32([-2, 1]), f32(2, 4)]),
    Sample("StridedSliceGrad", [i32([5, 4]), i32([2]), i32([3]), i32([1]), f32(4)],
           {"shrink_axis_mask": 1}),
    Sample("TensorStridedSliceUpdate",
           [f32(5, 4), i32([1, 0]), i32([5, 4]), i32([2, 1]), f32(2, 4)]),
    Sample("TensorStridedSliceUpdate",
           [f32(5, 4), i32([1]), i32([2]), i32([1]), f32(4)], {"shrink_axis_mask": 1}),
]  # fmt: skip

GATHERING = [
    Sample("Gather", [X, ints(0, 3, 2, 2)]),
    Sample("Gather", [X, i64([2, 0, 2])]),
    Sample("GatherV2", [X, ints(0, 3, 2, 2), np.int32(0)]),
    Sample("GatherV2", [CUBE, i32([1, 1, 0]), np.int32(1)]),
    Sample("GatherV2", [CUBE, ints(0, 4, 2, 1), np.int32(-1)]),
    Sample("GatherV2", [CUBE, np.int32(1), np.int64(1)]),
    Sample("GatherV2", [CUBE, ints(0, 3, 2, 2), np.int32(1)], {"batch_dims": 1}),
    Sample("GatherV2", [CUBE, ints(0, 4, 2, 2), np.int32(2)], {"batch_dims": 1}),
    Sample("GatherV2", [X, i32([3]), np.int32(0)]),
    Sample("GatherV2", [X, i32([-1]), np.int32(0)]),
    Sample("GatherV2", [f32(0, 2), i32([]), np.int32(0)]),
    Sample("GatherNd", [CUBE, ints(0, 2, 3, 2)]),
    Sample("GatherNd", [CUBE, ints(0, 2, 4, 1)]),
    Sample("GatherNd", [CUBE, ints(0, 2, 2, 3, dtype=np.int64)]),
    Sample("GatherNd", [X, np.array([[2, 4]], np.int32)]),
    Sample("OneHot", [i32([0, 2, -1, 5]), np.int32(4), SCALAR, np.float32(-1)]),
    Sample("OneHot", [ints(0, 3, 2, 3), np.int32(3), SCALAR, np.float32(0)],
           {"axis": 0}),
    Sample("OneHot", [ints(0, 3, 2, 3), np.int32(3), np.bool_(True), np.bool_(False)],
           {"axis": 1}),
    Sample("TopKV2", [CUBE, np.int32(2)]),
    Sample("TopKV2", [a32([1, 3, 3, 2, 3]), np.int32(4)], vjp=False, why="ties"),
    Sample("TopKV2", [ints(0, 99, 2, 5), np.int32(3)]),
    Sample("InTopKV2", [f32(4, 5), i32([0, 4, 2, 1]), np.int32(2)]),
    Sample("InTopKV2", [a32([[1, 1, 0]]), i32([1]), np.int32(1)]),
    Sample("InTopK", [f32(4, 5), i64([0, 4, 2, 1])], {"k": 3}),
]  # fmt: skip

AT = np.array([[1], [3], [1]], np.int32)
APART = np.array([[1], [3], [0]], np.int32)
SCATTERING = [
    Sample("ScatterNd", [AT, f32(3, 4), i32([5, 4])]),
    Sample("ScatterNd", [np.array([[0, 1], [2, 2]], np.int64), f32(2), i64([3, 3])]),
    Sample("ScatterNd", [np.array([[7]], np.int32), f32(1), i32([3])]),
    Sample("TensorScatterUpdate", [f32(5, 4), APART, f32(3, 4)]),
    Sample("TensorScatterAdd", [f32(5, 4), AT, f32(3, 4)]),
    Sample("TensorScatterSub", [f32(5, 4), AT, f32(3, 4)]),
    Sample("TensorScatterMin", [f32(5, 4), APART, f32(3, 4)]),
    Sample("TensorScatterMax", [f32(5, 4), AT, f32(3, 4)]),
    Sample("TensorScatterAdd", [f32(5), np.array([[9]], np.int32), f32(1)]),
]

ORDER = [
    Sample("Transpose", [CUBE, i32([2, 0, 1])]),
    Sample("Transpose", [X, i64([1, 0])]),
    Sample("ConjugateTranspose", [c64(2, 3), i32([1, 0])]),
    Sample("InvertPermutation", [i32([2, 0, 3, 1])]),
    Sample("ReverseV2", [CUBE, i32([0, -1])]),
    Sample("ReverseV2", [CUBE, i64([])]),
    Sample("Reverse", [CUBE, np.array([True, False, True])], grad=False),
    Sample("ReverseSequence", [f32(3, 4, 2), i32([1, 3, 0])],
           {"seq_dim": 1, "batch_dim": 0}),
    Sample("ReverseSequence", [f32(4, 3), i64([4, 2, 3])],
           {"seq_dim": 0, "batch_dim": 1}),
    Sample("Roll", [X, i32([1, -2]), i32([0, 1])]),
    Sample("Roll", [X, np.int32(2), np.int32(-1)]),
    Sample("LowerBound", [a32([[1, 3, 5], [2, 2, 4]]), a32([[3, 0, 9], [2, 3, 4]])]),
    Sample("UpperBound", [a32([[1, 3, 5], [2, 2, 4]]), a32([[3, 0, 9], [2, 3, 4]]),
                          ], {"out_type": "int64"}),
    Sample("Diag", [f32(2, 3)]),
    Sample("DiagPart", [f32(2, 3, 2, 3)]),
]  # fmt: skip

ROOM = np.array([[1, 2], [0, 3]], np.int32)
SMALL_ROOM = np.array([[1, 2], [0, 3]], np.int64)
BORDERS = [
    Sample("Pad", [X, ROOM]),
    Sample("PadV2", [X, ROOM, np.float32(7)]),
    Sample("MirrorPad", [X, ROOM], {"mode": "REFLECT"}),
    Sample("MirrorPad", [X, SMALL_ROOM], {"mode": "SYMMETRIC"}),
    Sample("MirrorPad", [f32(2, 2), ROOM], {"mode": "REFLECT"}),
    Sample("MirrorPadGrad", [f32(6, 7), ROOM], {"mode": "REFLECT"}),
    Sample("SpaceToBatchND",
           [f32(2, 4, 4, 3), i32([2, 3]), np.array([[1, 1], [0, 2]], np.int32)]),
    Sample("BatchToSpaceND",
           [f32(12, 4, 4, 3), i32([2, 3]), np.array([[0, 1], [1, 2]], np.int32)]),
    Sample("SpaceToDepth", [f32(2, 4, 6, 3)], {"block_size": 2}),
    Sample("DepthToSpace", [f32(2, 4, 6, 8)], {"block_size": 2}),
    Sample("ExtractImagePatches", [f32(2, 5, 6, 3)],
           {"ksizes": [1, 3, 2, 1], "strides": [1, 2, 1, 1], "rates": [1, 1, 2, 1],
            "padding": "SAME"}),
    Sample("ExtractImagePatches", [f32(1, 5, 6, 2)],
           {"ksizes": [1, 3, 2, 1], "strides": [1, 1, 2, 1], "rates": [1, 1, 1, 1],
            "padding": "VALID"}),
]  # fmt: skip

DYNAMIC = [
    Sample("Where", [bools(3, 4)]),
    Sample("Where", [a32([0, 1, np.nan, -0.0])]),
    Sample("Unique", [i32([3, 1, 3, 7, 1])]),
    Sample("Unique", [texts(["b", "a", "b"])], {"out_idx": "int64"}),
    Sample("UniqueWithCounts", [i32([3, 1, 3, 7, 1])]),
    Sample("ListDiff", [i32([1, 2, 3, 4, 5, 6]), i32([1, 3, 5])]),
    Sample("DynamicPartition", [X, i32([0, 1, 0])], {"num_partitions": 2}),
    Sample("DynamicPartition", [X, i32([0, 2, 0])], {"num_partitions": 2}),
    Sample("DynamicStitch", [[i32([0, 2]), i32([1, 3])], [f32(2, 4), f32(2, 4)]]),
    Sample("ParallelDynamicStitch", [[i32([0, 2]), i32([1])], [f32(2, 4), f32(1, 4)]]),
    Sample("SparseToDense", [i32([0, 2]), i32([5]), f32(2), SCALAR], grad=False),
    Sample("SparseTensorDenseMatMul",
           [np.array([[0, 1], [2, 0]], np.int64), f32(2), i64([3, 4]), f32(4, 2)]),
    Sample("SparseTensorDenseMatMul",
           [np.array([[0, 1], [2, 0]], np.int64), f32(2), i64([3, 4]), f32(2, 3)],
           {"adjoint_a": True, "adjoint_b": True}),
]  # fmt: skip

SAMPLES = [
    *SHAPING, *JOINING, *SLICING, *GATHERING, *SCATTERING, *ORDER, *BORDERS, *DYNAMIC
]  # fmt: skip
