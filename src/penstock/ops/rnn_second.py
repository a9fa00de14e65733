"""Second derivatives of recurrences: the gradient of an op that is a gradient.

Penalties on gradients ask for them. They are rare, so they are not written by hand:
the op differentiates twice what the recurrence computes. What the forward op kept (z
and the states of each step) follows from its inputs, so the whole derivative goes to
those, and none to what was kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from penstock.ir.op import TABLE, Op, _missing
from penstock.ir.signature import parse
from penstock.ops import rnn
from penstock.ops.xla import jax


def _declare(forward: Op, states: int) -> None:
    backward = TABLE[forward.type + "Grad"]
    names = [a.name for a in forward.inputs]
    mask = names.index("mask")
    kept = len(forward.outputs) - 1 - states

    def parts(values) -> tuple[list, list, list]:
        """(the forward op's inputs, what came down on its outputs, the rest)."""
        after = len(names) + kept
        downs = values[after : after + 1 + states]
        return values[: len(names)], downs, values[after + 1 + states :]

    def body(*values, **attrs) -> Any:
        primals, downs, seconds = parts(list(values))

        def first(floats, downs):
            def outputs(*floats):
                given = [*floats[:mask], primals[mask], *floats[mask:]]
                return forward.body(*given, **attrs)[: 1 + states]

            return jax.vjp(outputs, *floats)[1](tuple(downs))

        floats = [v for i, v in enumerate(primals) if i != mask]
        to_floats, to_downs = jax.vjp(first, floats, downs)[1](tuple(seconds))
        return (*to_floats, *to_downs)

    def shape(*inputs, **_) -> Any:
        primals, downs, _ = parts(list(inputs))
        return [t.dims for i, t in enumerate(primals) if i != mask] + [
            t.dims for t in downs
        ]

    given = [f"{a.name}: {a.type_attr}" for a in backward.inputs]
    given += [f"d_{a.name}: {a.type_attr}" for a in backward.outputs]
    _, downs, _ = parts([a.name for a in backward.inputs])  # pyright: ignore
    made = [f"to_{n}: T" for n in (*names[:mask], *names[mask + 1 :], *downs)]
    second: Any = replace(
        backward,
        type=forward.type + "SecondGrad",
        signature=parse(f"{', '.join(given)} -> {', '.join(made)}"),
        body=body,
        shape=shape,
        gradient_rule=_missing,
    )
    TABLE[second.type] = second

    @backward.gradient
    def _(node, *dys):
        attrs = {k: node.attrs[k] for k in rnn.ATTRS if k in node.attrs}
        out = list(second(*node.inputs, *dys, **attrs))
        to_floats, to_downs = out[: len(names) - 1], out[len(names) - 1 :]
        return [*to_floats[:mask], None, *to_floats[mask:], *[None] * kept, *to_downs]


_declare(rnn.simple, 1)
_declare(rnn.lstm, 2)
_declare(rnn.gru, 1)
