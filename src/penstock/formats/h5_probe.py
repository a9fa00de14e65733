"""A first reading of an HDF5 file in a process of its own.

The HDF5 library trusts what it reads: of 5,000 files with one to five changed
bytes some ended it by a segmentation fault, some took 4 GB or looped for ever.
So a file that this process has not written itself is first read by a child with
limits of time and memory. Its end is our error; it costs about 0.2 s.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from penstock.formats.errors import MalformedError

SECONDS = 20
BYTES_PER_SECOND = 10 << 20

# Reads every attribute, and every array that is stored in chunks (the others are
# plain stretches of the file). Argument: path, or "-" for the standard input.
_PROGRAM = r"""
import io, json, sys
path, size, sys.path[:] = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
import h5py, numpy
try:
    import resource
    with open("/proc/self/statm") as statm:
        used = int(statm.read().split()[0]) * resource.getpagesize()
    limit = used + (512 << 20) + 8 * size
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
except (ImportError, OSError, ValueError):
    pass  # Not Linux: the time limit remains.
seen = 0
def attributes(item):
    for name in item.attrs:
        try:
            item.attrs[name]
        except TypeError:
            pass  # A type that NumPy lacks; whoever needs it will say so.
def walk(group, depth):
    global seen
    attributes(group)
    for name in group:
        seen += 1
        link = group.get(name, getlink=True)
        if not isinstance(link, h5py.HardLink) or depth > 64 or seen > size:
            continue
        item = group[name]
        if isinstance(item, h5py.Group):
            walk(item, depth + 1)
            continue
        attributes(item)
        plain = isinstance(item, h5py.Dataset) and not item.dtype.hasobject
        stored = min(item.id.get_storage_size(), size) if plain else 0
        if plain and item.chunks and item.nbytes <= 1024 * stored + (1 << 20):
            item[()]
try:
    source = path if path != "-" else io.BytesIO(sys.stdin.buffer.read())
    with h5py.File(source, "r") as file:
        walk(file, 0)
except BaseException as error:
    sys.stderr.write(f"{type(error).__name__}: {error}"[:300])
    raise SystemExit(3)
"""

# (path, device, inode, size, time) of files that this process wrote.
_own: set[tuple[str, int, int, int, int]] = set()


def trust(path: str) -> None:
    """Note that `path` holds what this process has just written."""
    _own.add(_mark(path))


def is_own(path: str) -> bool:
    """Whether `path` is still what this process wrote there."""
    return _mark(path) in _own


def probe(path: str | None, data: bytes | None, size: int, what: str) -> None:
    """Have a child read the file at `path`, or `data`; MalformedError if it fails."""
    if path is not None and is_own(path):
        return
    if not sys.executable:
        # An embedded interpreter has no program to start a child with.
        return
    arguments = [path or "-", str(size), json.dumps(sys.path)]
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, *arguments],
            input=b"" if data is None else data,
            capture_output=True,
            timeout=SECONDS + size / BYTES_PER_SECOND,
            # One thread: numpy's would count against the memory.
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise MalformedError(f"{what}: damaged HDF5 file (reading never ends)") from (
            error
        )
    if done.returncode < 0:
        raise MalformedError(f"{what}: damaged HDF5 file (it ends the HDF5 library)")
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip()
        raise MalformedError(f"{what}: damaged HDF5 file ({reason})")


def _mark(path: str) -> tuple[str, int, int, int, int]:
    found = os.stat(path)
    place = os.path.abspath(path)
    return place, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
