"""Strings matched against regular expressions, on the host.

Python's `re`, which agrees with TensorFlow's RE2 on what both accept.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from penstock.core.errors import InvalidArgumentError
from penstock.ops.strings import ELEMENTWISE, each, string_op


def _replacement(rewrite: bytes) -> Callable:
    """RE2's `\\1` and `\\0` in a rewrite; nothing else is special."""
    parts = re.split(rb"\\(\d|\\)", rewrite)

    def fill(match) -> bytes:
        out = parts[0]
        for mark, text in zip(parts[1::2], parts[2::2], strict=True):
            out += b"\\" if mark == b"\\" else match.group(int(mark)) or b""
            out += text
        return out

    return fill


def _pattern(pattern) -> re.Pattern[bytes]:
    raw = pattern.encode() if isinstance(pattern, str) else pattern
    try:
        return re.compile(raw)
    except re.error as error:
        raise InvalidArgumentError(
            f"Invalid pattern: {raw!r}, error: {error}"
        ) from None


def _replace(input, pattern, rewrite, replace_global):
    found = _pattern(pattern)
    fill = _replacement(rewrite.encode() if isinstance(rewrite, str) else rewrite)
    count = 0 if replace_global else 1
    return each(lambda s: found.sub(fill, s, count=count), input)


@string_op("StaticRegexReplace", ELEMENTWISE)
def static_regex_replace(input, *, pattern, rewrite, replace_global=True):
    return _replace(input, pattern, rewrite, replace_global)


@string_op(
    "RegexReplace", "input: string, pattern: string, rewrite: string -> output: string"
)
def regex_replace(input, pattern, rewrite, *, replace_global=True):
    return _replace(input, pattern.item(), rewrite.item(), replace_global)


def _matches(input, pattern):
    found = _pattern(pattern)
    return each(lambda s: found.fullmatch(s) is not None, input, np.bool_)


@string_op("StaticRegexFullMatch", "input: string -> output: bool")
def static_regex_full_match(input, *, pattern):
    return _matches(input, pattern)


@string_op("RegexFullMatch", "input: string, pattern: string -> output: bool")
def regex_full_match(input, pattern):
    return _matches(input, pattern.item())
