"""Losses that Keras 3 added: overlaps of masks, noisy labels, embeddings.

As `keras.losses` of Keras 3.
"""

from __future__ import annotations

from penstock.api import array, math, nn
from penstock.api.scopes import tensor
from penstock.keras import backend_ctc
from penstock.keras.backend_config import epsilon
from penstock.keras.losses.functions import FAMILY, clipped, number, pair
from penstock.keras.masks import set_mask

_named = FAMILY.add


@_named()
def dice(y_true, y_pred, axis=None):
    """1 - 2·Σ t·p / (Σ t + Σ p) over `axis` (all); Dice (1945)."""
    t, p = pair(y_true, y_pred)
    both = number(2.0, p) * math.reduce_sum(t * p, axis=axis)
    whole = math.reduce_sum(t, axis=axis) + math.reduce_sum(p, axis=axis)
    return number(1.0, p) - math.divide_no_nan(both, whole + number(epsilon(), p))


@_named()
def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """1 - Σ t·p / (Σ t·p + alpha·Σ t·(1-p) + beta·Σ (1-t)·p); Salehi et al. (2017)."""
    t, p = pair(y_true, y_pred)
    one = number(1.0, p)
    both = math.reduce_sum(t * p, axis=axis)
    false = number(beta, p) * math.reduce_sum((one - t) * p, axis=axis)
    missed = number(alpha, p) * math.reduce_sum(t * (one - p), axis=axis)
    return one - both / (both + false + missed + number(epsilon(), p))


@_named()
def categorical_generalized_cross_entropy(y_true, y_pred, q=0.5):
    """(1 - p[y_true]^q) / q for class indices; Zhang and Sabuncu (2018).

    Raises ValueError for q outside (0, 1].
    """
    if not 0 < q <= 1:
        raise ValueError(f"q must be above 0 and at most 1, received {q}.")
    p = tensor(y_pred)
    t = math.cast(tensor(y_true), "int32")
    rows = array.one_hot(t, p.dims[-1], dtype=p.dtype.base_dtype)
    chance = clipped(math.reduce_sum(rows * p, axis=-1), epsilon(), 1 - epsilon())
    return (number(1.0, p) - math.pow(chance, number(q, p))) / number(q, p)


ctc = _named()(backend_ctc.ctc)


@_named()
def circle(
    y_true, y_pred, ref_labels=None, ref_embeddings=None, remove_diagonal=True,
    gamma=80, margin=0.4,
):  # fmt: skip
    """Classes [n] of unit vectors [n, d], drawn together and apart; Sun et al. (2020).

    Each is compared with `ref_embeddings` (itself) of `ref_labels`; one value a row.
    """
    v = tensor(y_pred)
    t = array.reshape(tensor(y_true), [-1])
    others = v if ref_embeddings is None else tensor(ref_embeddings)
    labels = t if ref_labels is None else array.reshape(tensor(ref_labels), [-1])
    labels = math.cast(labels, t.dtype)
    like = math.matmul(v, others, transpose_b=True)
    same = math.equal(array.expand_dims(t, 1), array.expand_dims(labels, 0))
    near = same
    if remove_diagonal:
        n = array.shape(v)[0]
        own = math.eye(n, array.shape(others)[0], dtype="bool")
        near = math.logical_and(same, math.logical_not(own))
    m, one, g = number(margin, v), number(1.0, v), number(gamma, v)
    pull = nn.relu(one + m - like) * g * (one - m - like)
    push = nn.relu(like + m) * g * (like - m)
    far = math.logical_not(same)
    loss = nn.softplus(_logsumexp(pull, near) + _logsumexp(push, far))
    set_mask(loss, math.reduce_any(near, axis=1))  # alone in its class: not counted
    return loss


def _logsumexp(x, where):
    """log Σ e^x over the entries of each row that `where` marks."""
    low = array.fill(array.shape(x), number(-1e9, x))
    return math.reduce_logsumexp(array.where(where, x, low), axis=1)
