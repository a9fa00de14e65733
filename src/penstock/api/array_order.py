"""Tensors joined, parted, repeated, reordered and padded."""

from __future__ import annotations

import numpy as np

from penstock.api.array_make import ones, reshape, size
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import array as ops
from penstock.ops import array_blocks, array_join, array_order, array_pad, image_patches


def concat(values, axis, name="concat"):
    """`values` joined along `axis`, an existing dimension."""
    if not isinstance(values, list | tuple):
        values = [values]
    if len(values) == 1:
        with scope(name, "concat"):
            tensor(axis, dtypes.int32, name="concat_dim")
            return TABLE["Identity"](values[0], name=name)
    return array_join.concat(list(values), axis, name=name)


def stack(values, axis=0, name="stack"):
    """`values` joined along a new dimension at `axis`."""
    if axis == 0:
        try:
            if isinstance(values, Tensor):
                return values
            return tensor(list(values), name=name)
        except (TypeError, ValueError):
            pass  # unequal dtypes: Pack says what is wrong
    return array_join.pack(list(values), axis=axis, name=name)


def parallel_stack(values, name="parallel_stack"):
    """As `stack` along the first dimension."""
    return stack(values, 0, name)


def unstack(value, num=None, axis=0, name="unstack"):
    """The tensors that `stack` would join to `value`; `num` where it is not known."""
    x = tensor(value)
    if num is None:
        if x.dims is None:
            raise ValueError("Cannot infer argument `num` from an unknown shape.")
        if not -len(x.dims) <= axis < len(x.dims):
            raise ValueError(
                f"Argument `axis` = {axis} not in range [{-len(x.dims)}, {len(x.dims)})"
            )
        num = x.dims[axis]
        if num is None:
            raise ValueError(
                f"Cannot infer argument `num` from shape {x.shape}. Give num."
            )
    return list(array_join.unpack(x, num=num, axis=axis, name=name))


def split(value, num_or_size_splits, axis=0, num=None, name="split"):
    """`value` cut along `axis` into equal parts, or into parts of given sizes."""
    if isinstance(num_or_size_splits, int | np.integer):
        count = int(num_or_size_splits)
        return list(array_join.split(axis, value, num_split=count, name=name))
    sizes = tensor(num_or_size_splits)
    if sizes.dims == ():
        raise ValueError(
            "Rank-0 tensors are not supported as num_or_size_splits. Give an integer."
        )
    if num is None:
        num = None if sizes.dims is None else sizes.dims[0]
        if num is None:
            raise ValueError("Cannot infer the number of splits. Give num.")
    parts = array_join.split_v(value, sizes, axis, num_split=num, name=name)
    return list(parts)


def tile(input, multiples, name=None):
    """`input` repeated `multiples[i]` times along dimension i."""
    return array_join.tile(input, multiples, name=name)


def meshgrid(*args, **kwargs):
    """Coordinate tensors of the grid that 1-D `args` span; indexing "xy" or "ij"."""
    indexing = kwargs.pop("indexing", "xy")
    name = kwargs.pop("name", "meshgrid")
    if kwargs:
        key = next(iter(kwargs))
        raise TypeError(f"'{key}' is an invalid keyword argument for this function")
    if indexing not in ("xy", "ij"):
        raise ValueError(
            "Argument `indexing` parameter must be either 'xy' or 'ij', got "
            f"'{indexing}'"
        )
    with scope(name, "meshgrid"):
        n = len(args)
        if not n:
            return []
        flat = [
            reshape(stack(x), [1] * i + [-1] + [1] * (n - i - 1))
            for i, x in enumerate(args)
        ]
        sizes = [size(x) for x in args]
        kind = flat[0].dtype.base_dtype
        if indexing == "xy" and n > 1:
            flat[0] = reshape(flat[0], [1, -1] + [1] * (n - 2))
            flat[1] = reshape(flat[1], [-1, 1] + [1] * (n - 2))
            sizes[0], sizes[1] = sizes[1], sizes[0]
        all_ones = ones(sizes, kind)
        return [TABLE["Mul"](x, all_ones, name="mul") for x in flat]


def transpose(a, perm=None, conjugate=False, name="transpose"):
    """`a` with its dimensions in the order `perm`, reversed by default."""
    with scope(name, "transpose") as full:
        a = tensor(a, name="a")
        if perm is None:
            if a.dims is not None:
                perm = np.arange(len(a.dims), dtype=np.int32)[::-1]
            else:
                count = ops.rank(a)
                last = TABLE["Sub"](count, 1, name="sub")
                perm = TABLE["Sub"](last, TABLE["Range"](0, count, 1), name="sub")
        op = "Transpose"
        if conjugate and a.dtype.is_complex:
            op = "ConjugateTranspose"
        return TABLE[op](a, perm, name=full or None)


def matrix_transpose(a, name="matrix_transpose", conjugate=False):
    """`a` [..., m, n] with its last two dimensions swapped."""
    with scope(name, "matrix_transpose"):
        a = tensor(a, name="a")
        if a.dims is not None:
            n = len(a.dims)
            if n < 2:
                raise ValueError(
                    f"Argument `a` should be a (batch) matrix with rank >= 2. "
                    f"Received `a` = {a} with shape: {a.shape}"
                )
            return transpose(a, [*range(n - 2), n - 1, n - 2], conjugate)
        count = ops.rank(a)
        lead = TABLE["Range"](0, count - 2, 1)
        return transpose(a, concat([lead, [count - 1, count - 2]], 0), conjugate)


def reverse(tensor, axis, name=None):
    """`tensor` with the order along each of `axis` reversed."""
    return array_order.reverse(tensor, axis, name=name)


def reverse_sequence(input, seq_lengths, seq_axis=None, batch_axis=None, name=None):
    """The first `seq_lengths[i]` steps of each batch entry i in reverse."""
    return array_order.reverse_sequence(
        input, seq_lengths, seq_dim=seq_axis, batch_dim=batch_axis or 0, name=name
    )


def roll(input, shift, axis, name=None):
    """`input` shifted along `axis`, what falls off coming back at the other end."""
    return array_order.roll(input, shift, axis, name=name)


def invert_permutation(x, name=None):
    return array_order.invert_permutation(x, name=name)


def pad(tensor, paddings, mode="CONSTANT", constant_values=0, name=None):
    """`tensor` with borders of `paddings` [rank, 2], filled or mirrored."""
    mode = mode.upper()
    if mode == "CONSTANT":
        plain = not isinstance(constant_values, Tensor) and np.all(
            np.asarray(constant_values) == 0
        )
        if plain:
            return array_pad.pad(tensor, paddings, name=name)
        return array_pad.pad_v2(tensor, paddings, constant_values, name=name)
    if mode not in ("REFLECT", "SYMMETRIC"):
        raise ValueError(
            f"Value of argument `mode` expected to be 'CONSTANT', 'REFLECT' or "
            f"'SYMMETRIC'. Received `mode` = {mode}"
        )
    return array_pad.mirror_pad(tensor, paddings, mode=mode, name=name)


def space_to_batch(input, block_shape, paddings, name=None):
    """As `tf.space_to_batch` (N-D form)."""
    return array_blocks.space_to_batch_nd(input, block_shape, paddings, name=name)


def batch_to_space(input, block_shape, crops, name=None):
    """The inverse of `space_to_batch`."""
    return array_blocks.batch_to_space_nd(input, block_shape, crops, name=name)


def space_to_depth(input, block_size, data_format="NHWC", name=None):
    """Blocks of the plane moved into depth."""
    return array_blocks.space_to_depth(
        input, block_size=block_size, data_format=data_format, name=name
    )


def depth_to_space(input, block_size, data_format="NHWC", name=None):
    """The inverse of `space_to_depth`."""
    return array_blocks.depth_to_space(
        input, block_size=block_size, data_format=data_format, name=name
    )


def extract_patches(images, sizes, strides, rates, padding, name=None):
    """Patches of `images` [batch, rows, columns, channels], laid along depth."""
    return image_patches.extract_image_patches(
        images, ksizes=sizes, strides=strides, rates=rates, padding=padding, name=name
    )
