"""`penstock run PROGRAM [ARGS]`: as `python PROGRAM [ARGS]` would run it."""

from __future__ import annotations

import importlib.machinery
import os
import sys
from types import ModuleType

from penstock.cli import bridges, facade, modules, tracebacks
from penstock.cli.program import read_program
from penstock.cli.source import compile_source


def run(
    path: str, args: list[str], face: int | None = None, bridge: bool = True
) -> int:
    """Runs the program `path` with `args` in this process.

    `face` is 1, 2 or None to choose by the program's names. What the program raises
    leaves this function as it is, SystemExit and KeyboardInterrupt included; only the
    traceback's printing is changed. Returns 2 when `path` cannot be read, as Python.
    """
    file = path
    if os.path.isdir(path):
        file = os.path.join(path, "__main__.py")
    full = os.path.abspath(file)
    try:
        with open(full, "rb") as opened:
            data = opened.read()
    except OSError as error:
        reason = f"[Errno {error.errno}] {error.strerror}"
        print(f"penstock run: can't open file '{full}': {reason}", file=sys.stderr)
        return 2
    _python_path(path)
    sys.argv = [path, *args]
    module = _main_module(full)
    try:
        era = read_program(full).era
        face = era.face if face is None else face
        facade.install(face)
        if face == 2 and era.eager:
            facade.keep_eager()
        if bridge:
            bridges.install()
        tracebacks.hide_ours_in_threads()
        compiled = compile_source(data, full, bridge)
        modules.install(bridge, compiled.python2)
        if compiled.builtins is not None:
            vars(module)["__builtins__"] = compiled.builtins
        exec(compiled.code, vars(module))
    except SystemExit:
        raise
    except BaseException:
        tracebacks.hide_ours()
        raise
    return 0


def _python_path(path: str) -> None:
    """The program's folder (the folder itself, of a folder) goes first on sys.path."""
    real = os.path.realpath(path)
    folder = real if os.path.isdir(real) else os.path.dirname(real)
    if sys.flags.safe_path:
        return
    # What stands there is ours: the folder of `penstock`, or of `python -m penstock`.
    sys.path[0] = folder


def _main_module(file: str) -> ModuleType:
    """An empty `__main__` as Python prepares it for a file."""
    module = ModuleType("__main__")
    loader = importlib.machinery.SourceFileLoader("__main__", file)
    vars(module).update(
        __annotations__={},
        __builtins__=sys.modules["builtins"],
        __cached__=None,
        __file__=file,
        __loader__=loader,
    )
    sys.modules["__main__"] = module
    return module
