"""Keras 3's `.keras` archives and `.weights.h5` files.

An archive is a zip of metadata.json (Keras' version, date), config.json (the
model) and model.weights.h5. The latter is a tree that follows the objects:
`layers/dense/vars/0` is the first variable of the first Dense layer.
"""
# h5py carries no types.
# pyright: basic

from __future__ import annotations

import io
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import h5py

from penstock.formats import h5_access
from penstock.formats.atomic import replacing
from penstock.formats.errors import (
    ChecksumError,
    FormatError,
    LimitError,
    MalformedError,
    MissingEntryError,
    NotThisFormatError,
    UnsupportedFormatError,
)
from penstock.formats.h5_access import Array, Source
from penstock.formats.h5_probe import is_own, trust
from penstock.formats.hdf5 import json_object

WEIGHTS_NAME = "model.weights.h5"
MOST_FILES = 10_000
MOST_JSON_BYTES = 256 << 20
# Deflate can't do better than about this.
MOST_EXPANSION = 1100


@dataclass(frozen=True, slots=True)
class WeightTree:
    """Arrays by path, and the groups (some are empty) with their attributes."""

    arrays: Mapping[str, Array]
    groups: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class KerasArchive:
    """A `.keras` file; `assets` are further files by their path in it."""

    metadata: dict[str, Any]
    config: dict[str, Any]
    weights: WeightTree
    assets: Mapping[str, bytes] = field(default_factory=dict[str, bytes])


def read_keras(path: str | os.PathLike[str]) -> KerasArchive:
    """The model in the `.keras` file at `path`; nothing in it is executed.

    Raises a FormatError of the fitting kind for anything else.
    """
    what = os.fspath(path)
    with open(path, "rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                return _archive(archive, what, is_own(what))
        except FormatError:
            raise
        except zipfile.BadZipFile as error:
            raise NotThisFormatError(
                f"{what} is no .keras archive ({error})"
            ) from error
        except (NotImplementedError, RuntimeError) as error:
            # Encryption and rare compressions; zipfile has no narrower error.
            raise UnsupportedFormatError(f"{what}: {error}") from error
        except (zlib.error, EOFError, OSError, ValueError, IndexError) as error:
            raise MalformedError(f"{what}: damaged archive ({error})") from error


def _archive(archive: zipfile.ZipFile, what: str, own: bool) -> KerasArchive:
    members = _members(archive, what)
    config = json_object(_read(archive, "config.json", what), f"{what}: config")
    metadata: dict[str, Any] = {}
    if "metadata.json" in members:
        data = _read(archive, "metadata.json", what)
        metadata = json_object(data, f"{what}: metadata")
    data = _read(archive, WEIGHTS_NAME, what)
    weights = _tree(io.BytesIO(data), f"{what}: {WEIGHTS_NAME}", own)
    known = {"config.json", "metadata.json", WEIGHTS_NAME}
    assets = {
        name: _read(archive, name, what)
        for name in members
        if name not in known and not name.endswith("/")
    }
    return KerasArchive(metadata, config, weights, assets)


def write_keras(path: str | os.PathLike[str], model: KerasArchive) -> None:
    """Write `model` as a `.keras` file at `path`, whole or not at all."""
    weights = io.BytesIO()
    _write_tree(weights, model.weights)
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        # Stored, as Keras does: weights hardly shrink. Names have a fixed date, so
        # that equal models make equal files.
        for name, data in (
            ("metadata.json", json.dumps(model.metadata).encode()),
            ("config.json", json.dumps(model.config).encode()),
            (WEIGHTS_NAME, weights.getvalue()),
            *model.assets.items(),
        ):
            archive.writestr(zipfile.ZipInfo(name), data)
    trust(os.fspath(path))


def read_weights(path: str | os.PathLike[str]) -> WeightTree:
    """The tree in the `.weights.h5` file at `path`."""
    return _tree(path, os.fspath(path))


def write_weights(path: str | os.PathLike[str], tree: WeightTree) -> None:
    """Write `tree` as a `.weights.h5` file at `path`, whole or not at all."""
    data = io.BytesIO()
    _write_tree(data, tree)
    with replacing(path) as file:
        file.write(data.getbuffer())
    trust(os.fspath(path))


def _members(archive: zipfile.ZipFile, what: str) -> list[str]:
    infos = archive.infolist()
    if len(infos) > MOST_FILES:
        raise LimitError(f"{what}: {len(infos)} files in the archive")
    names = [info.filename for info in infos]
    if len(set(names)) != len(names):
        raise MalformedError(f"{what}: two files of one name in the archive")
    for name in names:
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
            raise MalformedError(f"{what}: the archive holds '{name}'")
    return names


def _read(archive: zipfile.ZipFile, name: str, what: str) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError as error:
        raise MissingEntryError(f"{what}: the archive has no {name}") from error
    if info.file_size > MOST_EXPANSION * info.compress_size + 1024:
        raise LimitError(
            f"{what}: {name} claims {info.file_size} bytes from {info.compress_size}"
        )
    if name.endswith(".json") and info.file_size > MOST_JSON_BYTES:
        raise LimitError(f"{what}: {name} has {info.file_size} bytes")
    try:
        return archive.read(info)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ChecksumError(f"{what}: {name} is damaged ({error})") from error


def _tree(path: Any, what: str, own: bool = False) -> WeightTree:
    arrays: dict[str, Array] = {}
    groups: dict[str, dict[str, Any]] = {}
    with h5_access.reading(path, what, own) as source:
        _walk(source, source.root, "", 0, arrays, groups)
    return WeightTree(arrays, groups)


def _walk(
    source: Source,
    group: Any,
    path: str,
    depth: int,
    arrays: dict[str, Array],
    groups: dict[str, dict[str, Any]],
) -> None:
    # A group may hold itself: depth and number are bounded.
    if depth > h5_access.DEEPEST_GROUP or len(groups) + len(arrays) > source.size:
        raise LimitError(f"{source.what}: groups nest without end at '{path}'")
    groups[path] = {
        name: h5_access.attribute(source, group, name) for name in group.attrs
    }
    for name in group:
        below = f"{path}/{name}" if path else name
        found = h5_access.child(source, group, name)
        if isinstance(found, h5py.Group):
            _walk(source, found, below, depth + 1, arrays, groups)
        else:
            arrays[below] = h5_access.values(source, found)


def _write_tree(target: io.BytesIO, tree: WeightTree) -> None:
    with h5py.File(target, "w") as file:
        for path, attributes in tree.groups.items():
            group = file.require_group(path) if path else file
            for name, value in attributes.items():
                group.attrs[name] = value
        for path, array in tree.arrays.items():
            h5_access.put(file, path, array)
