"""`tf.io`: `tf.train.SequenceExample`s: a context, and lists of features."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api.io_examples import (
    FixedLenSequenceFeature,
    RaggedFeature,
    VarLenFeature,
    ordered,
    parse_example,
)
from penstock.api.ragged import RaggedTensor
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import as_dtype, string
from penstock.core.shapes import as_dims
from penstock.ir.op import TABLE
from penstock.ops import io_ragged as ops


def parse_single_sequence_example(serialized, context_features=None,
                                  sequence_features=None, example_name=None,
                                  name=None):  # fmt: skip
    """One serialized SequenceExample: (context, sequences) as dicts.

    A VarLenFeature is a SparseTensor [frames, values], a FixedLenSequenceFeature a
    tensor [frames, *shape], a RaggedFeature rows. InvalidArgumentError when it runs
    and a feature is missing or of another size than said.
    """
    context, sequences, _ = _parse(
        serialized, context_features, sequence_features, name, single=True
    )
    return context, sequences


def parse_sequence_example(serialized, context_features=None, sequence_features=None,
                           example_names=None, name=None):  # fmt: skip
    """A vector of them: (context, sequences, lengths).

    Sequences have a first axis more, padded where they are tensors, and `lengths`
    holds the number of frames [batch] for those.
    """
    return _parse(serialized, context_features, sequence_features, name, single=False)


def _parse(serialized, context_features, sequence_features, name, single: bool):
    if not (context_features or sequence_features):
        raise ValueError(
            "Both context_features and sequence_features are None, but at least one "
            "should have values."
        )
    with scope(name, "ParseSequenceExample"):
        serialized = tensor(serialized, string)
        # The context of a SequenceExample lies where an Example has its features.
        context = (
            parse_example(serialized, context_features) if context_features else {}
        )
        features = sequence_features or {}
        keys = sorted(features)
        sizes = [_size(features[key]) for key in keys]
        out = ops.parse_sequences(
            serialized, keys=tuple(keys), count=len(keys), sizes=tuple(sizes),
            types=tuple(as_dtype(features[key].dtype) for key in keys),
            needed=tuple(k for k in keys if _needed(features[k])),
        ) if keys else ((), (), ())  # fmt: skip
        found, lengths = {}, {}
        for key, values, frames, examples in zip(keys, *out, strict=True):
            feature = features[key]
            if isinstance(feature, FixedLenSequenceFeature):
                dims: Any = as_dims(feature.shape)
                rows = TABLE["Reshape"](values, [-1, *dims])
                found[key] = rows
                if not single:
                    batched = RaggedTensor.from_row_splits(rows, examples)
                    found[key] = batched.to_tensor()
                    lengths[key] = batched.row_lengths()
                continue
            splits = [frames] if single else [examples, frames]
            rows = RaggedTensor.from_nested_row_splits(values, splits)
            if isinstance(feature, RaggedFeature):
                found[key] = rows
            else:
                found[key] = rows.to_sparse()
        return context, ordered(found), lengths


def _size(feature) -> int:
    if isinstance(feature, FixedLenSequenceFeature):
        return int(np.prod(as_dims(feature.shape)))  # type: ignore
    if isinstance(feature, RaggedFeature) and feature.partitions:
        raise ValueError("A RaggedFeature of a sequence has no partitions here.")
    if not isinstance(feature, VarLenFeature | RaggedFeature):
        raise ValueError(
            f"Unsupported {type(feature).__name__} as a sequence feature: use "
            "VarLenFeature, FixedLenSequenceFeature or RaggedFeature."
        )
    return -1


def _needed(feature) -> bool:
    return isinstance(feature, FixedLenSequenceFeature) and not feature.allow_missing


__all__ = ["parse_sequence_example", "parse_single_sequence_example"]
