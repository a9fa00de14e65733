"""`tf.nn`'s sampled losses in the order of arguments of 1.x."""

from __future__ import annotations

from penstock.api import nn_sampled


def nce_loss(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true=1,
    sampled_values=None, remove_accidental_hits=False, partition_strategy="mod",
    name="nce_loss",
):  # fmt: skip
    """As `penstock.api.nn_sampled.nce_loss`."""
    return nn_sampled.noise_contrastive(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true,
        sampled_values, remove_accidental_hits, partition_strategy, name,
    )  # fmt: skip


def sampled_softmax_loss(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true=1,
    sampled_values=None, remove_accidental_hits=True, partition_strategy="mod",
    name="sampled_softmax_loss", seed=None,
):  # fmt: skip
    """As `penstock.api.nn_sampled.sampled_softmax_loss`."""
    return nn_sampled.softmax_by_sample(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true,
        sampled_values, remove_accidental_hits, partition_strategy, name, seed,
    )  # fmt: skip
