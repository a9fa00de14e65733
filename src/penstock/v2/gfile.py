"""`tf.io.gfile`: files and folders, by the argument names of 2.x."""

from __future__ import annotations

import os
from collections.abc import Iterator

from penstock.api import gfile as old

GFile = old.GFile


def copy(src, dst, overwrite=False):
    """Copy a file. Raises AlreadyExistsError unless `overwrite`."""
    old.Copy(src, dst, overwrite)


def exists(path) -> bool:
    return old.Exists(path)


def glob(pattern) -> list[str]:
    """The paths that match a pattern, or any of several."""
    return old.Glob(pattern)


def isdir(path) -> bool:
    return old.IsDirectory(path)


def join(path, *paths):
    return os.path.join(path, *paths)


def listdir(path) -> list[str]:
    return old.ListDirectory(path)


def makedirs(path) -> None:
    """A folder and those above it."""
    old.MakeDirs(path)


def mkdir(path) -> None:
    old.MkDir(path)


def remove(path) -> None:
    old.Remove(path)


def rename(src, dst, overwrite=False) -> None:
    old.Rename(src, dst, overwrite)


def rmtree(path) -> None:
    """A folder and all in it."""
    old.DeleteRecursively(path)


def stat(path):
    return old.Stat(path)


def walk(top, topdown=True, onerror=None) -> Iterator:
    """(folder, folders, files) of `top` and all below; `onerror` gets errors."""
    return old.Walk(top, topdown)


def get_registered_schemes() -> list[str]:
    """What paths may begin with: only this machine's own files are here."""
    return ["", "file"]


__all__ = [
    "GFile", "copy", "exists", "get_registered_schemes", "glob", "isdir", "join",
    "listdir", "makedirs", "mkdir", "remove", "rename", "rmtree", "stat", "walk",
]  # fmt: skip
