"""Which TensorFlow and Keras names a program uses, read from its source alone."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

ROOTS = ("tensorflow", "keras")


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a program names something of TensorFlow.

    `path` is dotted (`tensorflow.nn.relu`). Where the name is called, `positional`
    counts the arguments (None after `*args`) and `keywords` names the others; where
    it is not called both are None. `method` is a method called on what `path` makes.
    """

    path: str
    file: str
    line: int
    positional: int | None = None
    keywords: tuple[str, ...] | None = None
    method: str | None = None


def uses(tree: ast.Module, file: str) -> list[Use]:
    """Every use of a TensorFlow or Keras name in `tree`, in the order of lines."""
    aliases = imported(tree)
    aliases |= _assigned(tree, aliases)
    finder = _Uses(aliases, _instances(tree, aliases), file)
    finder.visit(tree)
    return sorted(finder.found, key=lambda use: use.line)


def imported(tree: ast.Module) -> dict[str, str]:
    """Local name -> dotted path, for the imports of `ROOTS` anywhere in `tree`."""
    aliases = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                if _ours(name.name):
                    first = name.name.partition(".")[0]
                    aliases[name.asname or first] = name.name if name.asname else first
        elif isinstance(node, ast.ImportFrom) and not node.level:
            if node.module and _ours(node.module):
                for name in node.names:
                    aliases[name.asname or name.name] = f"{node.module}.{name.name}"
    return aliases


def _ours(path: str) -> bool:
    return path.partition(".")[0] in ROOTS


def dotted(node: ast.expr, aliases: dict[str, str]) -> str | None:
    """The path that `a.b.c` stands for, or None when `a` is no alias."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in aliases:
        return None
    return ".".join([aliases[node.id], *reversed(parts)])


def _assigned(tree: ast.Module, aliases: dict[str, str]) -> dict[str, str]:
    """Names given to a part of TensorFlow once (`slim = tf.contrib.slim`)."""
    found: dict[str, str | None] = {}
    for name, value in _assignments(tree):
        path = dotted(value, aliases) if isinstance(value, ast.Attribute) else None
        found[name] = None if name in found or name in aliases else path
    return {name: path for name, path in found.items() if path}


def _instances(tree: ast.Module, aliases: dict[str, str]) -> dict[str, str]:
    """Names bound only to what one TensorFlow name makes (`s = tf.train.Saver()`)."""
    found: dict[str, str | None] = {}
    for name, value in _assignments(tree):
        path = dotted(value.func, aliases) if isinstance(value, ast.Call) else None
        found[name] = path if found.get(name, path) == path else None
    for node in ast.walk(tree):  # a name that is also a parameter or loop variable
        if isinstance(node, ast.arg):
            found[node.arg] = None
        elif isinstance(node, (ast.For, ast.comprehension)):
            for part in ast.walk(node.target):
                if isinstance(part, ast.Name):
                    found[part.id] = None
    return {name: path for name, path in found.items() if path}


def _assignments(tree: ast.Module):
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for part in ast.walk(target):
                    if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                        whole = part is target
                        yield part.id, node.value if whole else ast.Constant(None)
        elif isinstance(node, ast.withitem) and isinstance(
            node.optional_vars, ast.Name
        ):
            # What `with` binds can be another object than the one it enters.
            yield node.optional_vars.id, ast.Constant(None)


class _Uses(ast.NodeVisitor):
    def __init__(self, aliases, instances, file):
        self.aliases, self.instances, self.file = aliases, instances, file
        self.found: list[Use] = []

    def visit_ImportFrom(self, node):
        if not node.level and node.module and _ours(node.module):
            for name in node.names:
                path = f"{node.module}.{name.name}" if name.name != "*" else node.module
                self.add(path, node)

    def visit_Import(self, node):
        for name in node.names:
            if _ours(name.name):
                self.add(name.name, node)

    def visit_Call(self, node):
        path = dotted(node.func, self.aliases)
        starred = any(isinstance(a, ast.Starred) for a in node.args)
        keywords = tuple(k.arg for k in node.keywords if k.arg)
        count = None if starred else len(node.args)
        if path is not None:
            self.add(path, node.func, count, keywords)
        else:
            self.method(node.func)
            self.visit(node.func)
        for child in [*node.args, *node.keywords]:
            self.visit(child)

    def method(self, func):
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
            path = self.instances.get(func.value.id)
            if path:
                self.found.append(Use(path, self.file, func.lineno, method=func.attr))

    def visit_Attribute(self, node):
        path = dotted(node, self.aliases)
        if path is None:
            self.generic_visit(node)
        elif isinstance(node.ctx, ast.Load):
            self.add(path, node)

    def visit_Name(self, node):
        path = self.aliases.get(node.id)
        if path and isinstance(node.ctx, ast.Load) and path not in ROOTS:
            self.add(path, node)

    def add(self, path, node, positional=None, keywords=None):
        self.found.append(Use(path, self.file, node.lineno, positional, keywords))


def local_files(tree: ast.Module, file: Path, folders: list[Path]) -> list[Path]:
    """The program's own files that `tree` imports, found in `folders` by name.

    `folders` are where Python would look; folders that the program adds to `sys.path`
    as plain strings are looked through too.
    """
    found = []
    folders = [*folders, *_added_folders(tree)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                found += _module_files(name.name, folders)
        elif isinstance(node, ast.ImportFrom):
            start, module = folders, node.module or ""
            if node.level:
                start = [file.parents[node.level - 1]]
            found += _module_files(module, start)
            for name in node.names:
                found += _module_files(f"{module}.{name.name}".strip("."), start)
    return list(dict.fromkeys(found))


def _added_folders(tree: ast.Module) -> list[Path]:
    return [
        Path(arg.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("sys.path.append", "sys.path.insert")
        for arg in node.args
        if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
    ]


def _module_files(module: str, folders: list[Path]) -> list[Path]:
    parts = [part for part in module.split(".") if part]
    for folder in folders:
        files = []
        for count in range(1, len(parts) + 1):
            place = folder.joinpath(*parts[:count])
            if (place / "__init__.py").is_file():
                files.append(place / "__init__.py")
            elif place.with_name(place.name + ".py").is_file():
                files.append(place.with_name(place.name + ".py"))
        if files:
            return files
    return []
