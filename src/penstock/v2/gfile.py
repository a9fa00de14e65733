"""`tf.io.gfile`: files under 2.x's names."""

from penstock.v1 import gfile as v1

GFile = v1.GFile
copy = v1.Copy
exists = v1.Exists
glob = v1.Glob
isdir = v1.IsDirectory
listdir = v1.ListDirectory
makedirs = v1.MakeDirs
mkdir = v1.MkDir
remove = v1.Remove
rename = v1.Rename
rmtree = v1.DeleteRecursively
stat = v1.Stat
walk = v1.Walk


def join(path, *paths):
    """Paths put together. As `os.path.join`."""
    import os

    return os.path.join(path, *paths)


__all__ = [
    "GFile", "copy", "exists", "glob", "isdir", "join", "listdir", "makedirs",
    "mkdir", "remove", "rename", "rmtree", "stat", "walk",
]  # fmt: skip
