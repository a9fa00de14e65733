"""Random ops whose place in the stream comes with the call."""

import numpy as np

from laws.sample import Sample, f32, i32, i64

SEEDS = (i32([1, 2]), i64([7, 2**40]))
KEY = np.array([0x1234567890ABCDEF], np.uint64)
COUNTER = np.array([5, 9], np.uint64)
PHILOX = np.array(1, np.int32)
PLACE = [KEY, COUNTER, PHILOX]
BOX_MULLER = "log, sine and cosine of another library"

SAMPLES = [
    *[Sample("StatelessRandomGetKeyCounter", [seed], grad=False) for seed in SEEDS],
    Sample("StatelessRandomGetAlg", [], grad=False),
    *[
        Sample(name, [i32([3, 5]), seed], {"dtype": dtype}, grad=False,
               rtol=rtol, why=BOX_MULLER if rtol else "")
        for name in ("StatelessRandomUniform", "StatelessRandomNormal",
                     "StatelessTruncatedNormal")
        for seed in SEEDS
        for dtype, rtol in (("float32", None), ("float64", 1e-9))
    ],
    *[
        Sample(name + "V2", [i32([3, 5]), *PLACE], {"dtype": "float32"}, grad=False)
        for name in ("StatelessRandomUniform", "StatelessRandomNormal",
                     "StatelessTruncatedNormal")
    ],
    Sample("StatelessRandomUniformIntV2",
           [i32([4, 4]), *PLACE, np.array(-3, np.int32), np.array(11, np.int32)],
           grad=False),
    Sample("StatelessMultinomial", [f32(2, 4), np.array(6, np.int32), i32([1, 2])],
           grad=False),
]  # fmt: skip
