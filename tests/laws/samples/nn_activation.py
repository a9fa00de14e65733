"""Activations, softmaxes, biases."""

import numpy as np

from laws.sample import Sample, a32, bf16, f16, f32, f64, i32

NAMES = [
    "Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Softplus", "Softsign", "Softmax",
    "LogSoftmax", "L2Loss",
]  # fmt: skip
SLOPES = [
    "ReluGrad", "Relu6Grad", "LeakyReluGrad", "EluGrad", "SeluGrad", "SoftplusGrad",
    "SoftsignGrad",
]  # fmt: skip
INF, NAN = np.inf, np.nan
# The kinks, the flat ends, and what is beyond them.
EDGES = a32([0.0, -0.0, 6.0, 7.0, -1.0, 1e4, -1e4, INF, -INF, NAN, 1e-30, -1e-30, 88.0])
LARGE = a32([[1e4, -1e4, 0.0], [1e4, 1e4, 1e4], [-1e4, 0.0, -1e4]])
ELEMENTWISE = NAMES[:7]
#: First-order gradients of slopes that TensorFlow does not give.
NO_SECOND = {"SoftsignGrad"}

SAMPLES = [
    *[Sample(name, [f32(3, 4)]) for name in NAMES],
    *[Sample(name, [f64(3, 4)]) for name in NAMES],
    *[Sample(name, [f16(3, 4)], rtol=4e-3, vjp=False, why="steps of half precision")
      for name in NAMES],
    *[Sample(name, [bf16(3, 4)], vjp=False) for name in NAMES[:6]],
    *[Sample(name, [EDGES], vjp=False) for name in ELEMENTWISE],
    *[Sample(name, [f32(3, 4), f32(3, 4)], grad=name not in NO_SECOND)
      for name in SLOPES],
    *[Sample(name, [f32(13), EDGES], vjp=False, grad=False) for name in SLOPES],
    *[Sample(name, [f32(0, 3)]) for name in NAMES if name != "L2Loss"],
    Sample("Relu", [i32([-2, 0, 3])]),
    Sample("Relu6", [i32([-2, 0, 3, 9])]),
    Sample("LeakyRelu", [f32(3, 4)], {"alpha": 0.01}),
    Sample("LeakyReluGrad", [f32(3, 4), f32(3, 4)], {"alpha": 0.01}),
    Sample("LeakyRelu", [f32(3, 4)], {"alpha": 1.5}),
    Sample("Softmax", [LARGE], vjp=False),
    Sample("LogSoftmax", [LARGE], vjp=False),
    Sample("Softmax", [f32(2, 3, 4)]),
    Sample("LogSoftmax", [f32(2, 3, 4)]),
    Sample("Softmax", [f32(5)]),
    Sample("L2Loss", [f32(2, 3, 4)]),
    Sample("L2Loss", [f32()]),
    Sample("BiasAdd", [f32(2, 3), f32(3)]),
    Sample("BiasAdd", [f32(2, 3, 4, 5), f32(5)]),
    Sample("BiasAdd", [f32(2, 3, 4, 5), f32(3)], {"data_format": "NCHW"}),
    Sample("BiasAdd", [f64(2, 3), f64(3)]),
    Sample("BiasAdd", [i32([[1, 2], [3, 4]]), i32([5, 6])]),
    Sample("BiasAddGrad", [f32(4, 3)]),
    Sample("BiasAddGrad", [f32(2, 3, 4, 5)]),
    Sample("BiasAddGrad", [f32(2, 3, 4, 5)], {"data_format": "NCHW"}),
]  # fmt: skip
