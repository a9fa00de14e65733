"""Python-2 syntax to a Python-3 tree, by fissix, with the user's line numbers.

fissix (the kept fork of lib2to3) turns the text into text that Python 3 parses. What
Python 3 parses but understands differently (`/`, `range`, `.next()`) is not its work:
see meaning.py.
"""

from __future__ import annotations

import ast
import functools
import re
from typing import Any

# Only what Python 3 cannot parse, or parses as something else.
FIXERS = tuple(
    f"fissix.fixes.fix_{name}"
    for name in "except exec ne numliterals paren print raise repr throw"
    " tuple_params".split()
)


class NotPython2(Exception):
    """The text is no Python 2 either; `line` is where that shows, 0 if unknown."""

    def __init__(self, message: str, line: int = 0):
        super().__init__(message)
        self.line = line


def parse_python2(text: str, path: str) -> ast.Module:
    """The Python-3 tree of the Python-2 source `text`, on the user's lines.

    Columns are left out: the text that ran is not quite the text in the file. Raises
    NotPython2 where fissix or Python 3 cannot read it.
    """
    if not text.endswith("\n"):
        text += "\n"
    converted, lines = _converted(_tabs_to_spaces(text), path)
    try:
        tree = ast.parse(converted, path)
    except (SyntaxError, ValueError) as error:
        raise NotPython2(str(error), getattr(error, "lineno", 0) or 0) from None
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            _place(node, lines)
    return tree


def _place(node: Any, lines: dict[int, int]) -> None:
    """Sets `node` back to the user's lines, without columns."""
    line = lines.get(node.lineno, 1)
    node.lineno, node.end_lineno = line, max(lines.get(node.end_lineno, line), line)
    node.col_offset = node.end_col_offset = -1


@functools.cache
def _tool():
    import logging

    logging.getLogger("fissix").addHandler(logging.NullHandler())
    logging.getLogger("fissix").propagate = False
    from fissix.refactor import RefactoringTool

    return RefactoringTool(FIXERS)


@functools.lru_cache(maxsize=64)  # a program is read ahead, then run
def _converted(text: str, path: str) -> tuple[str, dict[int, int]]:
    """The text that Python 3 reads, and its lines' places in the user's."""
    tool = _tool()
    try:
        tree: Any = tool.refactor_string(text, path)
    except Exception as error:  # fissix raises its parser's, tokenizer's and own
        context = getattr(error, "context", None)  # (prefix, (line, column))
        raise NotPython2(str(error), context[1][0] if context else 0) from None
    from fissix.pgen2 import token

    for leaf in tree.leaves():
        if leaf.type == token.STRING:
            leaf.value = _text_literal(leaf.value)
    return str(tree), _line_map(tree)


def _text_literal(literal: str) -> str:
    """As Python 3 reads it: no `ur`, and no escapes of characters without `u`."""
    if literal[:2].lower() == "ur":
        return literal[1:]
    if literal[0] in "'\"" and "\\" in literal:
        parts = literal.split("\\\\")
        return "\\\\".join(re.sub(r"\\([uUN])", r"\\\\\1", part) for part in parts)
    return literal


def _line_map(tree) -> dict[int, int]:
    """Line of the converted text -> line of the user's text.

    A token that fissix kept still knows its line; one that it made has line 0.
    """
    lines: dict[int, int] = {}
    here = 1
    for leaf in tree.leaves():
        here += leaf.prefix.count("\n")
        spans = leaf.value.count("\n")
        if leaf.lineno:
            for offset in range(spans + (leaf.value != "\n")):
                lines.setdefault(here + offset, leaf.lineno + offset)
        here += spans
    last = 1
    for line in range(1, here + 1):  # lines that only hold new tokens
        last = lines.setdefault(line, last)
    return lines


def _tabs_to_spaces(text: str) -> str:
    """Indentation as Python 2 counts it: a tab goes to the next multiple of 8."""
    lines = text.split("\n")
    if not any("\t" in line[: len(line) - len(line.lstrip())] for line in lines):
        return text
    inside = _inside_strings(text)
    for number, line in enumerate(lines, 1):
        body = line.lstrip(" \t\f")
        if number not in inside:
            lines[number - 1] = line[: len(line) - len(body)].expandtabs(8) + body
    return "\n".join(lines)


def _inside_strings(text: str) -> set[int]:
    """Lines that begin inside a string of several lines."""
    from fissix.pgen2 import token, tokenize

    inside: set[int] = set()
    lines = iter(text.splitlines(keepends=True))
    try:
        for kind, _, start, end, _ in tokenize.generate_tokens(lambda: next(lines, "")):
            if kind == token.STRING:
                inside.update(range(start[0] + 1, end[0] + 1))
    except (tokenize.TokenError, IndentationError):
        pass  # the parser that follows says it better
    return inside
