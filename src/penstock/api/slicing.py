"""`x[...]`: Python's indexing as a StridedSlice."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.core.shapes import Dimension
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


def getitem(x, spec):
    """`x[spec]` with integers, slices, `...`, `tf.newaxis`, scalar tensors, masks.

    Raises TypeError for an index that is none of these.
    """
    if _is_mask(spec):
        from penstock.api.array import boolean_mask

        return boolean_mask(x, spec)
    begin, end, strides, masks = parse(spec)
    with scope(None, "strided_slice") as full:
        names = ("stack", "stack_1", "stack_2")
        parts = (begin, end, strides)
        packed = [_vector(v, n) for v, n in zip(parts, names, strict=True)]
        packed = _one_dtype(packed)
        return TABLE["StridedSlice"](x, *packed, name=full or None, **masks)


def _is_mask(spec) -> bool:
    kind = getattr(spec, "dtype", None)
    return (
        kind is not None
        and not isinstance(spec, bool | np.bool_)
        and (kind == np.bool_ if isinstance(spec, np.ndarray) else kind is dtypes.bool)
    )


def parse(spec):
    """(begin, end, strides, masks) of an index; lists of integers and tensors."""
    items = spec if isinstance(spec, tuple | list) else (spec,)
    begin: list = []
    end: list = []
    strides: list = []
    masks = dict.fromkeys(
        (
            "begin_mask",
            "end_mask",
            "ellipsis_mask",
            "new_axis_mask",
            "shrink_axis_mask",
        ),
        0,
    )
    for i, item in enumerate(items):
        bit = 1 << i
        if isinstance(item, slice):
            first = _part(item.start, 0, masks, "begin_mask", bit)
            zero, one = 0, 1
            begin.append(first)
            if isinstance(first, Tensor):  # TensorFlow then makes constants of these
                zero, one = (
                    _same_kind(first, item.stop, 0),
                    _same_kind(first, item.step, 1),
                )
            end.append(_part(item.stop, zero, masks, "end_mask", bit))
            strides.append(one if item.step is None else _index(item.step))
            continue
        if item is Ellipsis or item is None:
            masks["ellipsis_mask" if item is Ellipsis else "new_axis_mask"] |= bit
            begin.append(0)
            end.append(0)
        else:
            at = _index(item)
            begin.append(at)
            end.append(at + 1)
            masks["shrink_axis_mask"] |= bit
        strides.append(1)
    return begin, end, strides, masks


def _part(value, default, masks, mask, bit):
    if value is None:
        masks[mask] |= bit
        return default
    return _index(value)


def _same_kind(first: Tensor, given, default: int):
    if given is not None:
        return default
    return tensor(np.array(default, first.dtype.base_dtype.np), name="Const")


def _index(value: Any):
    if isinstance(value, Tensor):
        if not value.dtype.base_dtype.is_integer:
            raise TypeError(_BAD.format(value))
        return value
    if hasattr(value, "_dense_tensor"):
        return _index(value._dense_tensor())
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, Dimension):
        value = value.value
    try:
        return value.__index__()
    except AttributeError:
        raise TypeError(_BAD.format(value)) from None


_BAD = (
    "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar "
    "tf.int32/tf.int64 tensors are valid indices, got {!r}"
)


def _vector(items, name):
    if not items:
        return tensor(np.zeros(0, np.int32), name=name)
    kinds = {i.dtype.base_dtype for i in items if isinstance(i, Tensor)}
    if len(kinds) > 1:
        items = [
            TABLE["Cast"](i, DstT=dtypes.int64) if isinstance(i, Tensor) else i
            for i in items
        ]
    return tensor(items, name=name)


def _one_dtype(packed):
    if len({t.dtype.base_dtype for t in packed}) == 1:
        return packed
    return [
        t if t.dtype.base_dtype is dtypes.int64 else TABLE["Cast"](t, DstT=dtypes.int64)
        for t in packed
    ]


def assign_slice(variable, spec, value, name=None):
    """`variable[spec] = value`, as an op. As `variable[spec].assign(value)`."""
    begin, end, strides, masks = parse(spec)
    with scope(name, "strided_slice"):
        packed = _one_dtype([_vector(v, None) for v in (begin, end, strides)])
    target = variable._ref() if hasattr(variable, "_ref") else variable
    resource = target.dtype.base_dtype is dtypes.resource
    kind = "ResourceStridedSliceAssign" if resource else "StridedSliceAssign"
    value = tensor(value, variable.dtype.base_dtype)
    return TABLE[kind](target, *packed, value, name=name, **masks)
