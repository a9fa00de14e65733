"""Functions of tensors given RaggedTensors: on the flat values, or row by row.

Those that take SparseTensors as well are told in `sparse_elementwise`.

`adapted` wraps a public function so that it tries its usual way first, and only where
that does not know what it was given looks for a RaggedTensor.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from penstock.api import ragged_make, sparse_elementwise
from penstock.api.ragged_elementwise import elementwise, ragged_in
from penstock.api.ragged_rows import concat_rows, is_ragged, take_rows
from penstock.api.scopes import tensor
from penstock.core import dtypes
from penstock.ir.op import TABLE
from penstock.ops import ragged as ops

_ELEMENTWISE = frozenset(
    "abs acos acosh add add_n angle asin asinh atan atan2 atanh bitcast cast ceil"
    " clip_by_value complex conj cos cosh digamma divide divide_no_nan dropout elu"
    " equal erf erfc exp expm1 floor floordiv floormod gelu greater greater_equal"
    " identity imag is_finite is_inf is_nan leaky_relu less less_equal lgamma log"
    " log1p log_sigmoid logical_and logical_not logical_or logical_xor maximum minimum"
    " mod multiply multiply_no_nan negative not_equal one_hot ones_like pow real"
    " reciprocal reciprocal_no_nan relu relu6 rint round rsqrt selu sigmoid sign sin"
    " sinh softplus softsign sqrt square squared_difference stop_gradient subtract"
    " swish silu tan tanh truediv truncatediv truncatemod where xdivy xlogy zeros_like"
    " as_string decode_base64 encode_base64 join length lower upper regex_full_match"
    " regex_replace strip substr to_hash_bucket to_hash_bucket_fast"
    " to_hash_bucket_strong to_number unicode_script unicode_transcode"
    " embedding_lookup bitwise_and check_numerics".split()
)


def adapted(name: str, function: Callable) -> Callable:
    """`function` for RaggedTensors too, if `name` is one of those that are."""
    way = _WAYS.get(name) or (elementwise if name in _ELEMENTWISE else None)
    if way is None or not callable(function) or isinstance(function, type):
        return function

    @functools.wraps(function)
    def call(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except (TypeError, ValueError, AttributeError):
            if sparse_elementwise.takes(name, args):
                return sparse_elementwise.of_stored(function, args, kwargs)
            if not ragged_in((*args, *kwargs.values())):
                raise
        return way(function, args, kwargs)

    return call


# --- row by row ----------------------------------------------------------------


def _reduce(op: str):
    def way(function, args, kwargs):
        ragged = args[0] if args else kwargs.pop("input_tensor")
        axis = kwargs.get("axis", args[1] if len(args) > 1 else None)
        keep = kwargs.get("keepdims", args[2] if len(args) > 2 else False)
        return _reduced(function, op, ragged, axis, keep)

    return way


def _reduced(function, op: str, ragged, axis, keep: bool):
    if axis is None:
        return function(ragged.flat_values)
    if isinstance(axis, list | tuple):
        out = ragged
        for one in sorted((a % len(ragged.shape) for a in axis), reverse=True):
            out = (
                _reduced(function, op, out, one, keep)
                if is_ragged(out)
                else function(out, axis=one)
            )
        return out
    axis = int(axis) % len(ragged.shape)
    if axis > 1:
        values = ragged.values
        inner = (
            _reduced(function, op, values, axis - 1, keep)
            if is_ragged(values)
            else function(values, axis=axis - 1, keepdims=keep)
        )
        return ragged.with_values(inner)
    values = ragged.values
    if axis == 0:
        if is_ragged(values):
            raise ValueError(
                "A reduction over axis 0 of nested rows is not in Penstock."
            )
        starts = TABLE["GatherV2"](ragged.row_splits, ragged.value_rowids(), 0)
        size = TABLE["Size"](ragged.value_rowids(), out_type=dtypes.int64)
        ids = TABLE["Sub"](TABLE["Range"](np.int64(0), size, np.int64(1)), starts)
        count = TABLE["Max"](
            TABLE["ConcatV2"]([[np.int64(0)], ragged.row_lengths()], 0), [0]
        )
        out = _segments(op, values, ids, count)
    else:
        if is_ragged(values):
            raise ValueError(
                "A reduction over axis 1 of nested rows is not in Penstock."
            )
        out = _segments(op, values, ragged.value_rowids(), ragged.nrows())
    return TABLE["ExpandDims"](out, axis) if keep else out


def _segments(op: str, values, ids, count):
    count = TABLE["Cast"](count, DstT=dtypes.int32)
    if op in ("all", "any"):
        numbers = TABLE["Cast"](values, DstT=dtypes.int32)
        kind = "UnsortedSegmentMin" if op == "all" else "UnsortedSegmentMax"
        out = TABLE[kind](numbers, ids, count)
        return TABLE["Greater"](out, np.int32(0))
    if op == "mean":
        if values.dtype.is_integer:
            values = TABLE["Cast"](values, DstT=dtypes.float64)
        total = TABLE["UnsortedSegmentSum"](values, ids, count)
        ones = TABLE["OnesLike"](values)
        return TABLE["RealDiv"](total, TABLE["UnsortedSegmentSum"](ones, ids, count))
    return TABLE[f"UnsortedSegment{op}"](values, ids, count)


def _concat(function, args, kwargs):
    items = list(args[0] if args else kwargs["values"])
    axis = kwargs.get("axis", args[1] if len(args) > 1 else 0)
    kind = type(ragged_in(items)[0])
    items = [
        i if is_ragged(i) else _as_ragged(kind, i, ragged_in(items)[0]) for i in items
    ]
    axis = int(axis) % len(items[0].shape)
    if axis == 0:
        return concat_rows(items)
    if axis > 1:
        values = [i.values for i in items]  # type: ignore
        return items[0].with_values(_concat(function, (values, axis - 1), {}))  # type: ignore
    at, splits = ops.interleaved([i.row_splits for i in items])  # type: ignore
    values = [i.values for i in items]  # type: ignore
    if any(map(is_ragged, values)):
        return kind(take_rows(concat_rows(values), at), splits)
    return kind(TABLE["GatherV2"](TABLE["ConcatV2"](values, 0), at, 0), splits)


def _as_ragged(kind, value, like):
    if isinstance(value, list):
        made = ragged_make.constant(value, like.dtype)
        if is_ragged(made):
            return made
    return kind.from_tensor(tensor(value, None))


def _stack(function, args, kwargs):
    return ragged_make.stack(*args, **kwargs)


def _tile(function, args, kwargs):
    ragged, multiples = args[:2]
    rows, times = map(int, np.asarray(multiples)[:2])
    wide = _concat(function, ([ragged] * times, 1), {}) if times > 1 else ragged
    return concat_rows([wide] * rows) if rows > 1 else wide


def _gather(function, args, kwargs):
    params, indices = args[:2] if len(args) > 1 else (args[0], kwargs["indices"])
    if is_ragged(indices) and not is_ragged(params):
        return indices.with_flat_values(function(params, indices.flat_values))
    if is_ragged(indices):
        return indices.with_values(_gather(function, (params, indices.flat_values), {}))
    if tensor(indices).shape.rank == 0:
        return params[int(indices)]
    return take_rows(params, indices)


def _expand_dims(function, args, kwargs):
    ragged = args[0]
    axis = kwargs.get("axis", args[1] if len(args) > 1 else None)
    axis = int(axis) % (len(ragged.shape) + 1)
    if axis == 0:
        return ragged[None]
    if axis == 1:
        count = ragged.nrows()
        ends = TABLE["Range"](
            np.int64(0), TABLE["AddV2"](count, np.int64(1)), np.int64(1)
        )
        made = type(ragged)(ragged, ends)
        made._uniform = 1
        return made
    values = ragged.values
    inner = (
        _expand_dims(function, (values, axis - 1), {})
        if is_ragged(values)
        else function(values, axis=axis - 1)
    )
    return ragged.with_values(inner)


def _squeeze(function, args, kwargs):
    ragged = args[0]
    axis = kwargs.get("axis", args[1] if len(args) > 1 else None)
    axis = int(axis) % len(ragged.shape)
    if axis == 1 and ragged._uniform == 1:
        return ragged.values
    return ragged.with_values(function(ragged.values, axis=axis - 1))


def _size(function, args, kwargs):
    return function(args[0].flat_values, *args[1:], **kwargs)


def _rank(function, args, kwargs):
    return tensor(np.int32(len(args[0].shape)))


def _map_fn(function, args, kwargs):
    fn, ragged = args[:2] if len(args) > 1 else (args[0], kwargs.pop("elems"))
    rows = [fn(row) for row in ragged]
    if all(is_ragged(r) for r in rows):
        return _stack(function, (rows,), {})
    if len({tuple(r.shape) for r in rows}) > 1 or rows[0].shape.rank:
        return _stack(function, (rows,), {})
    return TABLE["Pack"](rows, axis=0)


def _reduce_join(function, args, kwargs):
    ragged = args[0] if args else kwargs.pop("inputs")
    separator = kwargs.get("separator", "").encode()
    rows = [separator.join(row) for row in ragged.to_list()]
    return tensor(np.array(rows, object))


def _boolean_mask(function, args, kwargs):
    return ragged_make.boolean_mask(*args[:2])


_WAYS: dict[str, Callable] = {
    "reduce_sum": _reduce("Sum"), "reduce_mean": _reduce("mean"),
    "reduce_max": _reduce("Max"), "reduce_min": _reduce("Min"),
    "reduce_prod": _reduce("Prod"), "reduce_all": _reduce("all"),
    "reduce_any": _reduce("any"), "concat": _concat, "stack": _stack,
    "tile": _tile, "gather": _gather, "expand_dims": _expand_dims,
    "squeeze": _squeeze, "size": _size, "rank": _rank, "map_fn": _map_fn,
    "reduce_join": _reduce_join, "boolean_mask": _boolean_mask,
}  # fmt: skip
