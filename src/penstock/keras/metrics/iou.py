"""Intersection over union of segmentations, from a confusion matrix."""

from __future__ import annotations

import numpy as np

from penstock.api import array, math
from penstock.api.scopes import tensor
from penstock.keras.metrics.base import FAMILY, Metric
from penstock.keras.metrics.means import cast_to


class _Confusion(Metric):
    """Counts of (true class, predicted class)."""

    def __init__(
        self, num_classes, name=None, dtype=None, ignore_class=None,
        sparse_y_true=True, sparse_y_pred=True, axis=-1,
    ):  # fmt: skip
        super().__init__(name, dtype)
        self.num_classes, self.ignore_class = num_classes, ignore_class
        self.sparse_y_true, self.sparse_y_pred = sparse_y_true, sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_weight(
            "total_confusion_matrix", (num_classes, num_classes)
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        t, p = tensor(y_true), tensor(y_pred)
        if not self.sparse_y_true:
            t = math.argmax(t, axis=self.axis)
        if not self.sparse_y_pred:
            p = math.argmax(p, axis=self.axis)
        t = array.reshape(math.cast(t, "int32"), [-1])
        p = array.reshape(math.cast(p, "int32"), [-1])
        weight = array.ones_like(math.cast(t, self.dtype))
        if sample_weight is not None:
            weight = array.reshape(cast_to(self, sample_weight), [-1])
        if self.ignore_class is not None:
            kept = math.not_equal(t, tensor(int(self.ignore_class), "int32"))
            weight = weight * math.cast(kept, self.dtype)
            t = array.where(kept, t, array.zeros_like(t))
        rows = array.one_hot(t, self.num_classes, dtype=self.dtype)
        columns = array.one_hot(p, self.num_classes, dtype=self.dtype)
        weighted = rows * array.expand_dims(weight, 1)
        self.total_cm.assign_add(math.matmul(weighted, columns, transpose_a=True))

    def _by_class(self, classes):
        """(intersection over union, whether the class occurred) for `classes`."""
        matrix = self.total_cm.read_value()
        hits = array.tensor_diag_part(matrix)
        spread = math.reduce_sum(matrix, axis=0) + math.reduce_sum(matrix, axis=1)
        union = spread - hits
        chosen = tensor(np.array(classes, np.int32))
        hits, union = array.gather(hits, chosen), array.gather(union, chosen)
        there = math.greater(union, tensor(0.0, union.dtype))
        return math.divide_no_nan(hits, union), math.cast(there, self.dtype)

    def get_config(self):
        return {
            **super().get_config(), "num_classes": self.num_classes,
            "ignore_class": self.ignore_class, "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred, "axis": self.axis,
        }  # fmt: skip


@FAMILY.add()
class IoU(_Confusion):
    """The mean intersection over union of `target_class_ids`."""

    def __init__(
        self, num_classes, target_class_ids, name=None, dtype=None, ignore_class=None,
        sparse_y_true=True, sparse_y_pred=True, axis=-1,
    ):  # fmt: skip
        super().__init__(num_classes, name, dtype, ignore_class, sparse_y_true,
                         sparse_y_pred, axis)  # fmt: skip
        if max(target_class_ids) >= num_classes:
            raise ValueError(
                f"Target class id {max(target_class_ids)} is out of range, which is "
                f"[0, {num_classes})."
            )
        self.target_class_ids = list(target_class_ids)

    def result(self):
        values, there = self._by_class(self.target_class_ids)
        return math.divide_no_nan(math.reduce_sum(values), math.reduce_sum(there))

    def get_config(self):
        return {**super().get_config(), "target_class_ids": self.target_class_ids}


@FAMILY.add()
class MeanIoU(IoU):
    """The mean intersection over union of all classes."""

    def __init__(
        self, num_classes, name=None, dtype=None, ignore_class=None,
        sparse_y_true=True, sparse_y_pred=True, axis=-1,
    ):  # fmt: skip
        super().__init__(num_classes, list(range(num_classes)), name, dtype,
                         ignore_class, sparse_y_true, sparse_y_pred, axis)  # fmt: skip

    def get_config(self):
        config = super().get_config()
        config.pop("target_class_ids")
        return config


@FAMILY.add()
class BinaryIoU(IoU):
    """Intersection over union of two classes told apart by `threshold`."""

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true, y_pred, sample_weight=None):
        p = cast_to(self, y_pred)
        said = math.greater_equal(p, tensor(float(self.threshold), p.dtype))
        super().update_state(y_true, math.cast(said, "int32"), sample_weight)

    def get_config(self):
        return {
            "name": self.name, "dtype": self.dtype,
            "target_class_ids": self.target_class_ids, "threshold": self.threshold,
        }  # fmt: skip


@FAMILY.add()
class OneHotIoU(IoU):
    """`IoU` of one-hot labels."""

    def __init__(
        self, num_classes, target_class_ids, name=None, dtype=None, ignore_class=None,
        sparse_y_pred=False, axis=-1,
    ):  # fmt: skip
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class,
                         False, sparse_y_pred, axis)  # fmt: skip

    def get_config(self):
        config = super().get_config()
        config.pop("sparse_y_true")
        return config


@FAMILY.add()
class OneHotMeanIoU(MeanIoU):
    """`MeanIoU` of one-hot labels."""

    def __init__(
        self, num_classes, name=None, dtype=None, ignore_class=None,
        sparse_y_pred=False, axis=-1,
    ):  # fmt: skip
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred,
                         axis)  # fmt: skip

    def get_config(self):
        config = super().get_config()
        config.pop("sparse_y_true")
        return config
