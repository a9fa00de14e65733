"""Files, serialized tensors and `tf.train.Example`s: ops that run on the host."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from penstock.core.dtypes import string
from penstock.core.errors import InvalidArgumentError, NotFoundError
from penstock.core.paths import matching_paths
from penstock.formats import messages, tensor_proto
from penstock.formats.atomic import write_bytes
from penstock.ir.op import STOPS, op
from penstock.ops import rules


def as_bytes(value: Any) -> bytes:
    item = np.asarray(value, object).item()
    return item if isinstance(item, bytes) else str(item).encode()


def _each(function, array) -> np.ndarray:
    flat = np.asarray(array, object)
    out = np.empty(flat.shape, object)
    for at, item in np.ndenumerate(flat):
        out[at] = function(item)
    return out


@op(
    "ReadFile", "filename: string -> contents: string", shape=rules.scalar,
    gradient=STOPS, host=True, stateful=True,
)  # fmt: skip
def read_file(filename):
    path = os.fsdecode(as_bytes(filename))
    try:
        with open(path, "rb") as file:
            return np.array(file.read(), object)
    except FileNotFoundError:
        raise NotFoundError(None, None, f"{path}; No such file or directory") from None


@op(
    "WriteFile", "filename: string, contents: string ->", shape=lambda *_, **__: [],
    gradient=STOPS, host=True, stateful=True,
)  # fmt: skip
def write_file(filename, contents):
    path = os.fsdecode(as_bytes(filename))
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    write_bytes(path, as_bytes(contents))
    return ()


@op(
    "MatchingFiles", "pattern: string -> filenames: string",
    shape=lambda *_, **__: (None,), gradient=STOPS, host=True, stateful=True,
)  # fmt: skip
def matching_files(pattern):
    patterns = [os.fsdecode(as_bytes(p)) for p in np.asarray(pattern, object).ravel()]
    found = sorted({path for p in patterns for path in matching_paths(p)})
    return _each(lambda p: p, np.array([p.encode() for p in found], object))


@op(
    "SerializeTensor", "tensor: T -> serialized: string", shape=rules.scalar,
    gradient=STOPS, host=True,
)  # fmt: skip
def serialize_tensor(tensor):
    proto = tensor_proto.make_tensor_proto(np.asarray(tensor))
    return np.array(proto.SerializeToString(), object)


@op(
    "ParseTensor", "serialized: string -> output: out_type",
    shape=lambda *_, **__: None, gradient=STOPS, host=True,
)  # fmt: skip
def parse_tensor(serialized, *, out_type):
    proto = messages.parse(messages.TensorProto, as_bytes(serialized), "parse_tensor")
    array = tensor_proto.make_ndarray(proto)
    if array.dtype != out_type.np:
        raise InvalidArgumentError(
            None, None, f"Type mismatch between parsed tensor ({array.dtype}) and "
            f"dtype ({out_type.name}).",
        )  # fmt: skip
    return array


# --- tf.train.Example -----------------------------------------------------------------

_KINDS = {
    "bytes_list": "bytes_list",
    "float_list": "float_list",
    "int64_list": "int64_list",
}


_LISTS = {"string": "bytes_list", "float32": "float_list", "int64": "int64_list"}


def feature_values(feature: Any, kind, key: str) -> list:
    """The list of a feature, checked against the dtype that was asked for."""
    which = feature.WhichOneof("kind")
    if which is None:
        return []
    wanted = _LISTS
    if wanted.get(kind.name) != which:
        raise InvalidArgumentError(
            None, None, f"Key: {key}.  Data types don't match. Expected type: "
            f"{kind.name}, the Example has {which}.",
        )  # fmt: skip
    return list(getattr(feature, which).value)


def feature_array(values: list, kind) -> np.ndarray:
    if kind is string:
        out = np.empty(len(values), object)
        out[:] = values
        return out
    return np.array(values, kind.np)


def _dense(features: Any, key: str, kind, dims, default: np.ndarray) -> np.ndarray:
    variable = bool(dims) and dims[0] is None
    there = key in features and features[key].WhichOneof("kind") is not None
    if not there:
        if variable:
            return np.zeros((0, *dims[1:]), object if kind is string else kind.np)
        if default.size == 0:
            raise InvalidArgumentError(
                None, None, f"Feature: {key} (data type: {kind.name}) is required but "
                "could not be found.",
            )  # fmt: skip
        return np.broadcast_to(default, dims)
    array = feature_array(feature_values(features[key], kind, key), kind)
    try:
        return array.reshape([-1 if d is None else d for d in dims])
    except ValueError:
        raise InvalidArgumentError(
            None, None, f"Key: {key}.  Number of {kind.name} values != expected. "
            f"Values size: {array.size} but output shape: {list(dims)}.",
        ) from None  # fmt: skip


def _example_shapes(serialized, *inputs, num_sparse, sparse_types, Tdense,
                    dense_shapes, **_):  # fmt: skip
    lead = () if serialized.dims is None else serialized.dims
    rank = None if serialized.dims is None else 1 + len(lead)
    return [
        *[(None, rank)] * num_sparse, *[(None,)] * num_sparse, *[(rank,)] * num_sparse,
        *[(*lead, *dims) for dims in dense_shapes],
    ]  # fmt: skip


@op(
    "_ParseExamples",
    "serialized: string, dense_defaults: *Tdense -> sparse_indices: num_sparse*int64,"
    " sparse_values: *sparse_types, sparse_shapes: num_sparse*int64,"
    " dense_values: *Tdense",
    shape=_example_shapes, gradient=STOPS, host=True,
)  # fmt: skip
def parse_examples(
    serialized, dense_defaults, *, num_sparse, sparse_keys, sparse_types, dense_keys,
    dense_shapes, Tdense,
):  # fmt: skip
    """Examples (scalar or vector of them) as sparse parts, then dense tensors.

    A first size None in `dense_shapes` is a sequence, padded to the longest.
    """
    from penstock.formats.example import parse_example

    whole = np.asarray(serialized, object)
    rows = [parse_example(as_bytes(item)).features.feature for item in whole.ravel()]
    indices, values, shapes = [], [], []
    for key, kind in zip(sparse_keys, sparse_types, strict=True):
        found = [feature_values(f[key], kind, key) if key in f else [] for f in rows]
        width = max(map(len, found), default=0)
        flat = [v for row in found for v in row]
        if whole.ndim:
            at = [(i, j) for i, row in enumerate(found) for j in range(len(row))]
            indices.append(np.array(at, np.int64).reshape(-1, 2))
            shapes.append(np.array([len(rows), width], np.int64))
        else:
            indices.append(np.arange(len(flat), dtype=np.int64).reshape(-1, 1))
            shapes.append(np.array([len(flat)], np.int64))
        values.append(feature_array(flat, kind))
    dense = []
    for key, kind, dims, default in zip(
        dense_keys, Tdense, dense_shapes, dense_defaults, strict=True
    ):
        parts = [_dense(f, key, kind, dims, np.asarray(default)) for f in rows]
        if whole.ndim and dims and dims[0] is None:
            parts = _padded(parts, np.asarray(default), kind)
        dense.append(np.stack(parts) if whole.ndim else parts[0])
    return (*indices, *values, *shapes, *dense)


def _padded(parts: list[np.ndarray], default: np.ndarray, kind) -> list[np.ndarray]:
    longest = max((len(p) for p in parts), default=0)
    if default.size:
        fill = default.reshape(-1)[0]
    else:
        fill = b"" if kind is string else kind.np.type(0)
    out = []
    for part in parts:
        rest = np.full((longest - len(part), *part.shape[1:]), fill, part.dtype)
        out.append(np.concatenate([part, rest]))
    return out
