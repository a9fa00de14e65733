"""LSTM layers of float32 on the CPU: all steps natively, each thread its own rows.

XLA:CPU calls a dozen small kernels for each step, and its threads meet at each. Layers
with a mask or other activations run the ops' plain bodies.
"""

from __future__ import annotations

import numpy as np

from penstock.kernels import native
from penstock.kernels.product import product
from penstock.ops import rnn
from penstock.ops.xla import jax, jnp


def _takes(x, kernel, recurrent, bias, h, c, mask, *rest, activation="tanh",
           recurrent_activation="sigmoid", **attrs) -> bool:  # fmt: skip
    arrays = (x, kernel, recurrent, bias, h, c, *rest)
    if (activation, recurrent_activation) != ("tanh", "sigmoid"):
        return False
    if any(a.dtype != np.float32 or None in a.shape or 0 in a.shape for a in arrays):
        return False
    return 0 in mask.shape and native.available()


def _call(handler: str, shapes, arrays, order: str):
    call = jax.ffi.ffi_call(
        native.target(handler),
        [jax.ShapeDtypeStruct(shape, jnp.float32) for shape in shapes],
        vmap_method="sequential",
    )
    return call(*arrays, places=np.array([order.index(g) for g in "ifgo"], np.int64))


def _flat(a):
    return a.reshape(-1, a.shape[-1])


@rnn.lstm.kernel("cpu", takes=_takes)
def _(x, kernel, recurrent, bias, h, c, mask, *, go_backwards=False, order="ifgo",
      **attrs):  # fmt: skip
    xs = rnn._steps(x, go_backwards)
    sums = (product(_flat(xs), kernel) + bias).reshape(*xs.shape[:2], -1)
    states = (*xs.shape[:2], h.shape[-1])
    arrays = sums, recurrent, h, c
    gates, hs, cs = _call("lstm", (sums.shape, states, states), arrays, order)
    return rnn._sequence(hs, None), hs[-1], cs[-1], gates, hs, cs


@rnn.lstm_grad.kernel("cpu", takes=_takes)
def _(x, kernel, recurrent, bias, h, c, mask, gates, hs, cs, dy, dlast_h, dlast_c, *,
      go_backwards=False, order="ifgo", **attrs):  # fmt: skip
    arrays = recurrent, c, gates, cs, jnp.swapaxes(dy, 0, 1), dlast_h, dlast_c
    shapes = gates.shape, h.shape, c.shape
    dz, dh, dc = _call("lstm_gradient", shapes, arrays, order)
    xs, flat = rnn._steps(x, go_backwards), _flat(dz)
    dxs = product(flat, kernel, transpose_b=True).reshape(xs.shape)
    return (
        jnp.swapaxes(jnp.flip(dxs, 0) if go_backwards else dxs, 0, 1),
        product(_flat(xs), flat, transpose_a=True),
        product(_flat(rnn._before(hs, h)), flat, transpose_a=True),
        flat.sum(0),
        dh,
        dc,
    )
