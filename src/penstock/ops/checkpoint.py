"""Checkpoints as ops: what a `tf.train.Saver` leaves in a graph."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import string
from penstock.core.errors import InvalidArgumentError
from penstock.formats.bundle import read_bundle
from penstock.formats.bundle_writer import write_bundle
from penstock.ir.op import STOPS, op
from penstock.ops import rules


def _texts(array) -> list[str]:
    return [item.decode() for item in np.asarray(array).ravel()]


@op(
    "SaveV2",
    "prefix: string, tensor_names: string, shape_and_slices: string,"
    " tensors: *dtypes ->",
    shape=rules.none,
    gradient=STOPS,
    host=True,
    stateful=True,
)
def save_v2(prefix, tensor_names, shape_and_slices, tensors):
    names = _texts(tensor_names)
    if any(_texts(shape_and_slices)):
        raise InvalidArgumentError("SaveV2 of pieces: save with tf.train.Saver.")
    write_bundle(_texts(prefix)[0], dict(zip(names, tensors, strict=True)))
    return ()


@op(
    "RestoreV2",
    "prefix: string, tensor_names: string, shape_and_slices: string"
    " -> tensors: *dtypes",
    shape=lambda *_, dtypes, **__: [None] * len(dtypes),
    gradient=STOPS,
    host=True,
    stateful=True,
)
def restore_v2(prefix, tensor_names, shape_and_slices, *, dtypes):
    bundle = read_bundle(_texts(prefix)[0])
    slices = _texts(shape_and_slices)
    out = []
    for name, piece, dtype in zip(_texts(tensor_names), slices, dtypes, strict=True):
        values = part(bundle.read(name), piece)
        if dtype is not string and values.dtype != dtype.np:
            raise InvalidArgumentError(
                f"tensor_name = {name}; expected dtype {dtype.name} does not equal "
                f"original dtype {values.dtype}"
            )
        out.append(values)
    return tuple(out)


def part(values: np.ndarray, piece: str) -> np.ndarray:
    """The part of `values` that a slice "4 3 0,2:0,3" (sizes, then start,length of
    each dimension, "-" for all of it) names; all for the empty text.
    """
    if not piece:
        return values
    where = []
    for extent in piece.split(" ")[-1].split(":"):
        if extent == "-":
            where.append(slice(None))
        else:
            start, length = map(int, extent.split(","))
            where.append(slice(start, start + length))
    return values[tuple(where)]


@op(
    "MergeV2Checkpoints",
    "checkpoint_prefixes: string, destination_prefix: string ->",
    shape=rules.none,
    attrs={"delete_old_dirs": True, "allow_missing_files": False},
    gradient=STOPS,
    host=True,
    stateful=True,
)
def merge_v2_checkpoints(checkpoint_prefixes, destination_prefix):
    tensors = {}
    for prefix in _texts(checkpoint_prefixes):
        bundle = read_bundle(prefix)
        tensors.update((key, bundle.read(key)) for key in bundle.keys())
    write_bundle(_texts(destination_prefix)[0], tensors)
    return ()
