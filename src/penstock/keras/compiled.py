"""The losses and metrics that `compile` was given, matched to a model's outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from penstock.core import nest
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.keras.masks import getattr_mask


def _per_output(given, outputs: list, names, what: str) -> list:
    """`given` (one for all, a list, a dict by name) as one entry per output."""
    if isinstance(given, Mapping):
        keys = names or [f"output_{i + 1}" for i in range(len(outputs))]
        unknown = set(given) - set(keys)
        if unknown:
            raise ValueError(
                f"The {what} dictionary has keys {sorted(unknown)}, which are not "
                f"among the model's outputs {list(keys)}."
            )
        return [given.get(k) for k in keys]
    if isinstance(given, list | tuple) and len(outputs) > 1:
        if len(given) != len(outputs):
            raise ValueError(
                f"The model has {len(outputs)} outputs, but {what} has {len(given)} "
                "entries."
            )
        return list(given)
    if isinstance(given, list | tuple) and len(given) == 1 and what == "loss":
        given = given[0]
    return [given] * len(outputs)


def _targets(y, outputs: list, names) -> list:
    if isinstance(y, Mapping):
        keys = names or list(y)
        return [y.get(k) for k in keys]
    flat = list(y) if isinstance(y, list | tuple) else [y]
    return flat if len(flat) == len(outputs) else [y] * len(outputs)


def _ranked(value, y_pred):
    """A vector beside a matrix of predictions as a column."""
    if value is None or value.dims is None or y_pred.dims is None:
        return value
    if len(value.dims) == 1 and len(y_pred.dims) == 2:
        return TABLE["ExpandDims"](value, -1)
    return value


def _masked(mask, sample_weight, y_pred):
    """The sample weights with masked positions at zero."""
    if mask is None:
        return sample_weight
    mask = TABLE["Cast"](mask, DstT=y_pred.dtype.base_dtype)
    if sample_weight is None:
        return mask
    weight = as_tensor(context.landing(), sample_weight, None, None)
    weight = TABLE["Cast"](weight, DstT=mask.dtype)
    missing = len(mask.shape) - len(weight.shape)
    for _ in range(missing):
        weight = TABLE["ExpandDims"](weight, -1)
    return TABLE["Mul"](mask, weight)


class CompiledLoss:
    """The total loss of a model, and the means that report it."""

    def __init__(self, loss, loss_weights=None, output_names=None):
        from penstock.keras.metrics import Mean

        self._given, self._weights_given = loss, loss_weights
        self._names = output_names
        self._losses: list | None = None
        self._total = Mean(name="loss")
        self._parts: list[Any] = []

    @property
    def metrics(self) -> list:
        return [self._total, *(p for p in self._parts if p is not None)]

    def _resolve(self, outputs: list) -> None:
        from penstock.keras import losses
        from penstock.keras.metrics import Mean

        chosen = _per_output(self._given, outputs, self._names, "loss")
        self._losses = [losses.get_loss_object(item) for item in chosen]
        weights = _per_output(
            1.0 if self._weights_given is None else self._weights_given,
            outputs, self._names, "loss_weights",
        )  # fmt: skip
        self._weights = [1.0 if w is None else float(w) for w in weights]
        if len(outputs) > 1:
            names = self._names or [f"output_{i + 1}" for i in range(len(outputs))]
            self._parts = [
                None if loss is None else Mean(name=f"{name}_loss")
                for name, loss in zip(names, self._losses, strict=True)
            ]

    def __call__(self, y_true, y_pred, sample_weight=None, regularization_losses=()):
        """The sum of the outputs' losses and of `regularization_losses`; a scalar.

        Raises ValueError where there is no loss at all.
        """
        outputs = nest.flatten(y_pred)
        if self._losses is None:
            self._resolve(outputs)
        targets = _targets(y_true, outputs, self._names)
        weights = _targets(sample_weight, outputs, self._names)
        terms = []
        for i, (y, p, w) in enumerate(zip(targets, outputs, weights, strict=True)):
            loss = self._losses[i]  # type: ignore[index]
            if loss is None or y is None:
                continue
            y, w = _ranked(y, p), _ranked(w, p)
            value = loss(y, p, sample_weight=_masked(getattr_mask(p), w, p))
            if self._parts:
                self._parts[i].update_state(value, sample_weight=_batch(p))
            if self._weights[i] != 1.0:
                value = TABLE["Mul"](value, self._weights[i])
            terms.append(value)
        for extra in regularization_losses or ():
            kind = terms[0].dtype.base_dtype if terms else extra.dtype.base_dtype
            if extra.dtype.base_dtype is not kind:
                extra = TABLE["Cast"](extra, DstT=kind)
            terms.append(_summed(extra))
        if not terms:
            raise ValueError(self._nothing())
        total = terms[0]
        for term in terms[1:]:
            total = TABLE["AddV2"](total, term)
        size = _batch(outputs[0]) if outputs else None
        self._total.update_state(total, sample_weight=size)
        return total

    def _nothing(self) -> str:
        """Why there is no loss."""
        if self._given is None:
            return (
                "No loss found. You may have forgotten to provide a `loss` argument in "
                "the `compile()` method, or to call `add_loss` in a layer."
            )
        return (
            f"Target data is missing. Your model was compiled with loss={self._given}, "
            "and therefore expects target data to be provided in `fit()`."
        )


def _summed(value):
    rank = len(value.shape)
    return value if rank == 0 else TABLE["Mean"](value, list(range(rank)))


def _batch(tensor):
    """How many rows `tensor` has: the weight of this batch in an epoch's mean."""
    dims = tensor.dims
    if dims and dims[0] is not None:
        return context.landing().constant(np.array(dims[0], np.float32))
    shape = TABLE["Shape"](tensor, out_type="int32")
    size = TABLE["StridedSlice"](shape, [0], [1], [1], shrink_axis_mask=1)
    return TABLE["Cast"](size, DstT="float32")


class CompiledMetrics:
    """The metrics of `compile`, one list for each output."""

    def __init__(self, metrics=None, weighted_metrics=None, output_names=None):
        self._given, self._weighted_given = metrics, weighted_metrics
        self._names = output_names
        self._metrics: list[list] | None = None
        self._weighted: list[list] | None = None

    @property
    def metrics(self) -> list:
        if self._metrics is None:
            return []
        out = []
        for plain, weighted in zip(self._metrics, self._weighted or [], strict=True):
            out += [*plain, *weighted]
        return out

    def _resolve(self, targets: list, outputs: list) -> None:
        targets = [_ranked(y, p) for y, p in zip(targets, outputs, strict=True)]
        self._metrics = self._matched(self._given, targets, outputs)
        self._weighted = self._matched(self._weighted_given, targets, outputs)
        plain = {m.name for metrics in self._metrics for m in metrics}
        for metric in (m for metrics in self._weighted for m in metrics):
            if metric.name in plain:
                metric._name = f"weighted_{metric.name}"

    def _matched(self, given, targets, outputs) -> list[list]:
        from penstock.keras import metrics

        if given is None:
            return [[] for _ in outputs]
        if isinstance(given, Mapping) or (
            isinstance(given, list | tuple)
            and len(outputs) > 1
            and len(given) == len(outputs)
            and any(isinstance(m, list | tuple | None.__class__) for m in given)
        ):
            chosen = _per_output(given, outputs, self._names, "metrics")
        elif isinstance(given, list) and given and isinstance(given[0], list):
            chosen = given  # a list for the one output
        else:
            chosen = [given] * len(outputs)
        names = self._names or [f"output_{i + 1}" for i in range(len(outputs))]
        out = []
        for i, (items, y, p) in enumerate(zip(chosen, targets, outputs, strict=True)):
            items = [] if items is None else items
            items = list(items) if isinstance(items, list | tuple) else [items]
            prefix = f"{names[i]}_" if len(outputs) > 1 else ""
            out.append(
                [metrics.get_metric(m, y, p, prefix) for m in items if m is not None]
            )
        return out

    def update_state(self, y_true, y_pred, sample_weight=None) -> None:
        """Let every metric see this batch."""
        outputs = nest.flatten(y_pred)
        targets = _targets(y_true, outputs, self._names)
        if self._metrics is None:
            self._resolve(targets, outputs)
        weights = _targets(sample_weight, outputs, self._names)
        for i, (y, p, w) in enumerate(zip(targets, outputs, weights, strict=True)):
            if y is None:
                continue
            y, w = _ranked(y, p), _ranked(w, p)
            mask = _masked(getattr_mask(p), None, p)
            for metric in self._metrics[i]:  # type: ignore[index]
                metric.update_state(y, p, sample_weight=mask)
            full = _masked(getattr_mask(p), w, p)
            for metric in self._weighted[i]:  # type: ignore[index]
                metric.update_state(y, p, sample_weight=full)
