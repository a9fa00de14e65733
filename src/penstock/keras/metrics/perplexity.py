"""Perplexity: how many equally likely choices an uncertainty amounts to."""

from __future__ import annotations

from penstock.api import math
from penstock.api.scopes import tensor
from penstock.keras.losses.crossentropy import sparse_categorical_crossentropy
from penstock.keras.metrics.base import FAMILY
from penstock.keras.metrics.means import Mean, MeanMetricWrapper, cast_to


@FAMILY.add()
def perplexity(distribution, axis=-1):
    """exp of the entropy of `distribution` along `axis`: n for n equal chances."""
    p = tensor(distribution)
    if not p.dtype.base_dtype.is_floating:
        p = math.cast(p, "float32")
    return math.exp(-math.reduce_sum(math.xlogy(p, p), axis=axis))


@FAMILY.add()
class Perplexity(MeanMetricWrapper):
    """Of a model: exp of its mean cross entropy on class indices (Jelinek 1977).

    y_true [...], y_pred [..., classes] probabilities, or logits with `from_logits`.
    Positions labelled `ignore_class` (padding) do not count.
    """

    def __init__(
        self, name="perplexity", dtype=None, from_logits=False, ignore_class=None
    ):
        super().__init__(
            sparse_categorical_crossentropy, name, dtype, from_logits=from_logits,
            ignore_class=ignore_class,
        )  # fmt: skip

    def result(self):
        return math.exp(super().result())


@FAMILY.add()
class PerplexityPerWord(Mean):
    """Per word: exp of minus the log probability of texts over their words.

    update_state(log_probabilities [batch], words [batch]): natural logarithms of whole
    texts, and how many words each has.
    """

    def __init__(self, name="perplexity_per_word", dtype=None):
        super().__init__(name, dtype)

    def update_state(self, log_probabilities, words, sample_weight=None):
        total, count = cast_to(self, log_probabilities), cast_to(self, words)
        if sample_weight is not None:
            weight = cast_to(self, sample_weight)
            total, count = total * weight, count * weight
        self.total.assign_sub(math.reduce_sum(total))
        self.count.assign_add(math.reduce_sum(count))

    def result(self):
        return math.exp(super().result())
