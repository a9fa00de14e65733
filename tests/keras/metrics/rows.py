"""Metrics over three small batches: (class, options, kind of data). NumPy only."""

import numpy as np
from tests.keras.losses.rows import DATA as LOSS_DATA

_random = np.random.RandomState(11)


def _batches(kind: str):
    """Three batches of (y_true, y_pred, weights or None) of `kind`."""
    random = np.random.RandomState(len(kind))
    for n in (8, 5, 8):
        p = random.rand(n, 4).astype(np.float32)
        if kind == "binary":
            yield random.randint(0, 2, n), p[:, 0], None
        elif kind == "binary_weighted":
            yield random.randint(0, 2, n), p[:, 0], p[:, 1]
        elif kind == "labels":
            yield random.randint(0, 2, (n, 4)), p, None
        elif kind == "classes":
            yield random.randint(0, 4, n), p, None
        elif kind == "classes_weighted":
            yield random.randint(0, 4, n), p / p.sum(-1, keepdims=True), p[:, 2]
        elif kind == "distributions":
            yield random.randint(0, 4, n), p / p.sum(-1, keepdims=True), None
        elif kind == "onehot":
            t = np.eye(4, dtype=np.float32)[random.randint(0, 4, n)]
            yield t, p / p.sum(-1, keepdims=True), None
        elif kind == "onehot_weighted":
            t = np.eye(4, dtype=np.float32)[random.randint(0, 4, n)]
            yield t, p / p.sum(-1, keepdims=True), p[:, 2]
        elif kind == "places":
            yield random.randint(0, 4, n), random.randint(0, 4, n), None
        elif kind == "real_weighted":
            yield random.randn(n, 4).astype(np.float32), p, p[:, 2]
        else:
            yield random.randn(n, 4).astype(np.float32), p, None


def batches(kind: str) -> list:
    return list(_batches(kind))


assert LOSS_DATA

ROWS = [
    ("Accuracy", {}, "places"),
    ("BinaryAccuracy", {}, "binary"),
    ("BinaryAccuracy", {"threshold": 0.3}, "labels"),
    ("CategoricalAccuracy", {}, "onehot"),
    ("CategoricalAccuracy", {}, "onehot_weighted"),
    ("SparseCategoricalAccuracy", {}, "classes"),
    ("SparseCategoricalAccuracy", {}, "classes_weighted"),
    ("TopKCategoricalAccuracy", {"k": 2}, "onehot"),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, "classes"),
    ("MeanSquaredError", {}, "real"),
    ("MeanSquaredError", {}, "real_weighted"),
    ("RootMeanSquaredError", {}, "real"),
    ("RootMeanSquaredError", {}, "real_weighted"),
    ("MeanAbsoluteError", {}, "real"),
    ("MeanAbsolutePercentageError", {}, "real"),
    ("MeanSquaredLogarithmicError", {}, "real"),
    ("CosineSimilarity", {}, "real"),
    ("LogCoshError", {}, "real"),
    ("Poisson", {}, "onehot"),
    ("KLDivergence", {}, "onehot"),
    ("Hinge", {}, "labels"),
    ("SquaredHinge", {}, "labels"),
    ("CategoricalHinge", {}, "onehot"),
    ("BinaryCrossentropy", {}, "labels"),
    ("CategoricalCrossentropy", {}, "onehot"),
    ("SparseCategoricalCrossentropy", {}, "distributions"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 0}, "distributions"),
    ("TruePositives", {}, "binary"),
    ("FalsePositives", {"thresholds": [0.2, 0.8]}, "binary"),
    ("FalseNegatives", {}, "binary_weighted"),
    ("TrueNegatives", {}, "binary"),
    ("Precision", {}, "binary"),
    ("Precision", {"thresholds": [0.3, 0.6]}, "binary_weighted"),
    ("Precision", {"top_k": 2}, "labels"),
    ("Precision", {"class_id": 1}, "labels"),
    ("Recall", {}, "binary"),
    ("Recall", {"top_k": 2, "class_id": 2}, "labels"),
    ("AUC", {}, "binary"),
    ("AUC", {}, "binary_weighted"),
    ("AUC", {"curve": "PR"}, "binary"),
    ("AUC", {"curve": "PR", "summation_method": "minoring"}, "binary"),
    ("AUC", {"summation_method": "majoring", "num_thresholds": 9}, "binary"),
    ("AUC", {"thresholds": [0.1, 0.5, 0.7]}, "binary"),
    ("AUC", {"multi_label": True, "num_labels": 4}, "labels"),
    ("AUC", {"multi_label": True, "label_weights": [1.0, 2.0, 0.5, 1.0]}, "labels"),
    ("SensitivityAtSpecificity", {"specificity": 0.5}, "binary"),
    ("SpecificityAtSensitivity", {"sensitivity": 0.4}, "binary"),
    ("PrecisionAtRecall", {"recall": 0.6}, "binary"),
    ("RecallAtPrecision", {"precision": 0.5}, "binary"),
    ("MeanIoU", {"num_classes": 4}, "places"),
    ("MeanIoU", {"num_classes": 4, "ignore_class": 1}, "places"),
    ("IoU", {"num_classes": 4, "target_class_ids": [0, 2]}, "places"),
    ("BinaryIoU", {"threshold": 0.4}, "binary"),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [1]}, "onehot"),
    ("OneHotMeanIoU", {"num_classes": 4}, "onehot"),
    ("F1Score", {}, "onehot"),
    ("F1Score", {"average": "macro", "threshold": 0.5}, "labels"),
    ("FBetaScore", {"beta": 2.0, "average": "weighted", "threshold": 0.4}, "labels"),
    ("FBetaScore", {"average": "micro"}, "onehot_weighted"),
    ("R2Score", {}, "real"),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, "real_weighted"),
    ("R2Score", {"class_aggregation": None, "num_regressors": 1}, "real"),
]


def measure(metrics) -> dict[str, list]:
    """Every row by `metrics`: the result after each batch, and variables' names."""
    out = {}
    for i, (name, options, kind) in enumerate(ROWS):
        metric = getattr(metrics, name)(**options)
        found = []
        for t, p, w in batches(kind):
            if name in ("F1Score", "FBetaScore"):
                t = t.astype(np.float32)
            metric.update_state(t, p, sample_weight=w)
            found.append(np.asarray(metric.result()).tolist())
        weights = [[v.name, v.shape.as_list()] for v in metric.variables]
        out[f"{i} {name} {kind}"] = [found, weights]
    return out
