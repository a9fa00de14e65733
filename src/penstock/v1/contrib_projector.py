"""`tf.contrib.tensorboard.plugins.projector`: which embeddings TensorBoard shows."""

from __future__ import annotations

import os
from typing import Any

from google.protobuf import text_format
from tensorboard.plugins.projector import projector_config_pb2

from penstock.formats.atomic import write_bytes

# Generated code has no types to check.
_generated: Any = projector_config_pb2
EmbeddingInfo = _generated.EmbeddingInfo
ProjectorConfig = _generated.ProjectorConfig
SpriteMetadata = _generated.SpriteMetadata

FILE = "projector_config.pbtxt"


def visualize_embeddings(summary_writer, config) -> None:
    """Write `config` beside the events of `summary_writer` (or in a folder's name).

    Raises ValueError where the writer has no folder.
    """
    folder = summary_writer
    if not isinstance(folder, str):
        folder = getattr(summary_writer, "get_logdir", lambda: None)()
    if not folder:
        raise ValueError("Summary writer must have a logdir")
    os.makedirs(folder, exist_ok=True)
    text = text_format.MessageToString(config)
    write_bytes(os.path.join(folder, FILE), text.encode())


__all__ = [
    "EmbeddingInfo", "ProjectorConfig", "SpriteMetadata", "visualize_embeddings",
]  # fmt: skip
