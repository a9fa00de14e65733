"""Initialisers with seeds and shapes; regularizers, constraints, activations."""

import numpy as np

SHAPES = {"matrix": (3, 4), "kernel": (2, 2, 3, 4)}
INITIALIZERS = [
    ("Zeros", {}), ("Ones", {}), ("Constant", {"value": 0.3}),
    ("RandomNormal", {"seed": 1}), ("RandomNormal", {"mean": 1.0, "seed": 2}),
    ("RandomUniform", {"seed": 3}), ("RandomUniform", {"minval": 0.0, "seed": 4}),
    ("TruncatedNormal", {"stddev": 2.0, "seed": 5}),
    ("VarianceScaling", {"seed": 6}),
    ("VarianceScaling", {"mode": "fan_out", "distribution": "uniform", "seed": 7}),
    (
        "VarianceScaling",
        {"scale": 2.0, "distribution": "untruncated_normal", "seed": 8},
    ),
    ("GlorotUniform", {"seed": 9}), ("GlorotNormal", {"seed": 10}),
    ("HeUniform", {"seed": 11}), ("HeNormal", {"seed": 12}),
    ("LecunUniform", {"seed": 13}), ("LecunNormal", {"seed": 14}),
    ("Orthogonal", {"seed": 15, "gain": 1.5}),
]  # fmt: skip
REGULARIZERS = [
    ("L1", {}), ("L2", {"l2": 0.3}), ("L1L2", {"l1": 0.1, "l2": 0.2}),
    ("OrthogonalRegularizer", {}), ("OrthogonalRegularizer", {"mode": "columns"}),
]  # fmt: skip
CONSTRAINTS = [
    ("MaxNorm", {"max_value": 0.7}), ("NonNeg", {}), ("UnitNorm", {"axis": 1}),
    ("MinMaxNorm", {"min_value": 0.8, "max_value": 1.1, "rate": 0.5}),
]  # fmt: skip
ACTIVATIONS = [
    ("relu", {}), ("relu", {"max_value": 1.0}), ("relu", {"alpha": 0.1}),
    ("relu", {"alpha": 0.1, "max_value": 1.5, "threshold": 0.5}),
    ("relu", {"max_value": 6}), ("elu", {}), ("elu", {"alpha": 0.5}), ("selu", {}),
    ("softplus", {}), ("softsign", {}), ("swish", {}), ("gelu", {}),
    ("gelu", {"approximate": True}), ("mish", {}), ("tanh", {}), ("sigmoid", {}),
    ("hard_sigmoid", {}), ("exponential", {}), ("softmax", {}),
    ("softmax", {"axis": 0}), ("linear", {}),
]  # fmt: skip
_random = np.random.RandomState(5)
WEIGHTS = _random.randn(3, 4).astype(np.float32)
INPUTS = (_random.randn(4, 5) * 3).astype(np.float32)
RADIAL = _random.randn(5, 5, 1, 1).astype(np.float32)


def measure(keras) -> dict[str, list]:
    """Every row by `keras`, as lists."""
    out = {}

    tensor = keras.backend.constant

    def keep(i, kind, name, value):
        out[f"{kind} {i} {name}"] = np.asarray(value).tolist()

    for i, (name, options) in enumerate(INITIALIZERS):
        for place, shape in SHAPES.items():
            made = getattr(keras.initializers, name)(**options)
            keep(i, place, name, made(shape))
    for i, (name, options) in enumerate(REGULARIZERS):
        made = getattr(keras.regularizers, name)(**options)
        keep(i, "regularizer", name, made(tensor(WEIGHTS)))
    for i, (name, options) in enumerate(CONSTRAINTS):
        made = getattr(keras.constraints, name)(**options)
        keep(i, "constraint", name, made(tensor(WEIGHTS)))
    for i, (name, options) in enumerate(ACTIVATIONS):
        found = getattr(keras.activations, name)(tensor(INPUTS), **options)
        keep(i, "activation", name, found)
    keep(0, "constraint", "RadialConstraint",
         keras.constraints.RadialConstraint()(tensor(RADIAL)))  # fmt: skip
    keras.utils.set_random_seed(3)
    for i in range(3):
        keep(i, "seeded", "GlorotUniform", keras.initializers.GlorotUniform()((2, 3)))
    keras.utils.set_random_seed(4)
    keep(0, "dense", "kernel", _dense(keras))
    return out


def _dense(keras):
    layer = keras.layers.Dense(3)
    layer.build((None, 2))
    return layer.kernel
