"""Contractions: `tensordot` and `einsum`."""

from __future__ import annotations

import re

import numpy as np

from penstock.api.array import reshape, transpose
from penstock.api.linalg_matmul import matmul
from penstock.api.operands import tensor_named
from penstock.api.scopes import scope, tensor
from penstock.core.errors import ShapeError
from penstock.core.shapes import is_static, show
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops.math_einsum import einsum as einsum_op


def tensordot(a, b, axes, name=None):
    """The sum of products over `axes`: how many last and first ones, or two lists.

    Raises ValueError where the axes' sizes differ.
    """
    with scope(name, "Tensordot") as full:
        a = tensor_named(a, None, "a")
        b = tensor_named(b, a.dtype.base_dtype, "b")
        of_a, of_b = _pairs(a, b, axes)
        left, free_a = _as_matrix(a, of_a, last=True)
        right, free_b = _as_matrix(b, of_b, last=False)
        if is_static(a.dims) and is_static(b.dims):
            product = matmul(left, right)
            shape = [*free_a, *free_b]
            if product.dims == tuple(shape):
                return product
            if not shape:  # TensorFlow converts an empty list twice
                tensor(np.zeros(0, np.float32), name="shape")
            return reshape(product, np.array(shape, np.int32), name=full or None)
        product = matmul(left, right)
        free = TABLE["ConcatV2"]([_sizes(free_a), _sizes(free_b)], 0)
        out = reshape(product, free, name=full or None)
        known = [
            d
            for x, used in ((a, of_a), (b, of_b))
            for i, d in enumerate(x.dims or ())
            if i not in used
        ]
        out.set_shape(known)
        return out


def _sizes(values):
    return np.array(values, np.int32) if isinstance(values, list) else values


def _pairs(a, b, axes):
    if isinstance(axes, int | np.integer):
        if a.dims is None or b.dims is None:
            raise ValueError("tensordot: the ranks of a and b must be known.")
        n = int(axes)
        if not 0 <= n <= min(len(a.dims), len(b.dims)):
            raise ValueError(f"tensordot: axes {n} exceeds a rank.")
        return list(range(len(a.dims) - n, len(a.dims))), list(range(n))
    first, second = axes
    first = [first] if isinstance(first, int) else list(first)
    second = [second] if isinstance(second, int) else list(second)
    if len(first) != len(second):
        raise ValueError(f"tensordot: different numbers of axes: {first}, {second}.")
    if a.dims is None or b.dims is None:
        raise ValueError("tensordot: the ranks of a and b must be known.")
    first = [i % len(a.dims) for i in first]
    second = [i % len(b.dims) for i in second]
    for i, j in zip(first, second, strict=True):
        m, n = a.dims[i], b.dims[j]
        if m is not None and n is not None and m != n:
            raise ShapeError(
                f"tensordot: axis {i} of a{show(a.dims)} and axis {j} of "
                f"b{show(b.dims)} differ. Give other axes."
            )
    return first, second


def _as_matrix(x, summed: list[int], *, last: bool):
    """`x` with the summed axes as one side of a matrix; the sizes of the other."""
    free = [i for i in range(len(x.dims)) if i not in summed]
    order = free + summed if last else summed + free
    if not is_static(x.dims):
        return _as_unknown_matrix(x, free, summed, order, last)
    sizes = [x.dims[i] for i in free]
    rows = int(np.prod(sizes, dtype=np.int64))
    count = int(np.prod([x.dims[i] for i in summed], dtype=np.int64))
    shape = (rows, count) if last else (count, rows)
    if order != list(range(len(order))):
        x = transpose(x, np.array(order, np.int32))
    if x.dims != shape:
        x = reshape(x, np.array(shape, np.int32))
    return x, sizes


def _as_unknown_matrix(x, free, summed, order, last):
    shape = TABLE["Shape"](x, out_type="int32")
    sizes = TABLE["GatherV2"](shape, np.array(free, np.int32), 0)
    inner = TABLE["GatherV2"](shape, np.array(summed, np.int32), 0)
    rows, count = TABLE["Prod"](sizes, [0]), TABLE["Prod"](inner, [0])
    pair = [rows, count] if last else [count, rows]
    if order != list(range(len(order))):
        x = transpose(x, np.array(order, np.int32))
    return reshape(x, TABLE["Pack"](pair, axis=0)), sizes


def einsum(equation, *inputs, **kwargs):
    """The sum that `equation` writes, such as "ij,jk->ik".

    Without "->" the labels used once are kept, in order. Raises ValueError for a
    malformed equation.
    """
    name = kwargs.pop("name", None)
    kwargs.pop("optimize", None)
    if kwargs:
        raise TypeError(f"einsum: invalid keyword arguments: {', '.join(kwargs)}.")
    if len(inputs) == 1 and isinstance(inputs[0], list | tuple):
        inputs = tuple(inputs[0])
    with scope(name, "einsum"):
        tensors = _tensors(inputs)
        full = explicit(equation)
        if len(full.split("->")[0].split(",")) != len(tensors):
            raise ValueError(
                f"einsum: equation {equation!r} does not fit {len(tensors)} inputs."
            )
        return _contract(full, tensors)


def _tensors(inputs) -> list[Tensor]:
    kind = next((t.dtype.base_dtype for t in inputs if isinstance(t, Tensor)), None)
    return [tensor_named(t, kind, None) for t in inputs]


def explicit(equation: str) -> str:
    """`equation` with its right side written out. Raises ValueError."""
    text = equation.replace(" ", "")
    if not re.fullmatch(r"[a-zA-Z.,]*(->[a-zA-Z.]*)?", text):
        raise ValueError(f"einsum: the equation {equation!r} has other characters.")
    if "->" in text:
        return text
    letters = text.replace(",", "").replace(".", "")
    once = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    return f"{text}->{'...' if '...' in text else ''}{once}"


def _contract(equation: str, tensors: list[Tensor]):
    """Two operands at a time, as TensorFlow's op takes them."""
    left, out = equation.split("->")
    terms = left.split(",")
    while len(tensors) > 2:
        rest = set("".join(terms[2:]) + out)
        both = dict.fromkeys((terms[0] + terms[1]).replace(".", ""))
        kept = "".join(c for c in both if c in rest)
        dots = "..." if "..." in terms[0] + terms[1] else ""
        made = einsum_op(tensors[:2], equation=f"{terms[0]},{terms[1]}->{dots}{kept}")
        tensors, terms = [made, *tensors[2:]], [dots + kept, *terms[2:]]
    return einsum_op(tensors, equation=f"{','.join(terms)}->{out}")
