"""`tf.edit_distance`: how far apart sparse sequences are."""

from __future__ import annotations

from penstock.api.sparse import SparseTensor
from penstock.ir.op import TABLE


def edit_distance(hypothesis, truth, normalize=True, name="edit_distance"):
    """Levenshtein distances along the last axis, by the truth's lengths on request.

    Raises TypeError unless both are SparseTensors.
    """
    for what, given in (("Hypothesis", hypothesis), ("Truth", truth)):
        if not isinstance(given, SparseTensor):
            raise TypeError(f"{what} must be a SparseTensor.")
    return TABLE["EditDistance"](
        hypothesis.indices, hypothesis.values, hypothesis.dense_shape, truth.indices,
        truth.values, truth.dense_shape, normalize=normalize, name=name,
    )  # fmt: skip


__all__ = ["edit_distance"]
