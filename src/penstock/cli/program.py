"""A program and the files of its own that it imports, read without running them."""

from __future__ import annotations

import ast
import os
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

from penstock.cli import facade
from penstock.cli.era import Era, era
from penstock.cli.names import Use, local_files, uses
from penstock.cli.python2.signs import Sign
from penstock.cli.source import Parsed, parse_source

# Reading ahead stops there: a program with more files of its own is a package.
MOST_FILES = 500
# Asking sysconfig would import modules in the middle of an import.
_INSTALLED = tuple(
    folder + os.sep for folder in (os.path.dirname(os.__file__), facade.PACKAGE)
)


@dataclass(frozen=True, slots=True)
class Program:
    """The files of a program, the main one first, each with its tree."""

    files: dict[str, Parsed]

    @property
    def uses(self) -> list[Use]:
        return [
            use
            for file, parsed in self.files.items()
            for use in uses(parsed.tree, file)
        ]

    @property
    def era(self) -> Era:
        trees: list[ast.Module] = [parsed.tree for parsed in self.files.values()]
        old = any(parsed.python2 for parsed in self.files.values())
        return era(self.uses, trees, python2=old)

    @property
    def signs(self) -> list[tuple[str, Sign]]:
        """File and sign of everything that only Python 2 runs."""
        return [
            (file, sign) for file, parsed in self.files.items() for sign in parsed.signs
        ]


def read_program(path: str) -> Program:
    """The program at `path`. A file that it imports and that cannot be read is left
    out: Python says so when it is imported. Raises OSError and SyntaxError for `path`.
    """
    with warnings.catch_warnings():
        # What Python warns of while it parses comes again when the program runs.
        warnings.simplefilter("ignore")
        return _read(path)


def _read(path: str) -> Program:
    main = Path(path)
    files = {path: parse_source(main.read_bytes(), path)}
    folders = [main.resolve().parent, *_own_folders()]
    waiting = local_files(files[path].tree, main.resolve(), folders)
    seen = {main.resolve()}
    while waiting and len(files) < MOST_FILES:
        file = waiting.pop(0).resolve()
        if file in seen:
            continue
        seen.add(file)
        try:
            parsed = parse_source(file.read_bytes(), str(file))
        except (OSError, SyntaxError, ValueError):
            continue
        files[os.path.relpath(file) if _is_below(file) else str(file)] = parsed
        waiting += local_files(parsed.tree, file, folders)
    return Program(files)


def _is_below(file: Path) -> bool:
    return file.is_relative_to(Path.cwd())


def _own_folders() -> list[Path]:
    """Where on `sys.path` the user's own modules can be (PYTHONPATH)."""
    return [
        Path(entry)
        for entry in sys.path[1:]
        if entry and os.path.isdir(entry) and not is_installed(os.path.join(entry, "x"))
    ]


def is_installed(file: str) -> bool:
    """Whether `file` belongs to Python, a site-packages folder or Penstock itself."""
    parts = file.split(os.sep)
    if "site-packages" in parts or "dist-packages" in parts:
        return True
    return file.startswith(_INSTALLED)
