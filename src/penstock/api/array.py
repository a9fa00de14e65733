"""`tf.reshape` and its kin: shapes, joining, indexing."""

from __future__ import annotations

import builtins

import numpy as np

from penstock.api.scopes import maybe_scope, scope, tensor
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import TensorShape, as_dims, is_static
from penstock.core.shapes import size as count_of
from penstock.ir import context
from penstock.ir.constant import constant_dims, constant_value
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import array as ops
from penstock.ops import array_dynamic, array_gather, array_join, array_order, array_pad

_SMALL = 1000  # elements: what TensorFlow writes as one constant


# --- made anew ------------------------------------------------------------------


def zeros(shape, dtype=dtypes.float32, name=None):
    """Zeros of `shape` (a list, a TensorShape or an integer tensor)."""
    return _filled(0, shape, dtype, name, "zeros")


def ones(shape, dtype=dtypes.float32, name=None):
    """Ones of `shape` (a list, a TensorShape or an integer tensor)."""
    return _filled(1, shape, dtype, name, "ones")


def _filled(value, shape, dtype, name, default):
    kind = as_dtype(dtype).base_dtype
    if kind is dtypes.string:
        value = b"" if value == 0 else value
    elif kind.is_bool:
        value = bool(value)
    with scope(name, default) as full:
        if not isinstance(shape, Tensor):
            known = _known_shape(shape)
            scalar = isinstance(shape, int)
            if known is not None and not scalar and (count_of(known) or 0) < _SMALL:
                array = np.full(known, value, kind.np)
                return context.landing().constant(array, full or None)
            if known is not None:
                shape = tensor(np.array(known, np.int32), name="shape_as_tensor")
            else:
                shape = tensor(shape, dtypes.int32)
        if shape.dims is not None and len(shape.dims) == 0:
            shape = reshape(shape, [-1])
        filling = context.landing().constant(np.array(value, kind.np), "Const")
        return ops.fill(shape, filling, name=full or None)


def _known_shape(shape):
    """`shape` as sizes where it holds no tensors; ValueError for unknown sizes."""
    if isinstance(shape, np.ndarray):
        shape = shape.tolist()
    items = shape if isinstance(shape, list | tuple) else [shape]
    if any(isinstance(i, Tensor) or hasattr(i, "_dense_tensor") for i in items):
        return None
    dims = as_dims(shape)
    if not is_static(dims):
        raise ValueError(f"Cannot fill a partially known shape: {TensorShape(dims)}.")
    return dims


def zeros_like(input, dtype=None, name=None, layout=None, *, optimize=True):
    """Zeros shaped as `input`, of its dtype unless `dtype` is given."""
    return _like(0, input, dtype, name, optimize)


def ones_like(input, dtype=None, name=None, layout=None, *, optimize=True):
    """Ones shaped as `input`, of its dtype unless `dtype` is given."""
    return _like(1, input, dtype, name, optimize)


def _like(value, input, dtype, name, optimize):
    default = "ones_like" if value else "zeros_like"
    with scope(name, default) as full:
        x = tensor(input, name="tensor")
        kind = x.dtype.base_dtype if dtype is None else as_dtype(dtype)
        known = is_static(x.dims) and optimize
        if value == 0 and known:
            return _filled(0, x.dims, kind, full, default)
        if value == 0 and kind is x.dtype.base_dtype:
            return ops.zeros_like(x, name=full or None)
        if known:
            with scope(None, "Shape"):
                dims = tensor(np.array(x.dims, np.int32), name="shape_as_tensor")
        else:
            dims = ops.TABLE["Shape"](x, out_type=dtypes.int32)
        filling = tensor(np.array(value, kind.np), name="Const")
        return ops.fill(dims, filling, name=full or None)


def fill(dims, value, name=None, layout=None):
    """A tensor of shape `dims` with `value` everywhere."""
    return ops.fill(dims, value, name=name)


def one_hot(
    indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None
):
    """`indices` written along a new `axis` of size `depth`: on at the index.

    An index outside [0, depth) gives a row that is off everywhere.
    """
    with scope(name, "one_hot") as full:
        kind = _hot_dtype(on_value, off_value, dtype)
        on = _hot_value(on_value, kind, 1, "on_value")
        off = _hot_value(off_value, kind, 0, "off_value")
        return array_gather.one_hot(
            indices, depth, on, off, axis=-1 if axis is None else axis,
            name=full or None,
        )  # fmt: skip


def _hot_dtype(on, off, dtype):
    given = [
        tensor_dtype(v) for v in (on, off) if v is not None
    ]
    if len(given) == 2 and given[0] is not given[1] and dtype is None:
        raise TypeError(
            f"on_value has dtype {given[0].name}, off_value {given[1].name}: "
            "one_hot needs one dtype."
        )
    if dtype is not None:
        kind = as_dtype(dtype)
        return kind
    return given[0] if given else dtypes.float32


def tensor_dtype(value):
    """The dtype that `value` has as a tensor, without making one."""
    kind = getattr(value, "dtype", None)
    if isinstance(kind, dtypes.DType):
        return kind.base_dtype
    from penstock.core.convert import to_array

    return as_dtype(to_array(value).dtype)


def _hot_value(value, kind, default, name):
    if value is None:
        return tensor(np.array(default, kind.np), name=name)
    return tensor(value, kind)


# --- what a tensor looks like -----------------------------------------------------


def shape(input, out_type=None, name=None):
    """The shape of `input` as a 1-D integer tensor."""
    kind = dtypes.int32 if out_type is None else as_dtype(out_type)
    return _asked(input, kind, name, "Shape", lambda d: np.array(d, kind.np))


def size(input, out_type=None, name=None):
    """How many elements `input` has, as a scalar."""
    kind = dtypes.int32 if out_type is None else as_dtype(out_type)
    return _asked(input, kind, name, "Size", lambda d: np.array(count_of(d), kind.np))


def _asked(input, kind, name, op, answer):
    with scope(name, op) as full:
        components = getattr(input, "dense_shape", None)
        if components is not None:
            dense = TABLE["Cast"](components, DstT=kind)
            return dense if op == "Shape" else TABLE["Prod"](dense, [0], name=full)
        x = tensor(input)
        landing = context.landing()
        if is_static(x.dims) and not landing.eager:
            return landing.constant(answer(x.dims), full or None)
        return TABLE[op](x, out_type=kind, name=full or None)


def rank(input, name=None):
    """The number of dimensions of `input`, as an int32 scalar."""
    with scope(name, "Rank") as full:
        x = tensor(input)
        landing = context.landing()
        if x.dims is not None and not landing.eager:
            return landing.constant(np.array(len(x.dims), np.int32), full or None)
        return ops.rank(x, name=full or None)


def shape_n(input, out_type=dtypes.int32, name=None):
    """The shape of each tensor of a list."""
    return list(ops.shape_n(list(input), out_type=as_dtype(out_type), name=name))


def reshape(tensor, shape, name=None):
    """`tensor`'s elements in another shape; one size may be -1."""
    return ops.reshape(tensor, shape, name=name)


def expand_dims(input, axis=None, name=None):
    """`input` with a dimension of size 1 put in at `axis`."""
    if axis is None:
        raise ValueError("expand_dims needs an axis.")
    return ops.expand_dims(input, axis, name=name)


def squeeze(input, axis=None, name=None):
    """`input` without its dimensions of size 1, or without those in `axis`."""
    axes = () if axis is None else np.atleast_1d(axis).tolist()
    return ops.squeeze(input, squeeze_dims=axes, name=name)


def broadcast_to(input, shape, name=None):
    """`input` repeated to `shape` as broadcasting would."""
    return ops.broadcast_to(input, shape, name=name)


def broadcast_dynamic_shape(shape_x, shape_y):
    """The shape, as a tensor, that two shape tensors broadcast to."""
    return ops.broadcast_args(tensor(shape_x, name="shape_x"), shape_y)


def broadcast_static_shape(shape_x, shape_y):
    """The shape that two static shapes broadcast to. Raises ValueError."""
    from penstock.core.shapes import broadcast

    return TensorShape(broadcast(as_dims(shape_x), as_dims(shape_y)))


def ensure_shape(x, shape, name=None):
    """`x`, checked at run time (and now as far as known) against `shape`."""
    return ops.ensure_shape(x, shape=TensorShape(shape), name=name)


def bitcast(input, type, name=None):
    """`input`'s bytes read as another dtype."""
    return ops.bitcast(input, type=as_dtype(type), name=name)


# --- joined and parted ------------------------------------------------------------


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
                f"Argument `axis` = {axis} not in range "
                f"[{-len(x.dims)}, {len(x.dims)})"
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


def repeat(input, repeats, axis=None, name=None):
    """Each element (along `axis`) repeated `repeats` times, in place. As np.repeat."""
    x = tensor(input)
    if axis is None:
        x, axis = reshape(x, [-1]), 0
    with scope(name, "Repeat"):
        times = TABLE["Cast"](tensor(repeats, name="repeats"), DstT=dtypes.int32)
        axis = axis % len(x.dims)
        dims = shape(x)
        if times.dims in ((), (1,)):
            times = reshape(times, [])
            wide = expand_dims(x, axis + 1)
            counts = [1] * len(wide.dims)
            counts[axis + 1] = times
            wide = tile(wide, counts)
            long = dims[axis] * times
            new = concat([dims[:axis], [long], dims[axis + 1 :]], 0)
            return reshape(wide, new)
        n = _one_size(x, axis)
        positions = TABLE["Range"](0, n, 1)
        most = TABLE["Max"](times, [0])
        ones_ = tile(expand_dims(positions, 1), [1, most])
        picked = boolean_mask(ones_, sequence_mask(times, most))
        return array_gather.gather_v2(x, picked, axis)


def _one_size(x, axis):
    known = x.dims[axis]
    return known if known is not None else shape(x)[axis]


def meshgrid(*args, **kwargs):
    """Coordinate tensors of the grid that 1-D `args` span; indexing "xy" or "ij"."""
    indexing = kwargs.pop("indexing", "xy")
    name = kwargs.pop("name", "meshgrid")
    if kwargs:
        key = next(iter(kwargs))
        raise TypeError(f"'{key}' is an invalid keyword argument for this function")
    if indexing not in ("xy", "ij"):
        raise ValueError(
            f"Argument `indexing` parameter must be either 'xy' or 'ij', got '{indexing}'"
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


# --- reordered, padded --------------------------------------------------------------


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


def reverse_sequence(
    input, seq_lengths, seq_axis=None, batch_axis=None, name=None
):
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
    return array_pad.space_to_batch_nd(input, block_shape, paddings, name=name)


def batch_to_space(input, block_shape, crops, name=None):
    """The inverse of `space_to_batch`."""
    return array_pad.batch_to_space_nd(input, block_shape, crops, name=name)


def space_to_depth(input, block_size, data_format="NHWC", name=None):
    """Blocks of the plane moved into depth."""
    return array_pad.space_to_depth(
        input, block_size=block_size, data_format=data_format, name=name
    )


def depth_to_space(input, block_size, data_format="NHWC", name=None):
    """The inverse of `space_to_depth`."""
    return array_pad.depth_to_space(
        input, block_size=block_size, data_format=data_format, name=name
    )


def extract_patches(images, sizes, strides, rates, padding, name=None):
    """Patches of `images` [batch, rows, columns, channels], laid along depth."""
    return array_pad.extract_image_patches(
        images, ksizes=sizes, strides=strides, rates=rates, padding=padding, name=name
    )


# --- indexed ------------------------------------------------------------------------


def slice(input_, begin, size, name=None):
    """`size` elements of each dimension from `begin` on; -1 takes what is left."""
    return TABLE["Slice"](input_, begin, size, name=name)


def strided_slice(
    input_, begin, end, strides=None, begin_mask=0, end_mask=0, ellipsis_mask=0,
    new_axis_mask=0, shrink_axis_mask=0, var=None, name=None,
):  # fmt: skip
    """`input_[begin:end:strides]` for every dimension. As `tf.strided_slice`."""
    if strides is None:
        strides = ones_like(tensor(begin))
    return TABLE["StridedSlice"](
        input_, begin, end, strides, begin_mask=begin_mask, end_mask=end_mask,
        ellipsis_mask=ellipsis_mask, new_axis_mask=new_axis_mask,
        shrink_axis_mask=shrink_axis_mask, name=name,
    )  # fmt: skip


def gather(params, indices, validate_indices=None, axis=None, batch_dims=0, name=None):
    """The entries of `params` along `axis` that `indices` name.

    Raises InvalidArgumentError at run time for an index out of range.
    """
    del validate_indices
    if axis is None:
        axis = batch_dims
    read = getattr(params, "sparse_read", None)
    if read is not None and not isinstance(axis, Tensor) and axis == 0 == batch_dims:
        return read(indices, name=name)
    return array_gather.gather_v2(
        params, indices, axis, batch_dims=batch_dims, name=name
    )


def gather_nd(params, indices, batch_dims=0, name=None):
    """The slices of `params` that the vectors along `indices`' last axis name."""
    if batch_dims:
        indices = _with_batch(tensor(indices), batch_dims)
    read = getattr(params, "gather_nd", None)
    if read is not None and not batch_dims:
        return read(indices, name=name)
    return array_gather.gather_nd(params, indices, name=name)


def _with_batch(indices, batch_dims):
    """`indices` with the position in the batch in front of every vector."""
    dims = shape(indices)
    lead = dims[:batch_dims]
    total = concat([dims[:-1], [1]], 0)
    parts = []
    for i in builtins.range(batch_dims):
        count = TABLE["Range"](0, lead[i], 1)
        line = [1] * len(indices.dims)
        line[i] = -1
        column = broadcast_to(reshape(count, line), total)
        parts.append(TABLE["Cast"](column, DstT=indices.dtype.base_dtype))
    return concat([*parts, indices], -1)


def scatter_nd(indices, updates, shape, name=None):
    """Zeros of `shape` with `updates` added where `indices` say."""
    return TABLE["ScatterNd"](indices, updates, shape, name=name)


def _tensor_scatter(kind):
    def scatter(tensor, indices, updates, name=None):
        return TABLE[f"TensorScatter{kind}"](tensor, indices, updates, name=name)

    scatter.__doc__ = f"`tensor` with `updates` put at `indices` ({kind.lower()})."
    scatter.__name__ = f"tensor_scatter_nd_{kind.lower()}"
    return scatter


tensor_scatter_nd_update = _tensor_scatter("Update")
tensor_scatter_nd_add = _tensor_scatter("Add")
tensor_scatter_nd_sub = _tensor_scatter("Sub")
tensor_scatter_nd_min = _tensor_scatter("Min")
tensor_scatter_nd_max = _tensor_scatter("Max")


def boolean_mask(tensor, mask, axis=None, name="boolean_mask"):
    """The entries of `tensor`, along the dimensions of `mask`, where it is True."""
    with scope(name, "boolean_mask"):
        x = _convert(tensor, "tensor")
        mask = _convert(mask, "mask")
        if mask.dims is None:
            raise ValueError(
                "Number of mask dimensions must be specified, even if some dimensions "
                "are None. E.g. shape=[None] is ok, but shape=None is not."
            )
        if not mask.dims:
            raise ValueError("mask cannot be scalar.")
        at = 0 if axis is None else int(axis)
        n = len(mask.dims)
        if x.dims is not None:
            at %= len(x.dims)
            TensorShape(x.dims[at : at + n]).assert_is_compatible_with(mask.dims)
        count = TABLE["Prod"](shape(x)[at : at + n], [0])
        lead, rest = shape(x)[:at], shape(x)[at + n :]
        x_dims = x.dims
        x = reshape(x, concat([lead, [count], rest], 0))
        if x_dims is not None:
            first = count_of(x_dims[at : at + n])
            x.set_shape((*x_dims[:at], first, *x_dims[at + n :]))
        flat = reshape(mask, [-1])
        found = squeeze(array_dynamic.where(flat), axis=[1])
        return gather(x, found, axis=at)


def _convert(value, name):
    return tensor(value, name=name)


def sequence_mask(lengths, maxlen=None, dtype=dtypes.bool, name=None):
    """[..., maxlen]: True for the first `lengths[...]` positions."""
    with scope(name, "SequenceMask"):
        lengths = tensor(lengths)
        if maxlen is None:
            every = np.arange(len(lengths.dims), dtype=np.int32)
            most = TABLE["Max"](lengths, tensor(every, name="Const"))
            zero = np.array(0, lengths.dtype.base_dtype.np)
            maxlen = TABLE["Maximum"](tensor(zero, name="Const"), most)
        else:
            maxlen = tensor(maxlen, name="Const")
        kind = maxlen.dtype.base_dtype
        start = tensor(np.array(0, kind.np), name="Const")
        step = tensor(np.array(1, kind.np), name="Const")
        row = TABLE["Range"](start, maxlen, step)
        matrix = TABLE["Cast"](expand_dims(lengths, -1), DstT=kind)
        inside = TABLE["Less"](row, matrix)
        kind = as_dtype(dtype)
        return inside if kind is dtypes.bool else TABLE["Cast"](inside, DstT=kind)


def where(condition, x=None, y=None, name=None):
    """Coordinates of True entries, or `x` where True and `y` elsewhere (broadcast)."""
    if (x is None) != (y is None):
        raise ValueError("x and y must both be non-None or both be None.")
    if x is None:
        with maybe_scope(name):
            return array_dynamic.where(
                tensor(condition, name="condition"), name=name
            )
    return TABLE["SelectV2"](condition, x, y, name=name)


def unique(x, out_idx=dtypes.int32, name=None):
    """(y, idx): the distinct values in order of appearance; x = y[idx]."""
    made = array_dynamic.unique(x, out_idx=as_dtype(out_idx), name=name)
    return Unique(*made)


def unique_with_counts(x, out_idx=dtypes.int32, name=None):
    """As `unique`, with how often each value appears."""
    made = array_dynamic.unique_with_counts(x, out_idx=as_dtype(out_idx), name=name)
    return UniqueWithCounts(*made)


def setdiff1d(x, y, out_idx=dtypes.int32, name=None):
    """(out, idx): the values of `x` that `y` lacks, and where they stand in x."""
    return ListDiff(*array_dynamic.list_diff(x, y, out_idx=as_dtype(out_idx), name=name))


def dynamic_partition(data, partitions, num_partitions, name=None):
    """`data` sorted into `num_partitions` tensors by `partitions`."""
    return list(
        array_dynamic.dynamic_partition(
            data, partitions, num_partitions=num_partitions, name=name
        )
    )


def dynamic_stitch(indices, data, name=None):
    """The inverse of `dynamic_partition`; the last value at an index counts."""
    return array_dynamic.dynamic_stitch(list(indices), list(data), name=name)


def parallel_dynamic_stitch(indices, data, name=None):
    return array_dynamic.parallel_dynamic_stitch(list(indices), list(data), name=name)


def searchsorted(
    sorted_sequence, values, side="left", out_type=dtypes.int32, name=None
):
    """Where to insert `values` into `sorted_sequence` (along the last dimension)."""
    with maybe_scope(name):
        rows, values = tensor(sorted_sequence), tensor(values)
        if side not in ("left", "right"):
            raise ValueError(
                f"Argument `side` must be either 'left' or 'right'. Received: '{side}'."
            )
        length = _one_size(rows, -1)
        count = _one_size(values, -1)
        find = array_order.lower_bound if side == "left" else array_order.upper_bound
        out = find(
            reshape(rows, [-1, length]),
            reshape(values, [-1, count]),
            out_type=as_dtype(out_type),
        )
        return reshape(out, shape(values))


def tensor_diag(diagonal, name=None):
    """A tensor of twice the rank with `diagonal` on its diagonal."""
    return array_order.diag(diagonal, name=name)


def tensor_diag_part(input, name=None):
    """The diagonal of a tensor of even rank."""
    return array_order.diag_part(input, name=name)


def guarantee_const(input, name=None):
    return TABLE["Identity"](input, name=name)


def get_static_value(tensor, partial=False):
    """The value of `tensor` as NumPy where the graph alone gives it, else None."""
    if isinstance(tensor, np.ndarray | np.generic):
        return tensor
    if not isinstance(tensor, Tensor):
        return np.asarray(tensor)
    return constant_value(tensor)


def constant_value_as_shape(tensor):
    """A 1-D integer tensor as a TensorShape, unknown where it is not known."""
    return TensorShape(constant_dims(tensor))


class Unique(tuple):
    """What `unique` gives: `y` and `idx`."""

    y = property(lambda self: self[0])
    idx = property(lambda self: self[1])

    def __new__(cls, *parts):
        return super().__new__(cls, parts)


class UniqueWithCounts(Unique):
    """What `unique_with_counts` gives: `y`, `idx` and `count`."""

    count = property(lambda self: self[2])


class ListDiff(Unique):
    """What `setdiff1d` gives: `out` and `idx`."""

    out = property(lambda self: self[0])
