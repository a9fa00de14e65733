"""Compile the `.cc` files on the user's machine, once, into the cache folder.

They are compiled against the headers of the jaxlib and oneDNN that are installed, and
fit them whatever their versions; the library's name is a digest of all that went in.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from penstock.ops.xla import cache_folder, jax

SOURCES = sorted(Path(__file__).parent.glob("*.cc"))
HEADERS = sorted(Path(__file__).parent.glob("*.h"))
#: No -march=native: oneDNN chooses by processor when it runs. No -ffast-math: linked
#: in, it makes the whole process flush small numbers to zero.
FLAGS = ("-std=c++17", "-O3", "-fPIC", "-shared", "-w")
_SECONDS = 180


class Unavailable(Exception):
    """There are no native kernels here; the message says why."""


def compiled() -> Path:
    """The compiled library. Raises Unavailable."""
    machine = platform.machine().lower()
    if sys.platform != "linux" or machine not in ("x86_64", "amd64"):
        raise Unavailable(f"made for x86-64 Linux, this is {sys.platform} {machine}")
    library, headers, version = _onednn()
    parts = [
        *(s.read_text(encoding="utf-8") for s in (*HEADERS, *SOURCES)), " ".join(FLAGS),
        version, str(library), metadata.version("jaxlib"),
    ]  # fmt: skip
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
    target = Path(cache_folder("kernels")) / f"kernels-{key}.so"
    failure = target.with_suffix(".log")
    if target.exists():
        return target
    if failure.exists():
        raise Unavailable(f"compiling failed, see {failure}; delete it to try again")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _compile(target, failure, library, headers)
    except OSError as error:
        raise Unavailable(f"cannot compile into {target.parent}: {error}") from None
    return target


def _onednn() -> tuple[Path, Path, str]:
    """(library, folder of headers, version) of the installed wheels."""
    try:
        binary = metadata.distribution("onednn-cpu-gomp")
        devel = metadata.distribution("onednn-devel-cpu-gomp")
    except metadata.PackageNotFoundError as error:
        raise Unavailable(f"{error.name} is not installed") from None
    library = _file(binary, "libdnnl.so.3")
    header = _file(devel, "oneapi/dnnl/dnnl.hpp")
    return library, header.parents[2], binary.version


def _file(package: metadata.Distribution, ending: str) -> Path:
    for file in package.files or ():
        if file.as_posix().endswith(ending):
            return Path(str(file.locate())).resolve()
    raise Unavailable(f"{package.name} {package.version} has no {ending}")


def _compile(target: Path, failure: Path, library: Path, headers: Path) -> None:
    """Compile beside `target` and rename. What the compiler says goes to `failure`."""
    named = os.environ.get("CXX", "").split()
    found = named or [c for c in ("c++", "g++", "clang++") if shutil.which(c)][:1]
    if not found:
        raise Unavailable("no C++ compiler (c++, g++ or clang++; CXX names another)")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / target.name
        command = [
            *found, *FLAGS, f"-I{jax.ffi.include_dir()}", f"-I{headers}",
            *map(str, SOURCES), "-o", str(made),
            str(library), f"-Wl,-rpath,{library.parent}",
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=_SECONDS
            )
            problem = done.stderr if done.returncode else ""
        except subprocess.TimeoutExpired:
            problem = f"took more than {_SECONDS} seconds"
        if problem or not made.exists():
            failure.write_text(f"{' '.join(command)}\n{problem}\n", encoding="utf-8")
            raise Unavailable(f"compiling failed, see {failure}")
        os.replace(made, target)
