"""Whole files or nothing: write beside the target, then rename."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Generator
from typing import BinaryIO

_serial = itertools.count()


def beside(path: str) -> str:
    """A name for the unfinished file, in the same folder as `path`.

    The rename is atomic only within one file system, so the folder is the
    target's; process id and a counter keep writers apart.
    """
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name}.{os.getpid()}-{next(_serial)}.unfinished")


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Generator[BinaryIO, None, None]:
    """Open a file that takes the place of `path` when the block ends well.

    When the block raises, `path` is left as it was. The bytes reach the disk
    before the rename, so that a power cut can't leave an empty file.
    """
    target = os.fspath(path)
    unfinished = beside(target)
    try:
        with open(unfinished, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(unfinished)
        raise


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Make `data` the content of `path`, whole or not at all."""
    with replacing(path) as file:
        file.write(data)
