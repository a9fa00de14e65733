"""`tf.map_fn`, `tf.scan`, `tf.foldl`, `tf.foldr`: loops over the entries of tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.api.control_flow import while_loop
from penstock.api.scopes import scope, tensor
from penstock.api.tensor_array import TensorArray
from penstock.core import dtypes, nest
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


def _count(flat: list[Tensor]):
    """How many entries the tensors have along their first dimension."""
    for t in flat:
        if t.dims is not None and t.dims and t.dims[0] is not None:
            return np.array(t.dims[0], np.int32)
    shape = TABLE["Shape"](flat[0], out_type=dtypes.int32)
    return TABLE["StridedSlice"](shape, [0], [1], [1], shrink_axis_mask=1)


def _entries(flat: list[Tensor], n) -> list[TensorArray]:
    return [
        TensorArray(t.dtype.base_dtype, n, tensor_array_name="TensorArray").unstack(t)
        for t in flat
    ]


def _tensors(elems) -> list[Tensor]:
    flat = [tensor(e, name="elem") for e in nest.flatten(elems)]
    for t in flat:
        if t.dims == ():
            raise ValueError(
                "elems must have at least one dimension, received a scalar."
            )
    return flat


def _set_length(t: Tensor, n) -> Tensor:
    if t.dims is not None and isinstance(n, np.ndarray):
        t.set_shape((int(n), *t.dims[1:]))
    return t


def map_fn(
    fn: Callable, elems, dtype=None, parallel_iterations=None, back_prop=True,
    swap_memory=False, infer_shape=True, name=None, fn_output_signature=None,
):  # fmt: skip
    """`fn` of each entry of `elems` along the first dimension, stacked.

    `fn_output_signature` (1.x: `dtype`) gives the dtypes of what fn returns where
    they are not those of `elems`.
    """
    del infer_shape
    wanted = fn_output_signature if fn_output_signature is not None else dtype
    with scope(name, "map"):
        flat = _tensors(elems)
        n = _count(flat)
        entries = _entries(flat, n)
        kinds = (
            wanted if wanted is not None else nest.pack(elems, [t.dtype for t in flat])
        )
        kind_leaves = [_dtype(k) for k in nest.flatten(kinds)]
        outs = [TensorArray(k, n, tensor_array_name="TensorArray") for k in kind_leaves]

        def step(i, arrays):
            made = fn(nest.pack(elems, [e.read(i) for e in entries]))
            nest.assert_same_structure(kinds, made, check_types=False)
            leaves = nest.flatten(made)
            return i + 1, [
                a.write(i, tensor(v, k))
                for a, v, k in zip(arrays, leaves, kind_leaves, strict=True)
            ]

        _, filled = while_loop(
            lambda i, _: TABLE["Less"](i, n), step, [np.array(0, np.int32), outs],
            back_prop=back_prop, parallel_iterations=parallel_iterations or 10,
            maximum_iterations=n,
        )  # fmt: skip
        return nest.pack(kinds, [_set_length(a.stack(), n) for a in filled])


def _dtype(kind: Any):
    return as_dtype(getattr(kind, "dtype", kind)).base_dtype


def _fold(fn, elems, initializer, name, default, back_prop, parallel, backwards):
    with scope(name, default):
        flat = _tensors(elems)
        n = _count(flat)
        entries = _entries(flat, n)
        total = tensor(n, dtypes.int32)

        def entry(i):
            return nest.pack(elems, [e.read(i) for e in entries])

        if initializer is None:
            first = total - 1 if backwards else np.array(0, np.int32)
            start = entry(first)
            i = total - 1 if backwards else np.array(1, np.int32)
        else:
            start = nest.map_structure(tensor, initializer)
            i = total if backwards else np.array(0, np.int32)

        def forward(i, a):
            return i + 1, fn(a, entry(i))

        def backward(i, a):
            i = i - 1
            return i, fn(a, entry(i))

        go = (
            (lambda i, _: TABLE["Greater"](i, 0))
            if backwards
            else (lambda i, _: TABLE["Less"](i, total))
        )
        return while_loop(
            go, backward if backwards else forward, [tensor(i), start],
            back_prop=back_prop, parallel_iterations=parallel, maximum_iterations=n,
        )[1]  # fmt: skip


def foldl(
    fn, elems, initializer=None, parallel_iterations=10, back_prop=True,
    swap_memory=False, name=None,
):  # fmt: skip
    """`fn(... fn(fn(initializer, elems[0]), elems[1]) ...)`."""
    return _fold(fn, elems, initializer, name, "foldl", back_prop,
                 parallel_iterations, False)  # fmt: skip


def foldr(
    fn, elems, initializer=None, parallel_iterations=10, back_prop=True,
    swap_memory=False, name=None,
):  # fmt: skip
    """As `foldl`, from the last entry to the first."""
    return _fold(fn, elems, initializer, name, "foldr", back_prop,
                 parallel_iterations, True)  # fmt: skip


def scan(
    fn, elems, initializer=None, parallel_iterations=10, back_prop=True,
    swap_memory=False, infer_shape=True, reverse=False, name=None,
):  # fmt: skip
    """All the values that `foldl` (or, in reverse, `foldr`) goes through, stacked."""
    del infer_shape
    with scope(name, "scan"):
        flat = _tensors(elems)
        n = _count(flat)
        entries = _entries(flat, n)
        total = tensor(n, dtypes.int32)

        def entry(i):
            return nest.pack(elems, [e.read(i) for e in entries])

        first = total - 1 if reverse else tensor(np.array(0, np.int32))
        start_given = initializer is not None
        start = nest.map_structure(tensor, initializer) if start_given else entry(first)
        leaves = nest.flatten(start)
        outs = [
            TensorArray(t.dtype.base_dtype, n, tensor_array_name="TensorArray")
            for t in leaves
        ]
        i = first
        if not start_given:
            outs = [a.write(first, t) for a, t in zip(outs, leaves, strict=True)]
            i = first - 1 if reverse else first + 1

        def step(i, a, arrays):
            made = fn(a, entry(i))
            values = nest.flatten(made)
            arrays = [
                array.write(i, tensor(v, array.dtype))
                for array, v in zip(arrays, values, strict=True)
            ]
            return (i - 1 if reverse else i + 1), made, arrays

        if reverse:
            go = lambda i, *_: TABLE["GreaterEqual"](i, 0)  # noqa: E731
        else:
            go = lambda i, *_: TABLE["Less"](i, total)  # noqa: E731
        _, _, filled = while_loop(
            go, step, [i, start, outs], back_prop=back_prop,
            parallel_iterations=parallel_iterations, maximum_iterations=n,
        )  # fmt: skip
        return nest.pack(start, [_set_length(a.stack(), n) for a in filled])
