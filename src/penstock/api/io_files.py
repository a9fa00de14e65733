"""`tf.io`: whole files, serialized tensors."""

from __future__ import annotations

from penstock.core.dtypes import as_dtype
from penstock.ops import io_files as ops


def read_file(filename, name=None):
    """The bytes of a file, a string scalar. Raises NotFoundError when it runs."""
    return ops.read_file(filename, name=name)


def write_file(filename, contents, name=None):
    """Write `contents` to a file, making its folders."""
    return ops.write_file(filename, contents, name=name)


def matching_files(pattern, name=None):
    """The files that match a glob pattern, sorted."""
    return ops.matching_files(pattern, name=name)


def serialize_tensor(tensor, name=None):
    """A tensor as the bytes of a TensorProto."""
    return ops.serialize_tensor(tensor, name=name)


def parse_tensor(serialized, out_type, name=None):
    """The tensor that `serialize_tensor` made bytes of."""
    return ops.parse_tensor(serialized, out_type=as_dtype(out_type), name=name)
