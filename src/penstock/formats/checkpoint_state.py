"""The text file `checkpoint` that names a folder's newest checkpoints."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from google.protobuf import text_format

from penstock.formats import messages
from penstock.formats.atomic import write_bytes
from penstock.formats.errors import LimitError, MalformedError

LONGEST_FILE = 16 << 20


@dataclass(frozen=True, slots=True)
class CheckpointState:
    """Prefix of the newest checkpoint, and of all kept ones, oldest first.

    Timestamps are seconds since 1970, one for each of
    `all_model_checkpoint_paths`, or none.
    """

    model_checkpoint_path: str
    all_model_checkpoint_paths: tuple[str, ...] = ()
    all_model_checkpoint_timestamps: tuple[float, ...] = ()
    last_preserved_timestamp: float = 0.0


def read_checkpoint_state(
    folder: str | os.PathLike[str], filename: str = "checkpoint"
) -> CheckpointState | None:
    """The state file of `folder` with usable paths; None where there is none.

    Relative paths are resolved against `folder`. A path that leads nowhere (the
    folder was moved, or comes from another machine) is looked for beside the
    state file under its last part. Raises a FormatError for a damaged file.
    """
    path = Path(folder) / filename
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > LONGEST_FILE:
                raise LimitError(f"{path}: a checkpoint state of {size} bytes")
            data = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    message = messages.CheckpointState()
    try:
        text_format.Parse(data.decode(), message, allow_unknown_field=True)
    except (text_format.ParseError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(
            f"{path} is no checkpoint state file ({error}). "
            "Delete it and restore by the checkpoint's own name."
        ) from error
    paths = message.all_model_checkpoint_paths
    return CheckpointState(
        _resolve(message.model_checkpoint_path, os.fspath(folder)),
        tuple(_resolve(each, os.fspath(folder)) for each in paths),
        tuple(message.all_model_checkpoint_timestamps),
        message.last_preserved_timestamp,
    )


def write_checkpoint_state(
    folder: str | os.PathLike[str],
    newest: str,
    kept: Sequence[str] = (),
    timestamps: Sequence[float] = (),
    last_preserved: float | None = None,
    filename: str = "checkpoint",
) -> None:
    """Replace the state file of `folder`, whole or not at all.

    As TensorFlow does, `newest` becomes the last of `kept`, and when `folder` is
    a relative path, so become the checkpoints' paths, relative to it.
    """
    paths = [*kept]
    if not paths or paths[-1] != newest:
        paths.append(newest)
    if timestamps and len(timestamps) != len(paths):
        raise ValueError(
            f"{len(timestamps)} timestamps for {len(paths)} checkpoints: {paths}"
        )
    place = os.fspath(folder)
    if not os.path.isabs(place):
        paths = [p if os.path.isabs(p) else os.path.relpath(p, place) for p in paths]
    message = messages.CheckpointState(
        model_checkpoint_path=paths[-1],
        all_model_checkpoint_paths=paths,
        all_model_checkpoint_timestamps=timestamps,
    )
    if last_preserved is not None and math.isfinite(last_preserved):
        message.last_preserved_timestamp = last_preserved
    text = text_format.MessageToString(message, as_utf8=True)
    write_bytes(os.path.join(place, filename), text.encode())


def _resolve(path: str, folder: str) -> str:
    if not path:
        return path
    named = path if os.path.isabs(path) else os.path.join(folder, path)
    if os.path.exists(f"{named}.index"):
        return named
    # The other machine may separate folders by backslashes.
    beside = os.path.join(folder, re.split(r"[/\\]", path)[-1])
    return beside if os.path.exists(f"{beside}.index") else named
