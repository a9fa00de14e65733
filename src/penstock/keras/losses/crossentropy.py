"""Cross entropies: of probabilities, or of logits where they are known."""

from __future__ import annotations

import warnings

from penstock.api import array, math, nn
from penstock.api.scopes import tensor
from penstock.core.dtypes import int64
from penstock.core.errors import ShapeError
from penstock.core.shapes import show
from penstock.keras import logits as known
from penstock.keras.backend_config import epsilon
from penstock.keras.losses.functions import FAMILY, clipped, number, pair
from penstock.keras.masks import set_mask

_named = FAMILY.add


def find_logits(y_pred, from_logits: bool, kind: str, who: str):
    """(`y_pred` or the logits it was made from, whether they are logits).

    Warns where `from_logits` says otherwise than the layer that made `y_pred`.
    """
    under = known.of(y_pred, kind)
    if from_logits:
        if under is not None:
            warnings.warn(
                f'"`{who}` received `from_logits=True`, but the `output` argument was '
                f"produced by a {kind} activation and thus does not represent logits. "
                "Was this intended?",
                stacklevel=4,
            )
        return y_pred, True
    if under is not None:
        return under, True
    if known.looks_raw(y_pred):
        warnings.warn(
            f"`{who}` expects probabilities, but the last layer has no activation: its "
            "outputs are logits. Pass `from_logits=True` to the loss, or give the "
            f"layer a {kind.lower()} activation.",
            stacklevel=4,
        )
    return y_pred, False


def _smoothed(t, amount, spread):
    """t moved towards `spread` by `amount`, a number or a tensor."""
    if isinstance(amount, int | float) and amount == 0:
        return t
    s = math.cast(tensor(amount), t.dtype.base_dtype)
    return t * (number(1.0, t) - s) + spread(s)


def _classes(p, axis):
    dims = p.dims
    if dims is not None and dims[axis] is not None:
        return number(dims[axis], p)
    return math.cast(array.shape(p)[axis], p.dtype.base_dtype)


def _same_classes(t, p, who: str) -> None:
    if None in (t.dims, p.dims):
        return
    fits = len(t.dims) == len(p.dims) and all(
        a == b or None in (a, b) for a, b in zip(t.dims, p.dims, strict=True)
    )
    if fits:
        return
    hint = ""
    if len(p.dims) - len(t.dims) == 1 or (t.dims and t.dims[-1] == 1):
        hint = (
            " Labels that are class indices go with "
            "`sparse_categorical_crossentropy`; or make them one-hot with "
            "`to_categorical`."
        )
    raise ShapeError(
        f"{who}: shapes {show(t.dims)} and {show(p.dims)} of y_true and y_pred are "
        f"incompatible.{hint}"
    )


@_named()
def categorical_crossentropy(
    y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1
):
    """-Σ t·log p along `axis`, for labels that are distributions.

    Raises ShapeError where the shapes differ.
    """
    t, p = pair(y_true, y_pred)
    _same_classes(t, p, "categorical_crossentropy")
    t = _smoothed(t, label_smoothing, lambda s: s / _classes(p, axis))
    p, raw = find_logits(p, from_logits, "Softmax", "categorical_crossentropy")
    return _categorical(t, p, raw, axis)


def _categorical(t, p, raw: bool, axis):
    if raw:
        return nn.softmax_cross_entropy_with_logits(labels=t, logits=p, axis=axis)
    p = p / math.reduce_sum(p, axis=axis, keepdims=True)
    p = clipped(p, epsilon(), 1 - epsilon())
    return -math.reduce_sum(t * math.log(p), axis=axis)


@_named()
def sparse_categorical_crossentropy(
    y_true, y_pred, from_logits=False, axis=-1, ignore_class=None
):
    """-log p[y_true] for class indices `y_true`, shaped as `y_pred` without `axis`.

    Rows labelled `ignore_class` cost nothing and do not count. Raises
    InvalidArgumentError, when it runs, for a label outside [0, classes).
    """
    p = tensor(y_pred)
    if not p.dtype.base_dtype.is_floating:
        p = math.cast(p, "float32")
    t = math.cast(tensor(y_true), int64)
    p, raw = find_logits(p, from_logits, "Softmax", "sparse_categorical_crossentropy")
    rank = None if p.dims is None else len(p.dims)
    if rank is not None and axis not in (-1, rank - 1):
        order = [i for i in range(rank) if i != axis % rank] + [axis % rank]
        p = array.transpose(p, order)
    if not raw:
        p = math.log(clipped(p, epsilon(), 1 - epsilon()))
    t = _as_rows(t, p)
    valid = None
    if ignore_class is not None:
        ignored = tensor(int(ignore_class), int64)
        valid = math.not_equal(t, ignored)
        t = array.where(valid, t, array.zeros_like(t))
    loss = nn.sparse_softmax_cross_entropy_with_logits(labels=t, logits=p)
    if valid is not None:
        loss = array.where(valid, loss, array.zeros_like(loss))
        set_mask(loss, valid)
    return loss


def _as_rows(t, p):
    """Class indices shaped as `p` without its last axis."""
    if t.dims is None or p.dims is None:
        return t
    if len(t.dims) == len(p.dims) and t.dims[-1] == 1:
        t = array.squeeze(t, [-1])
    if len(t.dims) != len(p.dims) - 1:
        hint = ""
        if len(t.dims) == len(p.dims):
            hint = (
                " One-hot labels go with `categorical_crossentropy`; class indices "
                "with this loss."
            )
        raise ShapeError(
            f"sparse_categorical_crossentropy: shape mismatch, the shape of labels "
            f"(received {show(t.dims)}) should equal the shape of logits except for "
            f"the last dimension (received {show(p.dims)}).{hint}"
        )
    return t


@_named("bce", "BCE")
def binary_crossentropy(
    y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1
):
    """mean -(t·log p + (1 - t)·log(1 - p)) along `axis`."""
    t, p = pair(y_true, y_pred)
    _same_sizes(t, p, "binary_crossentropy")
    t = _smoothed(t, label_smoothing, lambda s: number(0.5, t) * s)
    p, raw = find_logits(p, from_logits, "Sigmoid", "binary_crossentropy")
    return math.reduce_mean(_binary(t, p, raw), axis=axis)


def _same_sizes(t, p, who: str) -> None:
    if None in (t.dims, p.dims) or len(t.dims) == len(p.dims):
        return
    raise ShapeError(
        f"{who}: y_true {show(t.dims)} and y_pred {show(p.dims)} differ in rank. "
        "Reshape the labels, or end the model with one unit for each label."
    )


def _binary(t, p, raw: bool):
    if raw:
        return nn.sigmoid_cross_entropy_with_logits(labels=t, logits=p)
    p = clipped(p, epsilon(), 1 - epsilon())
    one, tiny = number(1.0, p), number(epsilon(), p)
    hit = t * math.log(p + tiny)
    return -(hit + (one - t) * math.log(one - p + tiny))


@_named()
def binary_focal_crossentropy(
    y_true, y_pred, apply_class_balancing=False, alpha=0.25, gamma=2.0,
    from_logits=False, label_smoothing=0.0, axis=-1,
):  # fmt: skip
    """Binary cross entropy weighted by (1 - p of the truth)^gamma; Lin (2018)."""
    t, p = pair(y_true, y_pred)
    t = _smoothed(t, label_smoothing, lambda s: number(0.5, t) * s)
    if from_logits:
        p = math.sigmoid(p)
    entropy = _binary(t, p, False)
    one = number(1.0, p)
    sure = t * p + (one - t) * (one - p)
    out = math.pow(one - sure, number(gamma, p)) * entropy
    if apply_class_balancing:
        a = number(alpha, p)
        out = (t * a + (one - t) * (one - a)) * out
    return math.reduce_mean(out, axis=axis)


@_named()
def categorical_focal_crossentropy(
    y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0,
    axis=-1,
):  # fmt: skip
    """Categorical cross entropy weighted by alpha·(1 - p)^gamma; Lin et al. (2018)."""
    t, p = pair(y_true, y_pred)
    _same_classes(t, p, "categorical_focal_crossentropy")
    t = _smoothed(t, label_smoothing, lambda s: s / _classes(p, axis))
    if from_logits:
        p = nn.softmax(p, axis)
    p = p / math.reduce_sum(p, axis=axis, keepdims=True)
    p = clipped(p, epsilon(), 1 - epsilon())
    weight = math.cast(tensor(alpha), p.dtype.base_dtype) * math.pow(
        number(1.0, p) - p, number(gamma, p)
    )
    return math.reduce_sum(weight * -(t * math.log(p)), axis=axis)


bce = BCE = binary_crossentropy
