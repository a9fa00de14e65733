"""`tf.contrib.losses.metric_learning`: losses of embeddings that belong together."""

from __future__ import annotations

from typing import Any

from penstock.api import array, linalg, nn_loss, operators  # noqa: F401
from penstock.api import math_arithmetic as a
from penstock.api import math_functions as m
from penstock.api import math_reduce as reduce
from penstock.api.scopes import tensor
from penstock.core.dtypes import float32


def _distances(x, squared: bool):
    """Distances between all rows of `x` [n, depth], with zeros on the diagonal."""
    squares = reduce.reduce_sum(m.square(x), 1, True)
    found = squares + array.transpose(squares) - 2.0 * linalg.matmul(
        x, x, transpose_b=True
    )  # fmt: skip
    found = a.maximum(found, 0.0)
    if not squared:
        zero = m.cast(a.less_equal(found, 0.0), found.dtype)
        # Where the distance is 0 the root's slope would be infinite.
        found = m.sqrt(found + zero * 1e-16) * (1.0 - zero)
    apart = 1.0 - linalg.eye(array.shape(x)[0], dtype=x.dtype)
    return found * apart


def _alike(labels):
    labels = array.reshape(tensor(labels), [-1, 1])
    return a.equal(labels, array.transpose(labels))


def contrastive_loss(labels, embeddings_anchor, embeddings_positive, margin=1.0):
    """Pairs with label 1 come near, others move `margin` apart; Hadsell (2006)."""
    apart = m.sqrt(
        reduce.reduce_sum(
            a.squared_difference(embeddings_anchor, embeddings_positive), 1
        )
    )
    labels = m.cast(labels, float32)
    near = labels * m.square(apart)
    far = (1.0 - labels) * m.square(a.maximum(margin - apart, 0.0))
    return reduce.reduce_mean(near + far, name="contrastive_loss")


def triplet_semihard_loss(labels, embeddings, margin=1.0):
    """Each pair alike against the nearest negative that is farther than it, else the
    farthest of all; Schroff, Kalenichenko and Philbin (2015).
    """
    embeddings = tensor(embeddings)
    distances: Any = _distances(embeddings, squared=True)
    alike = _alike(labels)
    different = m.cast(a.logical_not(alike), float32)
    # farther[i, j, k]: k is no mate of i and farther from i than j is.
    d_ij, d_ik = array.expand_dims(distances, 2), array.expand_dims(distances, 1)
    farther = m.cast(a.greater(d_ik, d_ij), float32) * array.expand_dims(different, 1)
    some = a.greater(reduce.reduce_sum(farther, 2), 0.0)
    most = reduce.reduce_max(distances)
    outside = reduce.reduce_min(d_ik + (1.0 - farther) * (most + 1.0), 2)
    lowest = reduce.reduce_min(distances)
    inside = reduce.reduce_max(
        (distances - lowest) * different, 1, True
    ) + lowest  # fmt: skip
    whole = inside + array.zeros_like(distances)
    from penstock.ir.op import TABLE

    negatives = TABLE["SelectV2"](some, outside, whole)
    losses = a.maximum(margin + distances - negatives, 0.0)
    mates = m.cast(alike, float32) - linalg.eye(array.shape(distances)[0])
    count = reduce.reduce_sum(mates)
    return a.divide(
        reduce.reduce_sum(losses * mates), count, name="triplet_semihard_loss"
    )


def npairs_loss(
    labels, embeddings_anchor, embeddings_positive, reg_lambda=0.002, print_losses=False
):
    """Cross entropy of similarities, targets spread over equal labels; Sohn (2016)."""
    squares = [
        reduce.reduce_mean(reduce.reduce_sum(m.square(e), 1))
        for e in (embeddings_anchor, embeddings_positive)
    ]
    penalty = 0.25 * reg_lambda * (squares[0] + squares[1])
    similar = linalg.matmul(embeddings_anchor, embeddings_positive, transpose_b=True)
    targets = m.cast(_alike(labels), float32)
    targets = targets / reduce.reduce_sum(targets, 1, True)
    entropy = nn_loss.softmax_cross_entropy_with_logits(labels=targets, logits=similar)
    return reduce.reduce_mean(entropy) + penalty


def lifted_struct_loss(labels, embeddings, margin=1.0):
    """All pairs of a batch at once; Song et al. (2016)."""
    distances: Any = _distances(tensor(embeddings), squared=False)
    alike = _alike(labels)
    different = m.cast(a.logical_not(alike), float32)
    mates = m.cast(alike, float32) - linalg.eye(array.shape(distances)[0])
    gaps = margin - distances
    lowest = reduce.reduce_max(gaps * different)
    total = reduce.reduce_sum(m.exp(gaps - lowest) * different, 1, True)
    both = lowest + m.log(total + array.transpose(total) + 1e-30)
    losses = m.square(a.maximum((distances + both) * mates, 0.0))
    pairs = reduce.reduce_sum(mates) / 2.0
    return 0.25 * reduce.reduce_sum(losses) / pairs


__all__ = [
    "contrastive_loss", "lifted_struct_loss", "npairs_loss", "triplet_semihard_loss",
]  # fmt: skip
