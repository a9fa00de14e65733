"""The 1.x spellings of array functions: old argument names and orders."""

from __future__ import annotations

from penstock.api import array as api
from penstock.api import operators  # noqa: F401  (arithmetic of tensors)
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.ir.op import TABLE
from penstock.ops import image_patches


def _renamed(new, old, new_name: str, old_name: str):
    """The argument under whichever name it came. Raises ValueError for both."""
    if old is None:
        return new
    if new is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{new_name}'.")
    return old


def zeros_like(tensor, dtype=None, name=None, optimize=True):
    return api.zeros_like(tensor, dtype, name, optimize=optimize)


def ones_like(tensor, dtype=None, name=None, optimize=True):
    return api.ones_like(tensor, dtype, name, optimize=optimize)


def shape(input, name=None, out_type=None):
    return api.shape(input, out_type, name)


def size(input, name=None, out_type=dtypes.int32):
    return api.size(input, out_type, name)


def expand_dims(input, axis=None, name=None, dim=None):
    axis = _renamed(axis, dim, "axis", "dim")
    if axis is None:
        raise ValueError("Must specify an axis argument to tf.expand_dims()")
    return api.expand_dims(input, axis, name)


def squeeze(input, axis=None, name=None, squeeze_dims=None):
    return api.squeeze(
        input, _renamed(axis, squeeze_dims, "axis", "squeeze_dims"), name
    )


def concat(values=None, axis=None, name="concat", concat_dim=None):
    """`tf.concat(values, axis)`; also 0.x's `tf.concat(axis, values)`."""
    axis = _renamed(axis, concat_dim, "axis", "concat_dim")
    if isinstance(values, int) and not isinstance(values, bool):
        values, axis = axis, values
    return api.concat(values, axis, name)


def pack(values, axis=0, name="pack"):
    """0.x's name of `stack`."""
    return api.stack(values, axis, name)


def unpack(value, num=None, axis=0, name="unpack"):
    """0.x's name of `unstack`."""
    return api.unstack(value, num, axis, name)


def split(value=None, num_or_size_splits=None, axis=0, num=None, name="split",
          split_dim=None, num_split=None):  # fmt: skip
    """`tf.split(value, num, axis)`; also 0.x's `tf.split(split_dim, num, value)`."""
    if split_dim is not None:
        axis = split_dim
    if num_split is not None:
        num_or_size_splits = num_split
    if isinstance(value, int) and not isinstance(axis, int):
        value, axis = axis, value
    return api.split(value, num_or_size_splits, axis, num, name)


def transpose(a, perm=None, name="transpose", conjugate=False):
    return api.transpose(a, perm, conjugate, name)


def pad(tensor, paddings, mode="CONSTANT", name=None, constant_values=0):
    return api.pad(tensor, paddings, mode, constant_values, name)


def reverse(tensor, axis, name=None):
    return api.reverse(tensor, axis, name)


def reverse_sequence(
    input, seq_lengths, seq_axis=None, batch_axis=None, name=None, seq_dim=None,
    batch_dim=None,
):  # fmt: skip
    seq = _renamed(seq_axis, seq_dim, "seq_axis", "seq_dim")
    batch = _renamed(batch_axis, batch_dim, "batch_axis", "batch_dim")
    return api.reverse_sequence(input, seq_lengths, seq, batch, name)


def gather(params, indices, validate_indices=None, name=None, axis=None, batch_dims=0):
    return api.gather(params, indices, validate_indices, axis, batch_dims, name)


def gather_nd(params, indices, name=None, batch_dims=0):
    return api.gather_nd(params, indices, batch_dims, name)


def boolean_mask(tensor, mask, name="boolean_mask", axis=None):
    return api.boolean_mask(tensor, mask, axis, name)


def where(condition, x=None, y=None, name=None):
    """As `tf.where` of 1.x: `x` and `y` have one shape, `condition` it or its first."""
    if (x is None) != (y is None):
        raise ValueError("x and y must both be non-None or both be None.")
    if x is None:
        return api.where(condition, name=name)
    return TABLE["Select"](condition, x, y, name=name)


def where_v2(condition, x=None, y=None, name=None):
    return api.where(condition, x, y, name)


def one_hot(
    indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None
):
    return api.one_hot(indices, depth, on_value, off_value, axis, dtype, name)


def diag(diagonal, name=None):
    return api.tensor_diag(diagonal, name)


def diag_part(input, name=None):
    return api.tensor_diag_part(input, name)


def setdiff1d(x, y, index_dtype=dtypes.int32, name=None):
    return api.setdiff1d(x, y, index_dtype, name)


def listdiff(x, y, out_idx=dtypes.int32, name=None):
    return api.setdiff1d(x, y, out_idx, name)


def space_to_depth(input, block_size, name=None, data_format="NHWC"):
    return api.space_to_depth(input, block_size, data_format, name)


def depth_to_space(input, block_size, name=None, data_format="NHWC"):
    return api.depth_to_space(input, block_size, data_format, name)


def space_to_batch(input, paddings, block_size=None, name=None, block_shape=None):
    block = _renamed(block_size, block_shape, "block_size", "block_shape")
    block = [block, block] if isinstance(block, int) else block
    return api.space_to_batch(input, block, paddings, name)


def batch_to_space(input, crops, block_size, name=None, block_shape=None):
    block = _renamed(block_size, block_shape, "block_size", "block_shape")
    block = [block, block] if isinstance(block, int) else block
    return api.batch_to_space(input, block, crops, name)


def batch_gather(params, indices, name=None):
    """The entries of `params` that `indices` name, row by row of the batch."""
    rank = len(tensor(indices).dims)
    return api.gather(params, indices, axis=rank - 1, batch_dims=rank - 1, name=name)


def required_space_to_batch_paddings(
    input_shape, block_shape, base_paddings=None, name=None
):
    """(paddings, crops) [n, 2] that make each size a multiple of its block.

    The least padding, at the end, beyond `base_paddings`.
    """
    with scope(name, "required_space_to_batch_paddings"):
        sizes, blocks = tensor(input_shape), tensor(block_shape)
        base = api.zeros([sizes.dims[0], 2], sizes.dtype)
        if base_paddings is not None:
            base = tensor(base_paddings, sizes.dtype)
        start, end = base[:, 0], base[:, 1]
        more = TABLE["FloorMod"](-(sizes + start + end), blocks)
        crops = api.stack([api.zeros_like(more), more], 1)
        return api.stack([start, end + more], 1), crops


def extract_image_patches(
    images, ksizes=None, strides=None, rates=None, padding=None, name=None, sizes=None
):
    ksizes = _renamed(ksizes, sizes, "ksizes", "sizes")
    return image_patches.extract_image_patches(
        images, ksizes=ksizes, strides=strides, rates=rates, padding=padding, name=name
    )


def matrix_transpose(a, name="matrix_transpose", conjugate=False):
    return api.matrix_transpose(a, name, conjugate)


def searchsorted(
    sorted_sequence, values, side="left", out_type=dtypes.int32, name=None
):
    return api.searchsorted(sorted_sequence, values, side, out_type, name)
