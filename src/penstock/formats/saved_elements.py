"""The folders that `Dataset.save` and `Dataset.snapshot` write.

Observed from TensorFlow 2.21: `snapshot.metadata` names a run; the run's folder has a
folder `00000000.shard` and so on, each with a file `00000000.snapshot`. That is a
TFRecord file, plain or GZIP, of one TensorProto for every tensor of every element.
Strings stand as their lengths (varints) and then their bytes.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from penstock.formats import data_types, messages, varint
from penstock.formats.atomic import write_bytes
from penstock.formats.errors import MalformedError, UnsupportedFormatError
from penstock.formats.tensor_proto import make_ndarray
from penstock.formats.tfrecord import RecordWriter, read_records

METADATA = "snapshot.metadata"
VERSION = 2


def write(
    folder: str, elements: Iterable[tuple[int, list[Any]]], types: list[np.dtype],
    compression: str = "", graph: str = "",
) -> Iterator[None]:  # fmt: skip
    """Write (shard, arrays) one by one, a step of this generator for each.

    The metadata, and with it the whole, appear after the last; what was written by
    then stays unseen where the generator is closed early.
    """
    run = str(secrets.randbits(63))
    writers: dict[int, RecordWriter] = {}
    count = 0
    try:
        for shard, arrays in elements:
            if shard not in writers:
                place = _shard(folder, run, shard)
                os.makedirs(os.path.dirname(place), exist_ok=True)
                writers[shard] = RecordWriter(place, compression)
            for array in arrays:
                writers[shard].write(_to_proto(array).SerializeToString())
            count += 1
            yield
    except BaseException:
        _close(writers)
        shutil.rmtree(os.path.join(folder, run), ignore_errors=True)
        raise
    _close(writers)
    os.makedirs(os.path.join(folder, run), exist_ok=True)
    about = messages.SavedElements(
        graph=graph, run=run, created=int(time.time() * 1e6), version=VERSION,
        count=count, finished=True, dtypes=[data_types.number(t) for t in types],
    )  # fmt: skip
    write_bytes(os.path.join(folder, METADATA), about.SerializeToString())


def _close(writers: dict[int, RecordWriter]) -> None:
    for writer in writers.values():
        writer.close()


def about(folder: str) -> Any:
    """What the metadata says, None where nothing was written to the end."""
    try:
        with open(os.path.join(folder, METADATA), "rb") as file:
            found = messages.parse(messages.SavedElements, file.read(), folder)
    except FileNotFoundError:
        return None
    return found if found.finished else None


def shards(folder: str, run: str) -> list[str]:
    """The record files of a run in the order of their shards."""
    place = os.path.join(folder, run)
    found = sorted(n for n in os.listdir(place) if n.endswith(".shard"))
    return [
        os.path.join(place, shard, name)
        for shard in found
        for name in sorted(os.listdir(os.path.join(place, shard)))
        if name.endswith(".snapshot")
    ]


def read(path: str, parts: int, compression: str = "") -> Iterator[list[np.ndarray]]:
    """The elements of one record file, `parts` arrays each."""
    arrays = []
    for record in read_records(path, compression):
        arrays.append(_from_proto(record, path))
        if len(arrays) == parts:
            yield arrays
            arrays = []
    if arrays:
        raise MalformedError(f"{path}: the last element has {len(arrays)} tensors")


def _shard(folder: str, run: str, shard: int) -> str:
    return os.path.join(folder, run, f"{shard:08}.shard", "00000000.snapshot")


def _to_proto(value) -> Any:
    array = np.asarray(value, object if isinstance(value, bytes) else None)
    proto = messages.TensorProto(dtype=data_types.number(array.dtype))
    proto.tensor_shape.SetInParent()
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    if proto.dtype == data_types.STRING:
        texts = [bytes(item) for item in array.ravel()]
        lengths = b"".join(varint.encode(len(text)) for text in texts)
        proto.tensor_content = lengths + b"".join(texts)
    else:
        proto.tensor_content = np.ascontiguousarray(array).tobytes()
    return proto


def _from_proto(record: bytes, path: str) -> np.ndarray:
    proto = messages.parse(messages.TensorProto, record, path)
    if proto.dtype == data_types.VARIANT:
        raise UnsupportedFormatError(
            f"{path}: ragged and sparse tensors of TensorFlow's own form"
        )
    if proto.dtype != data_types.STRING:
        return make_ndarray(proto, path)
    shape = tuple(dim.size for dim in proto.tensor_shape.dim)
    content, at, lengths = proto.tensor_content, 0, []
    for _ in range(int(np.prod(shape, dtype=np.int64))):
        length, at = varint.decode(content, at, path)
        lengths.append(length)
    if at + sum(lengths) != len(content):
        raise MalformedError(f"{path}: {len(content)} bytes for strings of {lengths}")
    out = np.empty(len(lengths), object)
    for row, length in enumerate(lengths):
        out[row] = content[at : at + length]
        at += length
    return out.reshape(shape)
