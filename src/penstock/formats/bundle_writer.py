"""Writing checkpoint V2 files; the layout is told in `bundle`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from penstock.formats import data_types, messages, ordered_code, string_codec
from penstock.formats.atomic import replacing
from penstock.formats.bundle import Array, read_bundle, shard_path
from penstock.formats.crc32c import crc32c, mask
from penstock.formats.errors import FormatError
from penstock.formats.sstable import write_table


@dataclass(frozen=True, slots=True)
class Partitioned:
    """A tensor in pieces: (start in each dimension, values) of each."""

    shape: tuple[int, ...]
    pieces: tuple[tuple[tuple[int, ...], Array], ...]


def write_bundle(
    prefix: str | os.PathLike[str],
    tensors: Mapping[str, Array | Partitioned | str | bytes],
    shards: int = 1,
    moment: Callable[[str], None] = lambda name: None,
) -> None:
    """Write `tensors` as a checkpoint, replacing one of the same prefix.

    The tensors are spread over `shards` data files in the order given.

    At every moment the index on disk names data files that are whole. A new
    checkpoint over an old one therefore goes first under names that tell of one
    shard more, which the old index does not use; once its index is in place,
    the data files take their usual names too and a second index says so.
    `moment` is called between those steps; tests stop the process there.
    """
    prefix = os.fspath(prefix)
    if shards < 1:
        raise ValueError(f"a checkpoint has at least 1 shard, got {shards}")
    entries = _plan(tensors, shards)
    in_use = _shards_in_use(prefix)
    staged = shards + 1 if in_use == shards else shards
    for shard in range(staged):
        with replacing(shard_path(prefix, shard, staged)) as file:
            _write_shard(file, [e for e in entries if e.proto.shard_id == shard])
        moment("data")
    _write_index(prefix, entries, staged)
    moment("index")
    if staged != shards and _link_shards(prefix, shards, staged):
        moment("links")
        _write_index(prefix, entries, shards)
        moment("second index")
        _remove_shards(prefix, staged)
    elif in_use is not None and in_use != staged:
        _remove_shards(prefix, in_use)


@dataclass(slots=True)
class _Planned:
    key: bytes
    proto: Any
    values: Array | None


def _plan(tensors: Mapping[str, Any], shards: int) -> list[_Planned]:
    planned: list[_Planned] = []
    for name, value in tensors.items():
        if not name or name.startswith("\0"):
            raise ValueError(f"a tensor can't be named {name!r} in a checkpoint")
        if isinstance(value, Partitioned):
            planned += _plan_pieces(name, value)
        else:
            planned.append(_planned(name.encode(), np.asarray(value)))
    for position, entry in enumerate(planned):
        entry.proto.shard_id = position * shards // len(planned)
    return planned


def _planned(key: bytes, values: Array) -> _Planned:
    proto = messages.BundleEntryProto(dtype=data_types.number(values.dtype))
    # A present, empty shape says "scalar"; TensorFlow writes it too.
    proto.shape.SetInParent()
    for size in values.shape:
        proto.shape.dim.add(size=size)
    return _Planned(key, proto, values)


def _plan_pieces(name: str, whole: Partitioned) -> list[_Planned]:
    if not whole.pieces:
        raise ValueError(f"'{name}': a partitioned tensor without pieces")
    head = _planned(name.encode(), np.empty(0, whole.pieces[0][1].dtype))
    del head.proto.shape.dim[:]
    for size in whole.shape:
        head.proto.shape.dim.add(size=size)
    head.values = None
    planned = [head]
    for starts, values in whole.pieces:
        spec = head.proto.slices.add()
        extents: list[tuple[int, int]] = []
        for start, length in zip(starts, values.shape, strict=True):
            spec.extent.add(start=start, length=length)
            extents.append((start, length))
        planned.append(_planned(ordered_code.slice_key(name, extents), values))
    return planned


def _write_shard(file: Any, entries: list[_Planned]) -> None:
    offset = 0
    for entry in entries:
        proto, values = entry.proto, entry.values
        if values is None:
            # The whole of a partitioned tensor: its pieces have the bytes.
            proto.shard_id = 0
            continue
        if proto.dtype == data_types.STRING:
            data, proto.crc32c = string_codec.encode(data_types.to_bytes(values))
        else:
            native = values.astype(values.dtype.newbyteorder("<"), copy=False)
            data = np.ascontiguousarray(native).reshape(-1).view(np.uint8)
            proto.crc32c = mask(crc32c(data))
        proto.offset, proto.size = offset, len(data)
        offset += len(data)
        file.write(data)


def _write_index(prefix: str, entries: list[_Planned], shards: int) -> None:
    header = messages.BundleHeaderProto(num_shards=shards)
    header.version.producer = 1
    table = [(b"", header.SerializeToString(deterministic=True))]
    for entry in sorted(entries, key=lambda entry: entry.key):
        table.append((entry.key, entry.proto.SerializeToString(deterministic=True)))
    with replacing(f"{prefix}.index") as file:
        file.write(write_table(table))


def _shards_in_use(prefix: str) -> int | None:
    """Shards of the checkpoint that stands at `prefix`; None without one."""
    try:
        return read_bundle(prefix).shards
    except FileNotFoundError:
        return None
    except FormatError:
        # A damaged index protects nothing.
        return None


def _link_shards(prefix: str, shards: int, staged: int) -> bool:
    """Give the staged data files their usual names too; False where links fail."""
    try:
        for shard in range(shards):
            target = shard_path(prefix, shard, shards)
            beside_target = f"{target}.{os.getpid()}.unfinished"
            os.link(shard_path(prefix, shard, staged), beside_target)
            os.replace(beside_target, target)
    except OSError:
        # Some file systems have no links: the staged names are as valid.
        return False
    return True


def _remove_shards(prefix: str, shards: int) -> None:
    for shard in range(shards):
        Path(shard_path(prefix, shard, shards)).unlink(missing_ok=True)
