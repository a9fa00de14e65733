"""Files from the network, kept in KERAS_HOME: checked, resumed, unpacked."""

from __future__ import annotations

import hashlib
import http.client
import os
import tarfile
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

from penstock.keras.utils.progbar import Progbar

TIMEOUT_S = 20
CHUNK = 1 << 16


def keras_home() -> str:
    """Where Keras keeps files: KERAS_HOME, or ~/.keras."""
    named = os.environ.get("KERAS_HOME")
    return named or os.path.join(os.path.expanduser("~"), ".keras")


def get_file(
    fname=None,
    origin=None,
    untar=False,
    md5_hash=None,
    file_hash=None,
    cache_subdir="datasets",
    hash_algorithm="auto",
    extract=False,
    archive_format="auto",
    cache_dir=None,
    force_download=False,
) -> str:
    """The path of a file from `origin`, downloaded where it is not there yet.

    With `untar` the path of the unpacked folder. A file whose checksum is not the
    expected one is downloaded again; where that cannot be, it is used with a warning.
    Raises OSError, naming the place for the file, where there is neither.
    """
    if origin is None:
        raise ValueError('Please specify the "origin" argument (URL of the file).')
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    folder = os.path.join(cache_dir or keras_home(), cache_subdir)
    fname = os.fspath(fname) if fname else _name_of(origin)
    unpacked = ""
    if untar:
        unpacked = os.path.join(folder, fname.removesuffix(".tar.gz"))
        path = unpacked + ".tar.gz"
        if os.path.isdir(unpacked) and not os.path.exists(path) and not force_download:
            return unpacked
    else:
        path = os.path.join(folder, fname)
    _ensure(path, origin, file_hash, hash_algorithm, force_download)
    if untar:
        if not os.path.exists(unpacked):
            unpack(path, folder, "tar")
        return unpacked
    if extract:
        unpack(path, folder, archive_format)
    return path


def _name_of(origin: str) -> str:
    name = os.path.basename(urllib.parse.urlsplit(origin).path)
    if not name:
        raise ValueError(
            f"Can't parse the file name from the origin {origin!r}. Give `fname`."
        )
    return name


def _ensure(path: str, origin: str, digest, algorithm: str, again: bool) -> None:
    here = os.path.exists(path)
    if here and not again:
        if digest is None or validate_file(path, digest, algorithm):
            return
        if not os.access(os.path.dirname(path), os.W_OK):
            _warn_other(path, "its folder cannot be written to")
            return
        print(
            "A local file was found, but it seems to be incomplete or outdated because "
            f"the {algorithm} file hash does not match the original value of {digest} "
            "so we will re-download the data."
        )
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        download(origin, path, digest, algorithm)
    except OSError as error:  # URLError is one
        if here:
            _warn_other(path, str(error))
            return
        raise OSError(
            f"{os.path.basename(path)} is not there and could not be downloaded from "
            f"{origin} ({error}). Without a network, put the file at {path}."
        ) from error


def _warn_other(path: str, why: str) -> None:
    warnings.warn(
        f"{path} has another checksum than the published file, and was not downloaded "
        f"again ({why}). It is used as it is.",
        stacklevel=4,
    )


def download(origin: str, path: str, digest=None, algorithm="auto") -> None:
    """`origin` to `path`, shown by a progress bar; a part that is there is kept.

    The file takes its place only when whole and, where `digest` is given, right.
    Raises OSError.
    """
    part = path + ".part"
    print(f"Downloading data from {origin}")
    while True:
        before = _size(part)
        try:
            _fetch(origin, part)
            break
        except _BrokenOff as error:
            if _size(part) <= before:
                raise
            print(f"{error}; going on")
    if digest is not None and not validate_file(part, digest, algorithm):
        os.unlink(part)
        raise OSError(
            f"the file from {origin} has not the expected checksum {digest}; it was "
            "not kept"
        )
    os.replace(part, path)


class _BrokenOff(OSError):
    """A download that ended early; what came is kept."""


def _size(path: str) -> int:
    return os.path.getsize(path) if os.path.exists(path) else 0


def _fetch(origin: str, part: str) -> None:
    have = _size(part)
    request = urllib.request.Request(origin)
    if have and not origin.startswith("file:"):
        request.add_header("Range", f"bytes={have}-")
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != 416 or not have:  # 416: nothing is left, or all has changed
            raise
        os.unlink(part)
        return _fetch(origin, part)
    with answer:
        resumed = getattr(answer, "status", None) == 206
        have = have if resumed else 0
        length = answer.headers.get("Content-Length")
        total = None if length is None else int(length) + have
        bar = Progbar(total)
        with open(part, "ab" if resumed else "wb") as file:
            try:
                while chunk := answer.read(CHUNK):
                    file.write(chunk)
                    have += len(chunk)
                    bar.update(have)
            except (http.client.HTTPException, ConnectionError, TimeoutError):
                total = total or -1  # told below
    if total is not None and have != total:
        of = f" of {total}" if total > 0 else ""
        raise _BrokenOff(f"the download ended after {have}{of} bytes")
    return None


def validate_file(fpath, file_hash, algorithm="auto", chunk_size=65535) -> bool:
    """Whether a file's SHA-256 (or MD5) is `file_hash`, in hexadecimal."""
    new: Callable = hashlib.sha256
    if algorithm == "md5" or (algorithm == "auto" and len(file_hash) != 64):
        new = hashlib.md5
    state = new(usedforsecurity=False)
    with open(fpath, "rb") as file:
        while chunk := file.read(chunk_size):
            state.update(chunk)
    return state.hexdigest() == str(file_hash)


def unpack(path: str, folder: str, kind="auto") -> bool:
    """Unpack a tar or zip archive into `folder`; False where it is neither.

    Names that lead out of `folder` and special files are refused. Each entry at the
    top is unpacked beside its place and renamed.
    """
    if kind is None:
        return False
    kinds = (
        ["tar", "zip"] if kind == "auto" else [kind] if isinstance(kind, str) else kind
    )
    if "tar" in kinds and tarfile.is_tarfile(path):
        opened: tarfile.TarFile | zipfile.ZipFile = tarfile.open(path)
    elif "zip" in kinds and zipfile.is_zipfile(path):
        opened = zipfile.ZipFile(path)
    else:
        return False
    with opened as archive, tempfile.TemporaryDirectory(dir=folder) as place:
        if isinstance(archive, tarfile.TarFile):
            archive.extractall(place, filter="data")
        else:
            archive.extractall(place)  # drops absolute names and ".." by itself
        _merge(Path(place), Path(folder))
    return True


def _merge(source: Path, target: Path) -> None:
    for entry in source.iterdir():
        into = target / entry.name
        if entry.is_dir() and into.is_dir():
            _merge(entry, into)
        else:
            os.replace(entry, into)
