"""`Einsum`: products and sums written with labels.

Convention: Einstein (1916); the equation as in NumPy's `einsum`.
"""

from __future__ import annotations

import re

import numpy as np

from penstock.core.errors import ShapeError
from penstock.core.shapes import Dims, broadcast, is_static, show
from penstock.ir.op import TABLE, op
from penstock.ops.math_broadcast import conj
from penstock.ops.xla import jnp


def parse(equation: str) -> tuple[list[str], str]:
    """(labels of each input, labels of the output). Raises ValueError."""
    match = re.fullmatch(r"([a-zA-Z.,]*)->([a-zA-Z.]*)", equation.replace(" ", ""))
    if match is None:
        raise ValueError(
            f"Einsum equation {equation!r} must look like 'ij,jk->ik', with letters "
            "and '...' only."
        )
    return match.group(1).split(","), match.group(2)


def _split(labels: str, dims) -> tuple[dict[str, list], tuple]:
    """(sizes of each label, sizes of the ellipsis) of one input."""
    before, dots, after = labels.partition("...")
    named = len(before) + len(after)
    if len(dims) < named or (not dots and len(dims) != named):
        raise ShapeError(
            f"Einsum: '{labels}' names {named} axes, the input has shape {show(dims)}."
        )
    hidden = len(dims) - named
    sizes: dict[str, list] = {}
    rest = [*dims[: len(before)], *dims[len(before) + hidden :]]
    for label, size in zip(before + after, rest, strict=True):
        sizes.setdefault(label, []).append(size)
    return sizes, tuple(dims[len(before) : len(before) + hidden])


def einsum_shape(inputs, *, equation, **_) -> Dims:
    terms, out = parse(equation)
    if len(terms) != len(inputs):
        raise ShapeError(
            f"Einsum '{equation}' has {len(terms)} terms for {len(inputs)} inputs."
        )
    if any(t.dims is None for t in inputs):
        return None
    sizes: dict[str, list] = {}
    hidden: Dims = ()
    for labels, tensor in zip(terms, inputs, strict=True):
        found, batch = _split(labels, tensor.dims)
        hidden = broadcast(hidden, batch)
        for label, values in found.items():
            sizes.setdefault(label, []).extend(values)
    known = {label: _one(label, values, equation) for label, values in sizes.items()}
    before, dots, after = out.partition("...")
    middle = hidden if dots else ()
    return (*(known[c] for c in before), *middle, *(known[c] for c in after))  # type: ignore[misc]


def _one(label: str, values: list, equation: str):
    """The size of a label, which all its axes must share."""
    known = {v for v in values if v is not None}
    if len(known) > 1:
        raise ShapeError(
            f"Einsum '{equation}': label '{label}' has sizes {sorted(known)}. "
            "Transpose or reshape an operand."
        )
    return known.pop() if known else None


@op("Einsum", "inputs: N*T -> output: T", shape=einsum_shape)
def einsum(inputs, *, equation):
    terms, out = parse(equation)
    letters = out.replace("...", "")
    single = "".join(dict.fromkeys(letters))
    if letters == single:
        return jnp.einsum(equation, *inputs)
    # A label twice in the output: its diagonal is filled, the rest is zero.
    if "..." in out:
        raise ValueError(f"Einsum '{equation}' repeats a label beside '...'.")
    value = jnp.einsum(f"{','.join(terms)}->{single}", *inputs)
    return _on_diagonals(value, single, letters)


def _on_diagonals(value, single: str, letters: str):
    sizes = dict(zip(single, value.shape, strict=True))
    shape = tuple(sizes[c] for c in letters)
    where = tuple(jnp.indices(value.shape)[single.index(c)] for c in letters)
    return jnp.zeros(shape, value.dtype).at[where].set(value)


@einsum.gradient
def _(node, dy):
    terms, out = parse(node.attrs["equation"])
    return [_operand_gradient(node, dy, terms, out, i) for i in range(len(node.inputs))]


def _operand_gradient(node, dy, terms, out: str, position: int):
    """dy and the other operands summed onto the labels of this one.

    A label that only this operand has was summed alone: the gradient is the same all
    along it. Axes that the ellipsis broadcast are summed.
    """
    x, mine = node.inputs[position], terms[position]
    others = [i for i in range(len(terms)) if i != position]
    reachable = set(out) | {c for i in others for c in terms[i]}
    dots = "..." if "..." in mine else ""
    if "..." in out and not dots:
        raise LookupError(
            f"The gradient of Einsum '{node.attrs['equation']}' is not in Penstock: "
            "one operand has '...' and the other has not."
        )
    letters = mine.replace("...", "")
    kept = "".join(dict.fromkeys(c for c in letters if c in reachable))
    lost = "".join(dict.fromkeys(c for c in letters if c not in reachable))
    inputs = [dy, *(conj(node.inputs[i]) for i in others)]
    term = ",".join([out, *(terms[i] for i in others)])
    if not lost:
        return _fitted(einsum(inputs, equation=f"{term}->{mine}"), x, mine)
    back = einsum(inputs, equation=f"{term}->{dots}{kept}")
    ones = _ones(lost, x, mine, dy)
    spread = einsum([back, ones], equation=f"{dots}{kept},{lost}->{mine}")
    return _fitted(spread, x, mine)


def _ones(lost: str, x, mine: str, dy) -> np.ndarray:
    if x.dims is not None:
        sizes, _unused = _split(mine, x.dims)
        shape = tuple(sizes[c][0] for c in lost)
        if is_static(shape):
            return np.ones(shape, dy.dtype.base_dtype.np)
    raise LookupError("The gradient of Einsum needs the sizes of summed labels.")


def _fitted(gradient, x, mine: str):
    """`gradient` summed over axes along which the ellipsis repeated `x`."""
    if "..." not in mine or (is_static(x.dims) and gradient.dims == x.dims):
        return gradient
    if not mine.startswith("..."):
        raise LookupError("The gradient of Einsum needs '...' to come first.")
    mine_shape = TABLE["Shape"](x, out_type="int32")
    full = TABLE["Shape"](gradient, out_type="int32")
    axes, _unused = TABLE["BroadcastGradientArgs"](mine_shape, full)
    return TABLE["Reshape"](TABLE["Sum"](gradient, axes), mine_shape)
