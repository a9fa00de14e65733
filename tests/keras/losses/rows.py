"""Losses on small data: (name, options, kind of data). NumPy only."""

import numpy as np

_random = np.random.RandomState(7)
_logits = _random.randn(6, 4).astype(np.float32)
_soft = np.exp(_logits) / np.exp(_logits).sum(-1, keepdims=True)
_unit = _random.rand(6, 4).astype(np.float32)
_classes = _random.randint(0, 4, 6)

#: kind -> (y_true, y_pred)
DATA = {
    "real": (_random.randn(6, 4).astype(np.float32), _logits),
    "positive": (_unit + 0.1, _random.rand(6, 4).astype(np.float32) + 0.1),
    "onehot": (np.eye(4, dtype=np.float32)[_classes], _soft),
    "onehot_logits": (np.eye(4, dtype=np.float32)[_classes], _logits),
    "classes": (_classes, _soft),
    "classes_logits": (_classes, _logits),
    "binary": ((_unit > 0.5).astype(np.float32), _soft),
    "binary_logits": ((_unit > 0.5).astype(np.float32), _logits),
    "signs": (np.where(_unit > 0.5, 1, -1).astype(np.float32), _logits),
    "column": (_random.rand(6).astype(np.float32), _logits[:, :1]),
    "images": (
        _random.randint(0, 4, (2, 3, 3)),
        _random.randn(2, 3, 3, 4).astype(np.float32),
    ),
}
WEIGHTS = _random.rand(6).astype(np.float32)

LOGITS = {"from_logits": True}
#: (class, function or None, options, kind)
ROWS = [
    ("MeanSquaredError", "mean_squared_error", {}, "real"),
    ("MeanSquaredError", None, {}, "column"),
    ("MeanAbsoluteError", "mean_absolute_error", {}, "real"),
    ("MeanAbsolutePercentageError", "mean_absolute_percentage_error", {}, "positive"),
    ("MeanSquaredLogarithmicError", "mean_squared_logarithmic_error", {}, "positive"),
    ("Hinge", "hinge", {}, "signs"),
    ("Hinge", "hinge", {}, "binary"),
    ("SquaredHinge", "squared_hinge", {}, "signs"),
    ("CategoricalHinge", "categorical_hinge", {}, "onehot"),
    ("Huber", "huber", {}, "real"),
    ("Huber", "huber", {"delta": 0.4}, "real"),
    ("LogCosh", "log_cosh", {}, "real"),
    ("Poisson", "poisson", {}, "positive"),
    ("KLDivergence", "kl_divergence", {}, "positive"),
    ("CosineSimilarity", "cosine_similarity", {}, "real"),
    ("CosineSimilarity", "cosine_similarity", {"axis": 0}, "real"),
    ("BinaryCrossentropy", "binary_crossentropy", {}, "binary"),
    ("BinaryCrossentropy", "binary_crossentropy", LOGITS, "binary_logits"),
    ("BinaryCrossentropy", "binary_crossentropy", {"label_smoothing": 0.2}, "binary"),
    ("BinaryFocalCrossentropy", "binary_focal_crossentropy", {}, "binary"),
    (
        "BinaryFocalCrossentropy", "binary_focal_crossentropy",
        {"apply_class_balancing": True, "gamma": 1.5, **LOGITS}, "binary_logits",
    ),
    ("CategoricalCrossentropy", "categorical_crossentropy", {}, "onehot"),
    ("CategoricalCrossentropy", "categorical_crossentropy", LOGITS, "onehot_logits"),
    (
        "CategoricalCrossentropy", "categorical_crossentropy",
        {"label_smoothing": 0.1}, "onehot",
    ),
    ("CategoricalFocalCrossentropy", "categorical_focal_crossentropy", {}, "onehot"),
    (
        "CategoricalFocalCrossentropy", "categorical_focal_crossentropy",
        {"alpha": 0.5, "gamma": 1.0, **LOGITS}, "onehot_logits",
    ),
    (
        "SparseCategoricalCrossentropy", "sparse_categorical_crossentropy", {},
        "classes",
    ),
    (
        "SparseCategoricalCrossentropy", "sparse_categorical_crossentropy", LOGITS,
        "classes_logits",
    ),
    ("SparseCategoricalCrossentropy", None, LOGITS, "images"),
    (
        "SparseCategoricalCrossentropy", "sparse_categorical_crossentropy",
        {"ignore_class": 1, **LOGITS}, "classes_logits",
    ),
    ("SparseCategoricalCrossentropy", None, {"ignore_class": 1, **LOGITS}, "images"),
]  # fmt: skip
REDUCTIONS = ("sum_over_batch_size", "sum", "none")


def measure(losses) -> dict[str, list]:
    """Every row by `losses` (a module of Keras or Penstock): function and class."""
    out = {}
    for i, (name, function, options, kind) in enumerate(ROWS):
        t, p = DATA[kind]
        found = []
        if function is not None:
            found.append(getattr(losses, function)(t, p, **options))
        for reduction in REDUCTIONS:
            loss = getattr(losses, name)(reduction=reduction, **options)
            found.append(loss(t, p))
            if kind != "images" and "axis" not in options:
                found.append(loss(t, p, sample_weight=WEIGHTS[: len(p)]))
        out[f"{i} {name} {kind}"] = [np.asarray(v).tolist() for v in found]
    return out
