"""Casts, and complex numbers."""

import numpy as np

from laws.sample import Sample, a32, bools, c64, c128, f16, f32, f64, ints

INF, NAN = np.inf, np.nan
TYPES = [
    "float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "bool", "complex64", "complex128",
]  # fmt: skip
WILD = a32(
    [NAN, INF, -INF, 3e9, -3e9, 1e20, -1e20, 300.7, -300.2, 70000.5, -129.5, 256]
)
WIDE = ["int32", "int64"]
NARROW = ["int8", "int16", "uint8", "uint16"]

SAMPLES = [
    *[Sample("Cast", [a32([0, 1.7, 2.5, 100.9, 3])], {"DstT": t}, vjp=False)
      for t in TYPES],
    *[Sample("Cast", [f64(4)], {"DstT": t}, vjp=False) for t in ["float32", "float64"]],
    *[Sample("Cast", [f16(4)], {"DstT": t}, vjp=False) for t in ["float32", "int32"]],
    *[Sample("Cast", [ints(-300, 300, 6)], {"DstT": t}) for t in TYPES],
    *[Sample("Cast", [ints(0, 255, 6, dtype=np.uint8)], {"DstT": t})
      for t in ["float32", "int8", "int32"]],
    *[Sample("Cast", [np.array([2**31, -(2**40), 2**63 - 1, -1])], {"DstT": t})
      for t in ["int32", "uint8", "float32", "uint64"]],
    *[Sample("Cast", [bools(4)], {"DstT": t}) for t in TYPES],
    *[Sample("Cast", [c64(4)], {"DstT": t}, vjp=False)
      for t in ["float32", "int32", "bool", "complex128"]],
    *[Sample("Cast", [WILD], {"DstT": t}) for t in [*WIDE, *NARROW, "bool", "float16"]],
    # float64 to narrow types: TensorFlow's result there depends on the array's length.
    *[Sample("Cast", [WILD.astype(np.float64)], {"DstT": t}) for t in WIDE],
    Sample("Cast", [f32(0, 2)], {"DstT": "int32"}),
    Sample("Complex", [f32(2, 3), f32(3)], {"Tout": "complex64"}),
    Sample("Complex", [f64(2), f64(2)], {"Tout": "complex128"}),
    *[Sample(name, [c64(2, 3)], vjp=False) for name in
      ["Real", "Imag", "Conj", "ComplexAbs", "Angle"]],
    *[Sample(name, [c128(3)], {"Tout": "float64"}, vjp=False) for name in
      ["Real", "Imag", "ComplexAbs", "Angle"]],
    Sample("ComplexAbs", [np.zeros(2, np.complex64)], vjp=False),
    Sample("Conj", [c128(2)], vjp=False),
]  # fmt: skip
