"""Pictures: resizing, cropping, colour, boxes."""

import numpy as np

from laws.sample import Sample, i32, uniform

PICTURES = uniform(0, 1, 2, 6, 8, 3)
SMALL = uniform(0, 1, 1, 5, 4, 2)
BYTES = uniform(0, 255, 1, 4, 5, 3).astype(np.uint8)
BOXES = np.array([[0, 0, 1, 1], [0.1, 0.2, 0.6, 1.2], [0.9, 0.8, 0.1, 0.2]], np.float32)
CORNERS = uniform(0, 1, 30, 4)
SCORES = uniform(0, 1, 30)
GRIDS = [{}, {"align_corners": True}, {"half_pixel_centers": True}]
WEIGHTS = "weights in another order of float32 operations"

SAMPLES = [
    *[
        Sample(name, [pictures, i32(size)], grid)
        for name in ("ResizeBilinear", "ResizeNearestNeighbor")
        for pictures, size in (
            (PICTURES, [3, 4]), (PICTURES, [11, 16]), (SMALL, [7, 3])
        )
        for grid in GRIDS
    ],
    *[
        Sample("ResizeBicubic", [PICTURES, i32(size)], grid, rtol=1e-4, atol=1e-5,
               why=WEIGHTS)
        for size in ([3, 4], [11, 16], [7, 5])
        for grid in GRIDS
    ],
    *[
        Sample("ResizeArea", [PICTURES, i32(size)], grid)
        for size in ([3, 4], [11, 16], [7, 5])
        for grid in GRIDS[:2]
    ],
    Sample("ResizeBilinear", [BYTES, i32([3, 3])], grad=False),
    Sample("ResizeNearestNeighbor", [BYTES, i32([3, 3])]),
    Sample("CropAndResize", [PICTURES, BOXES, i32([0, 1, 0]), i32([4, 5])],
           rtol=1e-4, why="positions in another order of float32 operations"),
    Sample("CropAndResize", [PICTURES, BOXES, i32([0, 1, 0]), i32([1, 2])],
           {"method": "nearest", "extrapolation_value": 2.0}, grad=False),
    Sample("RGBToHSV", [PICTURES], grad=False),
    Sample("HSVToRGB", [PICTURES], grad=False),
    Sample("AdjustHue", [PICTURES, np.float32(0.3)], grad=False),
    Sample("AdjustSaturation", [PICTURES, np.float32(1.7)], grad=False),
    Sample("AdjustContrastv2", [PICTURES, np.float32(0.5)], grad=False),
    *[
        Sample("ScaleAndTranslate",
               [PICTURES, i32(size), np.float32([size[0] / 6, size[1] / 8]),
                np.zeros(2, np.float32)],
               {"kernel_type": kernel, "antialias": antialias},
               vjp=False, rtol=1e-4, atol=1e-5, why=WEIGHTS)
        for kernel in ("lanczos3", "gaussian", "triangle", "keyscubic")
        for size, antialias in (([3, 4], True), ([9, 16], False))
    ],
    Sample("ScaleAndTranslateGrad",
           [uniform(-1, 1, 2, 3, 4, 3), PICTURES, np.float32([0.5, 0.5]),
            np.zeros(2, np.float32)],
           rtol=1e-4, atol=1e-5, why=WEIGHTS, grad=False),
    Sample("ExtractGlimpseV2",
           [PICTURES, i32([3, 4]), np.float32([[0.1, -0.4], [0.9, 0]])],
           {"noise": "zero", "uniform_noise": False}, grad=False),
    Sample("NonMaxSuppressionV3",
           [CORNERS, SCORES, np.int32(10), np.float32(0.3), np.float32(0.2)]),
]  # fmt: skip
