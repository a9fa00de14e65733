"""`keras.ops`: cutting apart, turning, joining, choosing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from penstock.api import array, math
from penstock.api.scopes import tensor as as_tensor
from penstock.keras.ops.elementwise import where
from penstock.keras.ops.operands import pair, tensor
from penstock.keras.ops.reductions import argsort
from penstock.keras.ops.shapes import (
    concatenate,
    diag,
    flip,
    ravel,
    reshape,
    split,
    swapaxes,
)


def array_split(x, indices_or_sections, axis=0):
    """Parts as equal as can be, the longer ones first."""
    x = tensor(x)
    if isinstance(indices_or_sections, int):
        size, longer = divmod(x.dims[axis], indices_or_sections)
        sizes = [size + (i < longer) for i in range(indices_or_sections)]
        return array.split(x, sizes, axis)
    return split(x, indices_or_sections, axis)


def _splitter(axis: int, least: int, name: str) -> Callable:
    def call(x, indices_or_sections):
        x = tensor(x)
        if len(x.dims) < least:
            raise ValueError(
                f"`{name}` requires at least {least} dimensions. Received: "
                f"x.shape={x.shape}"
            )
        return split(x, indices_or_sections, 0 if len(x.dims) == 1 else axis)

    call.__name__, call.__doc__ = name, f"`split` along axis {axis}."
    return call


vsplit, hsplit, dsplit = (
    _splitter(0, 2, "vsplit"), _splitter(1, 1, "hsplit"), _splitter(2, 3, "dsplit")
)  # fmt: skip


def dstack(xs):
    """Joined along the third axis."""

    def deep(x):
        shape = tensor(x).dims
        if len(shape) > 2:
            return x
        return reshape(x, (1, *shape, 1) if len(shape) < 2 else (*shape, 1))

    return concatenate([deep(x) for x in xs], 2)


def fliplr(x):
    return flip(x, 1)


def flipud(x):
    return flip(x, 0)


def rot90(array, k=1, axes=(0, 1)):
    """A quarter turn, `k` times, from the first of `axes` towards the second."""
    x = tensor(array)
    if len(x.dims) < 2:
        raise ValueError(f"Input array must have at least 2 dimensions. Got {x.shape}")
    one, two = (a % len(x.dims) for a in axes)
    if one == two:
        raise ValueError(f"Invalid axes: {axes}. Axes must be different.")
    k %= 4
    if k == 0:
        return x
    if k == 2:
        return flip(flip(x, one), two)
    turned = swapaxes(flip(x, two) if k == 1 else x, one, two)
    return turned if k == 1 else flip(turned, two)


def diagflat(x, k=0):
    """A matrix with all of x on its diagonal."""
    return diag(ravel(x), k)


def kron(x1, x2):
    """Each entry of x1 times all of x2."""
    x1, x2 = pair(x1, x2)
    rank = max(len(x1.dims), len(x2.dims))
    one, two = ([1] * (rank - len(x.dims)) + list(x.dims) for x in (x1, x2))
    left = reshape(x1, [n for size in one for n in (size, 1)])
    right = reshape(x2, [n for size in two for n in (1, size)])
    return reshape(left * right, [a * b for a, b in zip(one, two, strict=True)])


def select(condlist, choicelist, default=0):
    """Of the choices the one whose condition is the first to hold."""
    if len(condlist) != len(choicelist):
        raise ValueError(
            "select: condlist and choicelist must be of one length. Received: "
            f"{len(condlist)} and {len(choicelist)}"
        )
    out = default
    for held, choice in zip(condlist[::-1], choicelist[::-1], strict=True):
        out = where(held, choice, out)
    return out


def get_item(x, key):
    """x[key]."""
    return tensor(x)[key]


def unravel_index(indices, shape):
    """The places in an array of `shape` of entries counted flat."""
    at = tensor(indices)
    out = []
    for size in reversed(tuple(shape)):
        out.append(math.floormod(at, size))
        at = math.floordiv(at, size)
    return tuple(reversed(out))


def argpartition(x, kth, axis=-1):
    """Places so that those before `kth` hold nothing larger than it."""
    x = tensor(x)
    if not -x.dims[axis] <= kth < x.dims[axis]:
        raise ValueError(f"kth={kth} is outside the axis of {x.dims[axis]} entries.")
    return argsort(x, axis)


def isin(x1, x2, assume_unique=False, invert=False):
    """Which of x1 are among x2."""
    del assume_unique
    x1, x2 = pair(x1, x2)
    found = math.reduce_any(math.equal(x1[..., None], ravel(x2)), axis=-1)
    return math.logical_not(found) if invert else found


def rearrange(tensor, pattern, **axes_lengths):
    """Axes joined, parted and moved as "b h (w c) -> (b h) w c" says."""
    before, _, after = pattern.partition("->")
    groups, wanted = _groups(before), _groups(after)
    x = as_tensor(tensor)
    if len(groups) != len(x.dims):
        raise ValueError(
            f"rearrange: {pattern!r} names {len(groups)} axes of an array of shape "
            f"{x.shape}."
        )
    sizes, parts = dict(axes_lengths), []
    for group, size in zip(groups, x.dims, strict=True):
        open_names = [n for n in group if n not in sizes]
        if len(open_names) > 1:
            raise ValueError(f"rearrange: give the sizes of {open_names[1:]}.")
        known = int(np.prod([sizes[n] for n in group if n in sizes], dtype=int))
        for n in open_names:
            sizes[n] = -1 if size is None else size // known
        parts += group
    flat_wanted = [n for group in wanted for n in group]
    if sorted(flat_wanted) != sorted(parts):
        raise ValueError(f"rearrange: both sides of {pattern!r} need the same names.")
    x = reshape(x, [sizes[n] for n in parts])
    x = array.transpose(x, [parts.index(n) for n in flat_wanted])
    return reshape(x, [_product([sizes[n] for n in group]) for group in wanted])


def _product(sizes: list[int]) -> int:
    return -1 if -1 in sizes else int(np.prod(sizes, dtype=int))


def _groups(side: str) -> list[list[str]]:
    """The names of each axis: "a (b c)" -> [[a], [b, c]]."""
    out, inside = [], None
    for word in side.replace("(", " ( ").replace(")", " ) ").split():
        if word == "(":
            inside = []
        elif word == ")":
            out.append(inside)
            inside = None
        elif inside is None:
            out.append([word])
        else:
            inside.append(word)
    return out


__all__ = [
    "argpartition", "array_split", "diagflat", "dsplit", "dstack", "fliplr", "flipud",
    "get_item", "hsplit", "isin", "kron", "rearrange", "rot90", "select",
    "unravel_index", "vsplit",
]  # fmt: skip
