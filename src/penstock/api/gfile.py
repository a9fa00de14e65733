"""`tf.gfile`: files and folders of the local disk, with TensorFlow's errors."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from penstock.core.errors import (
    AlreadyExistsError,
    FailedPreconditionError,
    NotFoundError,
    PermissionDeniedError,
)
from penstock.core.paths import matching_paths
from penstock.core.text import as_bytes


@contextlib.contextmanager
def _told(path) -> Generator[None, None, None]:
    """Errors of the operating system as TensorFlow's classes."""
    try:
        yield
    except FileNotFoundError:
        raise NotFoundError(f"{path}; No such file or directory") from None
    except FileExistsError:
        raise AlreadyExistsError(f"{path}; File exists") from None
    except PermissionError:
        raise PermissionDeniedError(f"{path}; Permission denied") from None
    except IsADirectoryError:
        raise FailedPreconditionError(f"{path}; Is a directory") from None
    except OSError as error:
        raise FailedPreconditionError(f"{path}; {error.strerror}") from None


class GFile:
    """A file, opened when it is first used: text unless `mode` has a "b".

    Raises NotFoundError where there is none to read. As `tf.gfile.GFile`.
    """

    def __init__(self, name, mode="r"):
        self._name, self._mode = os.fspath(name), mode
        self._file: Any = None
        if mode.replace("b", "") not in ("r", "w", "a", "r+", "w+", "a+"):
            raise ValueError(f"mode {mode!r} is not r, w or a, with b or + or neither.")

    @property
    def name(self) -> str:
        return self._name

    @property
    def mode(self) -> str:
        return self._mode

    def _opened(self):
        if self._file is None:
            with _told(self._name):
                self._file = open(self._name, self._mode.replace("b", "") + "b")
        return self._file

    def _given(self, data: bytes):
        return data if "b" in self._mode else data.decode()

    def size(self) -> int:
        """Bytes in the file."""
        return Stat(self._name).length

    def read(self, n=-1):
        """The next `n` bytes, or all that are left."""
        self._check("r")
        return self._given(self._opened().read(n))

    def readline(self):
        self._check("r")
        return self._given(self._opened().readline())

    def readlines(self) -> list:
        self._check("r")
        return list(self)

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    next = __next__

    def write(self, file_content) -> None:
        """Append text (as UTF-8) or bytes."""
        self._check("wa")
        self._opened().write(as_bytes(file_content))

    def _check(self, wanted: str) -> None:
        if not any(c in self._mode for c in (*wanted, "+")):
            what = "reading" if wanted == "r" else "writing"
            raise PermissionDeniedError(f"File isn't open for {what}: {self._name}")

    def seek(self, offset=None, whence=0, position=None) -> None:
        self._opened().seek(position if offset is None else offset, whence)

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._opened().tell()

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        if self._file is None and self._mode[0] == "w":
            self._opened()  # writing nothing makes an empty file
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        # Programs rarely close what they read; TensorFlow's files close themselves.
        if getattr(self, "_file", None) is not None:
            self._file.close()


class FastGFile(GFile):
    """Deprecated spelling of `GFile`."""


Open = GFile


def Exists(filename) -> bool:
    """Whether there is a file or folder of that name."""
    return os.path.exists(filename)


def IsDirectory(dirname) -> bool:
    return os.path.isdir(dirname)


def MkDir(dirname) -> None:
    """Make one folder. AlreadyExistsError, NotFoundError for its parent."""
    with _told(dirname):
        os.mkdir(dirname)


def MakeDirs(dirname) -> None:
    """Make a folder and those above it, where they are not there yet."""
    with _told(dirname):
        os.makedirs(dirname, exist_ok=True)


def ListDirectory(dirname) -> list[str]:
    """The names in a folder. Raises NotFoundError where there is none."""
    if not os.path.isdir(dirname):
        raise NotFoundError(f"Could not find directory {dirname}")
    return os.listdir(dirname)


def Glob(filename) -> list[str]:
    """The paths that match a pattern, or any of several."""
    patterns = [filename] if isinstance(filename, str | bytes) else list(filename)
    return [
        match for pattern in patterns for match in matching_paths(os.fsdecode(pattern))
    ]


def Remove(filename) -> None:
    with _told(filename):
        os.remove(filename)


def DeleteRecursively(dirname) -> None:
    """Remove a folder with all in it. Raises NotFoundError where there is none."""
    with _told(dirname):
        shutil.rmtree(dirname) if os.path.isdir(dirname) else os.remove(dirname)


def Copy(oldpath, newpath, overwrite=False) -> None:
    """Raises AlreadyExistsError where `newpath` exists, unless `overwrite`."""
    if not overwrite and os.path.exists(newpath):
        raise AlreadyExistsError(f"file already exists: {newpath}")
    with _told(oldpath):
        shutil.copyfile(oldpath, newpath)


def Rename(oldname, newname, overwrite=False) -> None:
    """Raises AlreadyExistsError where `newname` exists, unless `overwrite`."""
    if not overwrite and os.path.exists(newname):
        raise AlreadyExistsError(f"file already exists: {newname}")
    with _told(oldname):
        os.replace(oldname, newname)


@dataclass(frozen=True, slots=True)
class FileStatistics:
    """Length in bytes, modification time in nanoseconds since 1970."""

    length: int
    mtime_nsec: int
    is_directory: bool


def Stat(filename) -> FileStatistics:
    with _told(filename):
        found = os.stat(filename)
        return FileStatistics(found.st_size, found.st_mtime_ns, os.path.isdir(filename))


def Walk(top, in_order=True) -> Iterator[tuple[str, list[str], list[str]]]:
    """(folder, folders in it, files in it) for `top` and all below."""
    yield from os.walk(top, topdown=in_order)


__all__ = [
    "Copy", "DeleteRecursively", "Exists", "FastGFile", "GFile", "Glob", "IsDirectory",
    "ListDirectory", "MakeDirs", "MkDir", "Open", "Remove", "Rename", "Stat", "Walk",
]  # fmt: skip
