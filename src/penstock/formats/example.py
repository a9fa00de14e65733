"""`tf.train.Example` and its parts, as protocol-buffer classes."""

from __future__ import annotations

from typing import Any

from penstock.formats.messages import (
    BytesList,
    Example,
    Feature,
    FeatureList,
    FeatureLists,
    Features,
    FloatList,
    Int64List,
    SequenceExample,
    parse,
)

__all__ = [
    "BytesList",
    "Example",
    "Feature",
    "FeatureList",
    "FeatureLists",
    "Features",
    "FloatList",
    "Int64List",
    "SequenceExample",
    "parse_example",
    "parse_sequence_example",
]


def parse_example(data: bytes, what: str = "serialized Example") -> Any:
    """The Example in `data`; MalformedError, naming `what`, for other bytes."""
    return parse(Example, data, what)


def parse_sequence_example(
    data: bytes, what: str = "serialized SequenceExample"
) -> Any:
    """The SequenceExample in `data`; MalformedError, naming `what`, otherwise."""
    return parse(SequenceExample, data, what)
