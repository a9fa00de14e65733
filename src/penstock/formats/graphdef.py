"""GraphDef, MetaGraphDef and SavedModel: files to messages and back."""

from __future__ import annotations

import os
from typing import Any

from google.protobuf import text_format

from penstock.formats import messages
from penstock.formats.atomic import write_bytes
from penstock.formats.errors import LimitError, MalformedError
from penstock.formats.messages import GraphDef, MetaGraphDef, SavedModel

__all__ = [
    "GraphDef",
    "MetaGraphDef",
    "SavedModel",
    "from_bytes",
    "from_text",
    "read_message",
    "to_text",
    "write_message",
]


# A protocol-buffer message ends below 2 GiB.
MOST_BYTES = (1 << 31) - 1

_TEXT_ENDINGS = (".pbtxt", ".txt", ".prototxt")


def read_message(path: str | os.PathLike[str], kind: Any) -> Any:
    """The message of class `kind` in the file at `path`.

    Files that end in .pbtxt, .txt or .prototxt are text, others binary. Raises
    MalformedError that names the path, and says so when the text form was put
    into a binary name.
    """
    path = os.fspath(path)
    with open(path, "rb") as file:
        # Asked for MOST_BYTES, `read` would set that much aside at once.
        if os.fstat(file.fileno()).st_size > MOST_BYTES:
            raise LimitError(f"{path}: a message ends below 2 GiB")
        data = file.read()
    if path.endswith(_TEXT_ENDINGS):
        return from_text(data, kind, path)
    return from_bytes(data, kind, path)


def from_bytes(data: bytes, kind: Any, what: str = "message") -> Any:
    """`data` as a message of class `kind`."""
    if len(data) > MOST_BYTES:
        raise LimitError(f"{what}: a message ends below 2 GiB")
    return messages.parse(kind, data, what)


def from_text(data: bytes | str, kind: Any, what: str = "message") -> Any:
    """`data` in the text form as a message of class `kind`."""
    message = kind()
    try:
        text = data.decode() if isinstance(data, bytes) else data
        text_format.Parse(text, message)
    except (text_format.ParseError, UnicodeDecodeError, RecursionError) as error:
        name = kind.DESCRIPTOR.name
        raise MalformedError(f"{what}: no {name} in text form ({error})") from error
    return message


def to_text(message: Any) -> str:
    """The text form of `message`."""
    return text_format.MessageToString(message)


def write_message(
    path: str | os.PathLike[str], message: Any, as_text: bool | None = None
) -> None:
    """Write `message` to `path`, whole or not at all.

    The form follows the name, as in `read_message`, unless `as_text` says it.
    """
    path = os.fspath(path)
    if as_text is None:
        as_text = path.endswith(_TEXT_ENDINGS)
    if as_text:
        write_bytes(path, to_text(message).encode())
        return
    size = message.ByteSize()
    if size > MOST_BYTES:
        raise LimitError(
            f"{path}: the graph takes {size} bytes and a message ends below 2 GiB. "
            "Keep large constants in variables and save them in a checkpoint."
        )
    write_bytes(path, message.SerializeToString(deterministic=True))
