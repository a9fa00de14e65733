"""`tf.summary` of 1.x: nodes that give summaries, and the files they go to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from penstock.api.scopes import tensor as as_tensor
from penstock.core.dtypes import string
from penstock.formats.messages import (
    Event,
    SessionLog,
    Summary,
    SummaryDescription,
    SummaryMetadata,
    TaggedRunMetadata,
)
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.v1.default_graph import get_default_graph
from penstock.v1.file_writer import FileWriter, FileWriterCache
from penstock.v1.graph_keys import GraphKeys, add_to_collections, get_collection


@contextmanager
def _scope(name: str, family: str | None) -> Iterator[tuple[str, str]]:
    """The tag of a summary and the name of its node.

    Signs that no name can have become "_"; a `family` goes before both.
    """
    cleaned = _clean(name)
    if family is not None:
        family = _clean(family)
        cleaned = f"{family}/{cleaned}"
    with get_default_graph().name_scope(cleaned) as full:
        inside = full.rstrip("/")
        yield (inside if family is None else f"{family}/{inside}"), full


def _clean(name: str) -> str:
    text = "".join(c if c.isalnum() or c in "-_./" else "_" for c in str(name))
    return text.lstrip("/")


def _collected(made: Tensor, collections) -> Tensor:
    add_to_collections(
        [GraphKeys.SUMMARIES] if collections is None else list(collections), made
    )
    return made


def _tag(text: str, name: str) -> Tensor:
    return as_tensor(text, string, name)


def scalar(name, tensor, collections=None, family=None):
    """A summary of one number under `name`, for `merge_all` to find."""
    with _scope(name, family) as (tag, full):
        made = TABLE["ScalarSummary"](_tag(tag, "tags"), tensor, name=full)
    return _collected(made, collections)


def histogram(name, values, collections=None, family=None):
    """A summary of how `values` (any shape) are distributed."""
    with _scope(name, family) as (tag, full):
        made = TABLE["HistogramSummary"](_tag(tag, "tag"), values, name=full)
    return _collected(made, collections)


def image(name, tensor, max_outputs=3, collections=None, family=None):
    """Pictures [batch, height, width, 1, 3 or 4], uint8 or floats of any range."""
    with _scope(name, family) as (tag, full):
        made = TABLE["ImageSummary"](
            _tag(tag, "tag"), tensor, max_images=int(max_outputs), name=full
        )
    return _collected(made, collections)


def audio(name, tensor, sample_rate, max_outputs=3, collections=None, family=None):
    """Sounds [batch, frames(, channels)] in [-1, 1]; `sample_rate` in hertz."""
    with _scope(name, family) as (tag, full):
        rate = as_tensor(sample_rate, "float32", "sample_rate")
        made = TABLE["AudioSummaryV2"](
            _tag(tag, "tag"), tensor, rate, max_outputs=int(max_outputs), name=full
        )
    return _collected(made, collections)


def tensor_summary(
    name, tensor, summary_description=None, collections=None, summary_metadata=None,
    family=None, display_name=None,
):  # fmt: skip
    """Any tensor; `summary_metadata` names the plugin that shows it."""
    metadata = SummaryMetadata()
    if summary_metadata is not None:
        metadata.CopyFrom(summary_metadata)
    if summary_description is not None:
        metadata.summary_description = summary_description
    if display_name is not None:
        metadata.display_name = display_name
    with _scope(name, family) as (tag, full):
        made = TABLE["TensorSummaryV2"](
            _tag(tag, "tag"),
            tensor,
            as_tensor(
                metadata.SerializeToString(), string, "serialized_summary_metadata"
            ),
            name=full,
        )
    return _collected(made, collections)


def text(name, tensor, collections=None):
    """Strings, shown as Markdown. Raises ValueError for other tensors."""
    tensor = as_tensor(tensor)
    if tensor.dtype is not string:
        raise ValueError(
            f"Expected tensor {tensor.name} to have dtype string, got {tensor.dtype}"
        )
    plugin = SummaryMetadata.PluginData(plugin_name="text")
    metadata = SummaryMetadata(plugin_data=plugin)
    return tensor_summary(
        name, tensor, summary_metadata=metadata, collections=collections
    )


def merge(inputs, collections=None, name=None):
    """One summary of all `inputs`. Raises InvalidArgumentError where tags repeat."""
    with get_default_graph().name_scope(name or "Merge"):
        made = TABLE["MergeSummary"](list(inputs), name=name)
    add_to_collections(list(collections or ()), made)
    return made


def merge_all(key=GraphKeys.SUMMARIES, scope=None, name=None):
    """One summary of all that the graph collected; None where there are none."""
    found = get_collection(key, scope)
    return merge(found, name=name) if found else None


def get_summary_description(node_def):
    """The SummaryDescription of a TensorSummary node. Raises ValueError for others."""
    if node_def.op != "TensorSummary":
        raise ValueError(f"Cannot get_summary_description on {node_def.op}")
    return SummaryDescription.FromString(node_def.attr["description"].s)


def initialize(graph=None, session=None) -> None:
    """Nothing: writers of 1.x need no preparation. As `tf.summary.initialize`."""


def all_v2_summary_ops() -> list:
    """The summary ops of 2.x in this graph: none."""
    return []


# --- the names of TensorFlow 0.x ------------------------------------------------


def scalar_summary(tags, values, collections=None, name=None):
    """`tf.scalar_summary` of 0.x: numbers under tags of the same shape."""
    return _tagged("ScalarSummary", tags, values, collections, name)


def histogram_summary(tag, values, collections=None, name=None):
    """`tf.histogram_summary` of 0.x."""
    return _tagged("HistogramSummary", tag, values, collections, name)


def image_summary(
    tag, tensor, max_images=3, collections=None, name=None, max_outputs=None
):
    """`tf.image_summary` of 0.x."""
    count = max_images if max_outputs is None else max_outputs
    return _tagged("ImageSummary", tag, tensor, collections, name, max_images=count)


def audio_summary(tag, tensor, sample_rate, max_outputs=3, collections=None, name=None):
    """`tf.audio_summary` of 0.x."""
    rate = np.float32(sample_rate)
    made = TABLE["AudioSummaryV2"](
        tag, tensor, rate, max_outputs=max_outputs, name=name or "AudioSummary"
    )
    return _collected(made, collections)


def _tagged(kind: str, tag, values, collections, name, **attrs):
    with get_default_graph().name_scope(name or kind) as full:
        made = TABLE[kind](tag, values, name=full, **attrs)
    return _collected(made, collections)


merge_summary = merge


def merge_all_summaries(key=GraphKeys.SUMMARIES):
    """`tf.merge_all_summaries` of 0.x."""
    return merge_all(key)


__all__ = [
    "Event", "FileWriter", "FileWriterCache", "SessionLog", "Summary",
    "SummaryDescription", "TaggedRunMetadata", "all_v2_summary_ops", "audio",
    "get_summary_description", "histogram", "image", "initialize", "merge",
    "merge_all", "scalar", "tensor_summary", "text",
]  # fmt: skip
