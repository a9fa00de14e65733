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
    *[
        Sample("StatelessRandomUniformFullIntV2", [i32([2, 3]), *PLACE],
               {"dtype": dtype}, grad=False)
        for dtype in ("int32", "int64", "uint32", "uint64")
    ],
    Sample("StatelessShuffle", [f32(6, 2), *PLACE], grad=False),
    *[
        Sample("StatelessRandomBinomial", [i32([4, 2]), i32([3, 4]), counts, probs],
               {"dtype": "int32"}, grad=False)
        for counts, probs in (
            (np.array(10.0, np.float32), np.array([0.2, 0.8], np.float32)),
            (np.array([1000.0, 10.0]), np.array([0.3, 0.1])),
            (np.array([500.0, 60.0]), np.array([0.9, 0.5])),
        )
    ],
    Sample("StatelessRandomPoisson",
           [i32([5, 2]), i32([3, 4]), np.array([2.0, 30.0], np.float32)],
           {"dtype": "float32"}, grad=False),
    Sample("StatelessRandomGammaV2",
           [i32([5, 3]), i64([3, 4]), np.array([0.5, 1.0, 7.0], np.float32)],
           grad=False),
    Sample("StatelessMultinomial", [f32(2, 4), np.array(6, np.int32), i32([1, 2])],
           grad=False),
]  # fmt: skip
