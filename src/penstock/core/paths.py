"""Paths that match a pattern, told as TensorFlow tells them."""

from __future__ import annotations

import glob
import re

_WILD = re.compile(r"[*?[]")


def matching_paths(pattern: str) -> list[str]:
    """The files and folders that match `pattern`, sorted; hidden ones too.

    What a pattern without a folder before its first wildcard finds begins with "./".
    `**` goes no deeper than `*`, and a slash at the end asks for nothing more.
    """
    wild = _WILD.search(pattern)
    if wild is None:
        return glob.glob(glob.escape(pattern))
    if "/" not in pattern[: wild.start()]:
        pattern = f"./{pattern}"
    return sorted(glob.glob(pattern.rstrip("/"), include_hidden=True))
