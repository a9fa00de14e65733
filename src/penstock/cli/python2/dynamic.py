"""Python-2 source that a program makes or reads itself: `exec`, `eval`, `execfile`."""

from __future__ import annotations
import __future__

import ast
import builtins
import os
import sys
import types

FEATURES = ("division", "print_function")
_NO_PRINT_STATEMENT = "from __future__ import print_function\n"


def exec_(code, globals=None, locals=None, /):
    """`exec code in globals, locals`, by default where it stands."""
    _run(builtins.exec, "exec", code, globals, locals, sys._getframe(1))


def eval_(code, globals=None, locals=None, /):
    if isinstance(code, (str, bytes)):
        from penstock.cli.source import text_of

        code = text_of(code) if isinstance(code, bytes) else code
        code = code.strip(" \t")
    return _run(builtins.eval, "eval", code, globals, locals, sys._getframe(1))


def execfile(filename, globals=None, locals=None):
    with open(filename, "rb") as file:
        data = file.read()
    name, frame = os.fspath(filename), sys._getframe(1)
    _run(builtins.exec, "exec", data, globals, locals, frame, name)


def compile_(source, filename, mode, flags=0, dont_inherit=False, optimize=-1):
    """`compile`: of text in Python 2's meaning; of a tree as Python's own."""
    if not isinstance(source, (str, bytes)) or flags & ast.PyCF_ONLY_AST:
        return builtins.compile(source, filename, mode, flags, True, optimize)
    around = {} if dont_inherit else sys._getframe(1).f_globals
    asked = [
        name for name in FEATURES if flags & getattr(__future__, name).compiler_flag
    ]
    return _compiled(source, filename, mode, {*asked, *_features(around)})


def input_(prompt=""):
    """Python 2's `input` computes what is typed."""
    typed = builtins.input(prompt)
    return _run(builtins.eval, "eval", typed.strip(), None, None, sys._getframe(1))


def _run(how, mode, code, globals, locals, frame, name="<string>"):
    if globals is None:
        globals, locals = frame.f_globals, locals or frame.f_locals
    if isinstance(code, (str, bytes)):
        code = _compiled(code, name, mode, _features(frame.f_globals))
    if "__builtins__" not in globals:
        from penstock.cli.python2.namespace import namespace

        globals["__builtins__"] = namespace()
    return how(code, globals, globals if locals is None else locals)


def _features(space) -> set[str]:
    """The features that the code around asked for: importing one binds its name."""
    return {name for name in FEATURES if space.get(name) is getattr(__future__, name)}


def _compiled(text, name: str, mode: str, features: set[str]) -> types.CodeType:
    """Code of the Python-2 `text`, under the features of the code around it.

    Raises SyntaxError.
    """
    from penstock.cli.bridges import calls
    from penstock.cli.python2.meaning import python2_meaning
    from penstock.cli.python2.syntax import NotPython2, parse_python2
    from penstock.cli.source import text_of

    if isinstance(text, bytes):
        text = text_of(text)
    prints = "print_function" in features
    try:
        tree = parse_python2(_NO_PRINT_STATEMENT + text if prints else text, name)
    except NotPython2 as error:
        place = (name, error.line - bool(prints), 0, text)
        raise SyntaxError("invalid syntax", place) from None
    if prints:
        del tree.body[0]
        ast.increment_lineno(tree, -1)
    tree = calls.bridged(python2_meaning(tree, "division" not in features))
    if mode == "eval":
        match tree.body:
            case [ast.Expr(value)]:
                tree = ast.Expression(value)
            case _:
                raise SyntaxError("invalid syntax", (name, 1, 0, text))
    elif mode == "single":
        tree = ast.Interactive(tree.body)
    return builtins.compile(tree, name, mode, dont_inherit=True)
