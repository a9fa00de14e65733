"""`tf.resource_loader`: files that lie beside the program."""

from __future__ import annotations

import os
import sys


def _folder() -> str:
    caller = sys._getframe(2).f_globals.get("__file__", sys.argv[0])
    return os.path.dirname(os.path.abspath(caller))


def get_data_files_path() -> str:
    """The folder of the calling module."""
    return _folder()


def get_path_to_datafile(path) -> str:
    """`path` beside the calling module."""
    return os.path.join(_folder(), path)


def load_resource(path) -> bytes:
    """The bytes of the file `path` beside the calling module."""
    with open(os.path.join(_folder(), path), "rb") as file:
        return file.read()


def get_root_dir_with_all_resources() -> str:
    return _folder()
