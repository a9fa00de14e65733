"""Losses on logits: cross entropies and the Poisson loss."""

from __future__ import annotations

import math as pymath
from typing import Any

from penstock.api import array, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api.math_functions import cast
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import as_dtype, int32, int64
from penstock.core.errors import ShapeError
from penstock.core.shapes import merge, show
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import nn_activation as act
from penstock.ops import nn_loss


def softmax_cross_entropy_with_logits(labels, logits, axis=-1, name=None):
    """-Σ labels·log softmax(logits) along `axis`; gradients flow into labels too.

    Safe for logits of any size. `labels` and `logits` share a shape; the result lacks
    `axis`. Raises ShapeError where they cannot be matched.
    """
    return dense_cross_entropy(
        labels, logits, axis, name, "softmax_cross_entropy_with_logits", False
    )


def dense_cross_entropy(labels, logits, axis, name, default, stop: bool):
    """The same, under the scope `default`, perhaps without gradient into labels."""
    with scope(name, default) as full:
        if stop:
            labels = TABLE["StopGradient"](labels, name="labels_stop_gradient")
        x = tensor(logits, name="logits")
        y = tensor(
            labels, None if isinstance(labels, Tensor) else x.dtype, name="labels"
        )
        wide = x.dtype.base_dtype
        narrow = wide
        if wide.size < 4:
            x, wide = cast(x, "float32"), as_dtype("float32")
        y = cast(y, wide)
        rank = None if x.dims is None else len(x.dims)
        if rank == 0:
            raise ShapeError("logits must have a class axis; received a scalar.")
        axis = -1 if axis is None else int(axis)
        if rank is not None and not -rank <= axis < rank:
            raise ShapeError(
                f"axis {axis} is outside [{-rank}, {rank}) for logits of shape "
                f"{show(x.dims)}."
            )
        if rank is not None and axis not in (-1, rank - 1):
            order = [i for i in range(rank) if i != axis % rank] + [axis % rank]
            x, y = array.transpose(x, order), array.transpose(y, order)
        op = nn_loss.softmax_cross_entropy
        if context.executing_eagerly() and rank == 2:
            loss = op(x, y)[0]
        else:
            loss = _of_rows(op, x, y, full)
        return loss if narrow is wide else cast(loss, narrow)


def _of_rows(op, x: Tensor, y: Tensor, name: str) -> Tensor:
    """`op` on x and y as matrices, its result shaped as their outer dimensions."""
    merged: Any = merge(x.dims, y.dims)
    static = None if x.dims is None or y.dims is None else merged[:-1]
    outer_rank, sizes = array.rank(x), array.shape(x)
    flat_x, flat_y = _as_matrix(x), _as_matrix(y)
    loss = op(flat_x, flat_y, name=name or None)[0]
    rest = TABLE["Sub"](outer_rank, 1)
    loss = array.reshape(loss, array.slice(sizes, [0], [rest]))
    if static is not None:
        loss.set_shape(static)
    return loss


def _as_matrix(x: Tensor) -> Tensor:
    rank, sizes = array.rank(x), array.shape(x)
    last = array.slice(sizes, [TABLE["Sub"](rank, 1)], [1])
    flat = array.reshape(x, array.concat([[-1], last], 0))
    if x.dims is not None:
        rows = None if None in x.dims[:-1] else pymath.prod(x.dims[:-1])  # type: ignore
        flat.set_shape([rows, x.dims[-1]])
    return flat


def _check_labels(labels: Any, logits: Any) -> None:
    """Raise ShapeError where known shapes are not those of one index per row."""
    if labels is None or logits is None or labels == logits[:-1]:
        return
    if len(labels) != len(logits) - 1:
        raise ShapeError(
            f"Rank mismatch: Rank of labels (received {len(labels)}) should equal rank "
            f"of logits minus 1 (received {len(logits)}): labels {show(labels)}, "
            f"logits {show(logits)}. For one-hot labels use "
            "softmax_cross_entropy_with_logits."
        )
    if any(None not in (a, b) and a != b for a, b in zip(labels, logits, strict=False)):
        raise ShapeError(
            f"Shape mismatch: The shape of labels (received {show(labels)}) should "
            "equal the shape of logits except for the last dimension (received "
            f"{show(logits)})."
        )


def sparse_softmax_cross_entropy_with_logits(labels, logits, name=None):
    """The same for one class index per row: labels [...], logits [..., classes].

    Raises InvalidArgumentError when a label is outside [0, classes).
    """
    with scope(name, "SparseSoftmaxCrossEntropyWithLogits"):
        y: Any = tensor(labels, name="labels")
        x: Any = tensor(logits, name="logits")
        narrow = x.dtype.base_dtype
        if narrow.size < 4:
            x = cast(x, "float32")
        if x.dims is not None and not x.dims:
            raise ShapeError("logits must have a class axis; received a scalar.")
        _check_labels(y.dims, x.dims)
        if y.dtype.base_dtype not in (int32, int64):
            y = cast(y, int64)
        op = nn_loss.sparse_softmax_cross_entropy
        matrix = x.dims is not None and len(x.dims) == 2
        if matrix and context.landing().eager:  # else the node that TensorFlow has too
            loss = op(x, y, name=name)[0]
            return loss if narrow is x.dtype.base_dtype else cast(loss, narrow)
        outer = array.shape(y)
        if matrix:
            loss = op(x, y, name=name)[0]
        else:
            classes = x.dims[-1] if x.dims is not None else None
            last = classes if classes is not None else array.shape(x)[-1]
            rows = array.reshape(x, [-1, last])
            loss = op(rows, array.reshape(y, [-1]), name=name)[0]
            loss = array.reshape(loss, outer)
            if y.dims is not None:
                loss.set_shape(y.dims)
        return loss if narrow is x.dtype.base_dtype else cast(loss, narrow)


def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """max(x, 0) - x·z + log(1 + e^-|x|) for logits x and labels z, elementwise."""
    with scope(name, "logistic_loss") as full:
        x = tensor(logits, name="logits")
        z = tensor(labels, x.dtype.base_dtype, name="labels")
        _same_shape(x, z, "logits", "labels")
        zeros = array.zeros_like(x)
        positive = TABLE["GreaterEqual"](x, zeros)
        kept = TABLE["Select"](positive, x, zeros)
        minus_abs = TABLE["Select"](positive, TABLE["Neg"](x), x)
        linear = kept - x * z
        log = TABLE["Log1p"](TABLE["Exp"](minus_abs))
        return TABLE["AddV2"](linear, log, name=full or None)


def weighted_cross_entropy_with_logits(labels, logits, pos_weight, name=None):
    """`sigmoid_cross_entropy_with_logits` with positives counted `pos_weight` times."""
    with scope(name, "logistic_loss") as full:
        x = tensor(logits, name="logits")
        z = tensor(labels, x.dtype.base_dtype, name="labels")
        _same_shape(x, z, "logits", "labels")
        weight = 1 + (pos_weight - 1) * z
        linear = (1 - z) * x
        decay = TABLE["Exp"](TABLE["Neg"](TABLE["Abs"](x)))
        log = TABLE["Log1p"](decay) + act.relu(TABLE["Neg"](x))
        return TABLE["AddV2"](linear, weight * log, name=full or None)


def _same_shape(a: Tensor, b: Tensor, a_name: str, b_name: str) -> None:
    if not a.shape.is_compatible_with(b.shape):
        raise ShapeError(
            f"{a_name} and {b_name} must have the same shape, received "
            f"{show(a.dims)} and {show(b.dims)}."
        )


def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    """e^c - z·c for log-rate c and count z, with Stirling's term on request."""
    with scope(name, "log_poisson_loss"):
        c = tensor(log_input, name="log_input")
        kind = c.dtype.base_dtype
        z = tensor(targets, kind, name="targets")
        _same_shape(c, z, "log_input", "targets")
        loss = TABLE["Exp"](c) - c * z
        if not compute_full_loss:
            return loss
        half, turn = tensor(0.5, kind), tensor(2 * pymath.pi, kind)
        log_z = TABLE["Log"](z)
        stirling = z * log_z - z + half * TABLE["Log"](turn * z)
        zeros, ones = array.zeros_like(z), array.ones_like(z)
        between = TABLE["LogicalAnd"](
            TABLE["GreaterEqual"](z, zeros), TABLE["LessEqual"](z, ones)
        )
        return loss + TABLE["Select"](between, zeros, stirling)
