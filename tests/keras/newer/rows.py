"""Functions that Keras 3 added, on small data: (name, arguments, options)."""

import numpy as np

_random = np.random.RandomState(5)
_masks = (_random.rand(2, 3, 4) > 0.5).astype(np.float32)
_chances = _random.rand(2, 3, 4).astype(np.float32)
_classes = np.array([0, 0, 1, 1, 2])
_vectors = _random.randn(5, 4).astype(np.float32)
_vectors /= np.linalg.norm(_vectors, axis=1, keepdims=True)
_soft = np.float32([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8], [0.3, 0.4, 0.3]])
_series = _random.randn(2, 6, 3).astype(np.float32)
_logits = np.random.RandomState(4).randn(2, 6, 4).astype(np.float32)
_labels = np.array([[1, 2, 0], [3, 1, 1]])
_numbers = np.linspace(-4, 4, 18, dtype=np.float32).reshape(3, 6)

LOSSES = [
    ("dice", (_masks, _chances), {}),
    ("dice", (_masks, _chances), {"axis": (1, 2)}),
    ("tversky", (_masks, _chances), {"alpha": 0.3, "beta": 0.7}),
    ("tversky", (_masks, _chances), {"axis": -1}),
    ("circle", (_classes, _vectors), {}),
    ("circle", (_classes, _vectors), {"gamma": 2.0, "margin": 0.1}),
    (
        "circle", (_classes, _vectors),
        {"ref_labels": _classes[:3], "ref_embeddings": _vectors[:3], "gamma": 2.0,
         "remove_diagonal": False},
    ),
    (
        "categorical_generalized_cross_entropy", (np.array([0, 2, 1]), _soft),
        {"q": 0.7},
    ),
    ("ctc", (_labels, _logits), {}),
]  # fmt: skip
CLASSES = [
    ("Dice", {"axis": (1, 2)}, (_masks, _chances)),
    ("Tversky", {"alpha": 0.3}, (_masks, _chances)),
    ("CTC", {}, (_labels, _logits)),
    ("Circle", {"gamma": 4}, (_classes, _vectors)),
    ("CategoricalGeneralizedCrossEntropy", {}, (np.array([0, 2, 1]), _soft)),
]
METRICS = [
    ("PearsonCorrelation", {}),
    ("PearsonCorrelation", {"axis": 0}),
    ("ConcordanceCorrelation", {}),
    ("ConcordanceCorrelation", {"axis": 0}),
]
ACTIVATIONS = [
    ("celu", {}), ("celu", {"alpha": 0.5}), ("glu", {}), ("hard_shrink", {}),
    ("hard_silu", {}), ("hard_tanh", {}), ("log_sigmoid", {}), ("soft_shrink", {}),
    ("sparse_plus", {}), ("sparse_sigmoid", {}), ("squareplus", {}),
    ("tanh_shrink", {}),
    ("threshold", {"threshold": 0.5, "default_value": 0.1}),
]  # fmt: skip


def measure(keras) -> dict[str, list]:
    """Every row by `keras` (Keras 3 or Penstock)."""
    out = {}
    for i, (name, given, options) in enumerate(LOSSES):
        out[f"{i} {name}"] = getattr(keras.losses, name)(*given, **options)
    for name, options, given in CLASSES:
        out[name] = getattr(keras.losses, name)(**options)(*given)
    for i, (name, options) in enumerate(METRICS):
        metric = getattr(keras.metrics, name)(**options)
        metric.update_state(_series[0], _series[1])
        out[f"{i} {name}"] = metric.result()
    for i, (name, options) in enumerate(ACTIVATIONS):
        out[f"{i} {name}"] = getattr(keras.activations, name)(_numbers, **options)
    return {name: np.asarray(value).tolist() for name, value in out.items()}
