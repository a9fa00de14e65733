"""`keras.ops`: control flow, and functions made of functions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.api import array, control_flow, math
from penstock.api.tensor_array import TensorArray
from penstock.core import nest
from penstock.keras.ops.operands import tensor


def cond(pred, true_fn, false_fn):
    return control_flow.cond(pred, true_fn, false_fn)


def switch(index, branches, *operands):
    """`branches[index]` of the operands; an index outside takes the nearest."""
    index = tensor(index, "int32")
    last = len(branches) - 1
    index = math.minimum(math.maximum(index, 0), last)
    return control_flow.switch_case(index, [lambda f=f: f(*operands) for f in branches])


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """`body` of the variables as long as `cond` of them holds."""
    many = isinstance(loop_vars, tuple | list)
    start = tuple(nest.map_structure(tensor, v) for v in loop_vars) if many else (
        tensor(loop_vars),)  # fmt: skip

    def step(*values):
        made = body(*values)
        return tuple(made) if isinstance(made, tuple | list) else (made,)

    out = control_flow.while_loop(
        cond, step, start, maximum_iterations=maximum_iterations
    )
    return tuple(out) if many else out[0]


def fori_loop(lower, upper, body_fun, init_val):
    """body_fun(i, value) for i from `lower` to `upper`."""
    out = control_flow.while_loop(
        lambda i, _: math.less(i, upper),
        lambda i, value: (i + 1, body_fun(i, value)),
        (tensor(lower, "int32"), nest.map_structure(tensor, init_val)),
    )
    return out[1]


def map(f, xs):
    """`f` of each entry along the first axis."""
    return scan(lambda _, x: ((), f(x)), (), xs)[1]


def vectorized_map(function, elements):
    """`function` of each entry along the first axis."""
    return map(function, elements)


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """(the last carry, the outputs stacked): carry, y = f(carry, x) for each x."""
    if not callable(f):
        raise TypeError(f"`f` should be a callable. Received: f={f}")
    if not isinstance(unroll, bool) and (not isinstance(unroll, int) or unroll < 1):
        raise ValueError(
            "`unroll` must be an positive integer or boolean. "
            f"Received: unroll={unroll}"
        )
    if xs is None and length is None:
        raise ValueError("Got no `xs` to scan over and `length` not provided.")
    entries = None if xs is None else nest.map_structure(tensor, xs)
    n: Any = length
    if entries is not None:
        first = nest.flatten(entries)[0]
        n = first.dims[0] if first.dims[0] is not None else array.shape(first)[0]
    carry = nest.map_structure(tensor, init)
    if isinstance(n, int) and n == 0:
        raise ValueError("scan: the first axis is empty, so the outputs are unknown.")

    def entry(i):
        if entries is None:
            return None
        return nest.map_structure(lambda x: array.gather(x, i), entries)

    # The first step, done outside of the loop, shows what the outputs are.
    begin = n - 1 if reverse else 0
    first_made: Any = f(carry, entry(begin))
    carry, y = first_made
    outputs = [tensor(v) for v in nest.flatten(y) if v is not None]
    stacks = [
        TensorArray(v.dtype.base_dtype, n, element_shape=v.shape).write(begin, v)
        for v in outputs
    ]

    def step(k, carry, stacks):
        i = n - 1 - k if reverse else k
        both: Any = f(carry, entry(i))
        carry, made = both
        leaves = [v for v in nest.flatten(made) if v is not None]
        return k + 1, carry, [
            s.write(i, tensor(v, s.dtype))
            for s, v in zip(stacks, leaves, strict=True)
        ]  # fmt: skip

    _, carry, stacks = control_flow.while_loop(
        lambda k, *_: math.less(k, n), step, (np.int32(1), carry, stacks)
    )
    made = [s.stack() for s in stacks]
    if isinstance(n, int):
        for v in made:
            v.set_shape([n, *v.dims[1:]])
    return carry, nest.pack(y, made) if outputs else y


def associative_scan(f, elems, reverse=False, axis=0):
    """x0, f(x0, x1), f(f(x0, x1), x2), ..., f(a, b) associative; in log2 n rounds.

    Blelloch (1990): pairs joined, their scan found, the places between filled in.
    """
    if not callable(f):
        raise TypeError(f"`f` should be a callable. Received: f={f}")
    flat = [tensor(e) for e in nest.flatten(elems)]
    rank = len(flat[0].dims)
    if not -rank <= axis < rank:
        raise ValueError(f"axis={axis} is outside of arrays of rank {rank}.")
    axis %= rank
    lengths = {e.dims[axis] for e in flat}
    if len(lengths) != 1 or None in lengths:
        raise ValueError(
            "Array inputs to associative_scan must have the same known first "
            f"dimension. (saw: {[e.dims for e in flat]})"
        )

    def cut(parts, start, stop=None, step=1):
        key = (slice(None),) * axis + (slice(start, stop, step),)
        return [p[key] for p in parts]

    def joined(one, two):
        made = f(nest.pack(elems, one), nest.pack(elems, two))
        return [tensor(v) for v in nest.flatten(made)]

    def scanned(parts):
        n = parts[0].dims[axis]
        if n < 2:
            return parts
        pairs = joined(cut(parts, 0, n - 1, 2), cut(parts, 1, None, 2))
        odd = scanned(pairs)
        before = cut(odd, 0, -1) if n % 2 == 0 else odd
        even = joined(before, cut(parts, 2, None, 2)) if n > 2 else []
        firsts = cut(parts, 0, 1)
        even = [array.concat(p, axis) for p in zip(firsts, even, strict=True)] if (
            even) else firsts  # fmt: skip
        return [_woven(a, b, axis) for a, b in zip(even, odd, strict=True)]

    if reverse:
        flat = [array.reverse(e, [axis]) for e in flat]
    out = scanned(flat)
    if reverse:
        out = [array.reverse(e, [axis]) for e in out]
    return nest.pack(elems, out)


def _woven(even, odd, axis: int):
    """Entries of `even` and `odd` in turn."""
    both = array.concat([even, odd], axis)
    n, half = both.dims[axis], even.dims[axis]
    order = [i // 2 + (half if i % 2 else 0) for i in range(n)]
    return array.gather(both, np.array(order, np.int32), axis=axis)


def vectorize(pyfunc, *, excluded=None, signature=None) -> Callable:
    """`pyfunc` of each entry, as `numpy.vectorize`.

    `signature`, such as "(n),(n)->()", says which last axes one call takes and gives.
    """
    if not callable(pyfunc):
        raise ValueError(
            f"Expected argument `pyfunc` to be a callable. Received: pyfunc={pyfunc}"
        )
    kept = set(excluded or ())
    sides = [] if signature is None else re.findall(
        r"\(([^)]*)\)", signature.partition("->")[0])  # fmt: skip
    inner = [len([n for n in side.split(",") if n.strip()]) for side in sides]

    def call(*args, **options):
        places = [i for i in range(len(args)) if i not in kept]
        given = [tensor(args[i]) for i in places]
        core = inner or [0] * len(given)
        outer: tuple = ()
        for x, c in zip(given, core, strict=True):
            outer = np.broadcast_shapes(outer, tuple(x.dims[: len(x.dims) - c]))
        rows = [
            array.reshape(
                array.broadcast_to(x, [*outer, *x.dims[len(x.dims) - c :]]),
                [-1, *x.dims[len(x.dims) - c :]],
            )
            for x, c in zip(given, core, strict=True)
        ]  # fmt: skip

        def one(parts):
            real = list(args)
            for i, part in zip(places, parts, strict=True):
                real[i] = part
            return pyfunc(*real, **options)

        made = map(one, rows)
        return nest.map_structure(
            lambda v: array.reshape(v, [*outer, *v.dims[1:]]), made
        )

    return call


def custom_gradient(f):
    """`f` gives (its value, a function of what comes down that gives gradients)."""
    from penstock.v2.custom_gradient import custom_gradient as made

    return made(f)


def jvp(fun, primals, tangents, has_aux=False):
    """(fun of the primals, its derivative along the tangents)."""
    from penstock.v2.forward import ForwardAccumulator

    primals = [tensor(p) for p in primals]
    with ForwardAccumulator(primals, [tensor(t) for t in tangents]) as forward:
        made = fun(*primals)
    out, *aux = made if has_aux else (made,)
    along = nest.map_structure(forward.jvp, out)
    return (out, along, *aux)
