"""A program's file to code: decoded, converted from Python 2, bridged, compiled."""

from __future__ import annotations

import ast
import io
import tokenize
import types
from dataclasses import dataclass

from penstock.cli.python2 import signs as python2_signs
from penstock.cli.python2 import stdlib
from penstock.cli.python2.meaning import python2_meaning
from penstock.cli.python2.signs import Sign
from penstock.cli.python2.syntax import NotPython2, parse_python2

# How Python 3 words its refusal of what Python 2 allows.
PYTHON2_ERRORS = (
    "Missing parentheses in call to",
    "inconsistent use of tabs",
    "leading zeros in decimal",
    "multiple exception types must be",
)
# The sign of a file that has none itself.
OF_PROGRAM = "part of a program in Python 2"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A source as a Python-3 tree; `signs` say why it counts as Python 2, if so."""

    tree: ast.Module
    signs: tuple[Sign, ...] = ()

    @property
    def python2(self) -> bool:
        return bool(self.signs)


@dataclass(frozen=True, slots=True)
class Compiled:
    """Code to run, and the builtins it wants (None: Python's own)."""

    code: types.CodeType
    builtins: dict | None

    @property
    def python2(self) -> bool:
        return self.builtins is not None


def parse_source(data: bytes, path: str, python2: bool = False) -> Parsed:
    """The tree of the source `data`, Python 2 or 3; raises SyntaxError as Python does.

    `python2`: it belongs to a program in Python 2, and is Python 2 without a sign of
    its own too, if it neither asks which Python it runs under nor has syntax that
    Python 2 lacks. The tree is what Python 3 would parse after fissix, before any
    change of meaning, so that names and lines can be read off it.
    """
    try:
        # Not ast.parse: its frame would stand in the user's traceback.
        tree: ast.Module = compile(  # pyright: ignore[reportAssignmentType]
            data, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True
        )
    except SyntaxError as error:
        return _parsed_as_python2(data, path, error)
    found = python2_signs.signs(tree, stdlib.LEGACY_MODULES, stdlib.GONE_ATTRIBUTES)
    if not found and python2 and not _is_python3(tree):
        found = [Sign(1, OF_PROGRAM)]
    if not found:
        return Parsed(tree)
    if any(sign.what in ("print statement", OF_PROGRAM) for sign in found):
        # Elsewhere in the file `print (a, b)` prints a tuple, as Python 2 would.
        try:
            tree = parse_python2(text_of(data), path)
        except (NotPython2, SyntaxError, UnicodeDecodeError):
            pass  # print with keywords: the tree of Python 3 is mended instead
    return Parsed(tree, tuple(found))


def _is_python3(tree: ast.Module) -> bool:
    return python2_signs.knows_its_python(tree) or python2_signs.only_python3(tree)


def _parsed_as_python2(data, path, error):
    try:
        tree = parse_python2(text_of(data), path)
    except (SyntaxError, UnicodeDecodeError):
        raise error from None
    except NotPython2 as neither:
        # Past what only Python 2 allows, its reader knows better what is wrong.
        written_for_2 = str(error.msg).startswith(PYTHON2_ERRORS)
        if not written_for_2 or neither.line <= (error.lineno or 0):
            raise error from None
        line = text_of(data).split("\n")[neither.line - 1]
        place = (path, neither.line, 0, line)
        raise SyntaxError("invalid syntax in a Python-2 program", place) from None
    what = error.msg.partition(". Did you mean")[0]
    return Parsed(tree, (Sign(error.lineno or 1, what),))


def text_of(data: bytes) -> str:
    """The source `data` as text, by its coding line or mark."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return io.TextIOWrapper(io.BytesIO(data), encoding).read()


def compile_source(
    data: bytes, path: str, bridge: bool = True, python2: bool = False
) -> Compiled:
    """Code that runs the source `data` as its author's Python would have.

    `python2` as in `parse_source`. `bridge` also rewrites the calls that NumPy no
    longer answers (bridges/calls.py).
    """
    from penstock.cli.bridges import calls

    parsed = parse_source(data, path, python2)
    tree = parsed.tree
    namespace = None
    if parsed.python2:
        from penstock.cli.python2.namespace import namespace as python2_namespace

        tree = python2_meaning(tree)
        namespace = python2_namespace()
    if bridge:
        tree = calls.bridged(tree)
    code = compile(tree, path, "exec", dont_inherit=True)
    return Compiled(code, namespace)
