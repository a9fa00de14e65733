"""Recurrences as one op each: all steps of a layer, and their gradient by hand.

x is [batch, time, in], states [batch, units], mask [batch, time] or [0]. The product
with the kernel is one for all steps; the backward scan carries only the chain of
gate gradients, and the gradients of weights and inputs are large products after it.
LSTM gates come in the order i, f, g, o, as Keras keeps them, or i, g, f, o, as the
cells of 1.x do; GRU gates come in the order z, r, h.
"""

from __future__ import annotations

from penstock.core.dtypes import FLOATING
from penstock.ir.op import TABLE, op
from penstock.ops.xla import jax, jnp, lax

#: Activations that a recurrence may name.
ACTIVATIONS = {
    "elu": lambda x: jax.nn.elu(x),
    "exponential": lambda x: jnp.exp(x),
    "hard_sigmoid": lambda x: jnp.clip(x * 0.2 + 0.5, 0, 1).astype(x.dtype),
    "linear": lambda x: x,
    "relu": lambda x: jax.nn.relu(x),
    "selu": lambda x: jax.nn.selu(x),
    "sigmoid": lambda x: jax.nn.sigmoid(x),
    "softplus": lambda x: jax.nn.softplus(x),
    "softsign": lambda x: jax.nn.soft_sign(x),
    "tanh": lambda x: jnp.tanh(x),
}


#: Their derivatives, from what the activation gave: nothing is computed twice.
SLOPES = {
    "elu": lambda y: jnp.where(y > 0, 1, y + 1).astype(y.dtype),
    "exponential": lambda y: y,
    "hard_sigmoid": lambda y: jnp.where((y > 0) & (y < 1), 0.2, 0).astype(y.dtype),
    "linear": lambda y: jnp.ones_like(y),
    "relu": lambda y: (y > 0).astype(y.dtype),
    "selu": lambda y: jnp.where(y > 0, _SELU, y + _SELU * _SELU_ALPHA).astype(y.dtype),
    "sigmoid": lambda y: y * (1 - y),
    "softplus": lambda y: 1 - jnp.exp(-y),
    "softsign": lambda y: jnp.square(1 - jnp.abs(y)),
    "tanh": lambda y: 1 - y * y,
}
#: Klambauer et al. (2017).
_SELU, _SELU_ALPHA = (
    1.0507009873554804934193349852946,
    1.6732632423543772848170429916717,
)


def _steps(x, go_backwards: bool):
    """[batch, time, ...] as [time, batch, ...], the last step first if asked."""
    x = jnp.swapaxes(x, 0, 1)
    return jnp.flip(x, 0) if go_backwards else x


def _masks(mask, go_backwards: bool, zero_masked: bool):
    """[time, batch, 1] or None, and where outputs are not zero.

    A step that is not there repeats the output before it, if there is one; with
    `zero_masked` its output is zero.
    """
    if mask.size == 0 or mask.ndim != 2:
        return None, None
    m = _steps(mask, go_backwards)[..., None].astype(bool)
    return m, m if zero_masked else lax.cummax(m.astype(jnp.int8), axis=0).astype(bool)


def _project(xs, kernel, bias):
    flat = xs.reshape(-1, xs.shape[-1]) @ kernel + bias
    return flat.reshape(*xs.shape[:2], kernel.shape[-1])


def _keep(m, new, old):
    return new if m is None else jnp.where(m, new, old)


def _sequence(hs, seen):
    """The outputs [batch, time, units]."""
    return jnp.swapaxes(hs if seen is None else jnp.where(seen, hs, 0), 0, 1)


def _before(hs, first):
    """The states that each step started from."""
    return jnp.concatenate([first[None], hs])[:-1]


def _product(a, b):
    """Σ over time and batch of a[t, n, :]ᵀ b[t, n, :]."""
    return jnp.einsum("tni,tnj->ij", a, b)


def _scan(step, carry, parts, m, reverse=False):
    """`lax.scan` of `step(carry, mask of the step or None, *parts of the step)`."""
    if m is None:
        return lax.scan(lambda c, p: step(c, None, *p), carry, parts, reverse=reverse)
    return lax.scan(
        lambda c, p: step(c, p[0], *p[1:]), carry, (m, *parts), reverse=reverse
    )


def _down(dy, dh_last, seen):
    """Gradients of the outputs as [time, batch, units]."""
    d = jnp.swapaxes(dy, 0, 1)
    return d if seen is None else jnp.where(seen, d, 0)


def _inputs_grad(dz, kernel, go_backwards: bool):
    dx = dz @ kernel.T
    return jnp.swapaxes(jnp.flip(dx, 0) if go_backwards else dx, 0, 1)


def _dims(x, h, gates: tuple[int, ...], states: int):
    batch, time = (None, None) if x.dims is None else x.dims[:2]
    units = None if h.dims is None else h.dims[1]
    batch = batch if batch is not None or h.dims is None else h.dims[0]
    wide = [None if units is None else units * g for g in gates]
    return [
        (batch, time, units), *[(batch, units)] * states,
        *[(time, batch, w) for w in wide],
    ]  # fmt: skip


_WHERE = {"T": FLOATING}
#: What a recurrence may be told, and its gradient with it.
ATTRS = (
    "activation", "recurrent_activation", "go_backwards", "zero_masked",
    "reset_after", "order",
)  # fmt: skip


def _same_as_inputs(*inputs, **_):
    return [t.dims for t in inputs]


# --- SimpleRNN ------------------------------------------------------------------------


@op(
    "_RecurrentSimple",
    "x: T, kernel: T, recurrent: T, bias: T, h: T, mask: M -> y: T, last: T, hs: T",
    shape=lambda x, kernel, recurrent, bias, h, mask, **_: _dims(x, h, (1,), 1),
    where=_WHERE,
)
def simple(x, kernel, recurrent, bias, h, mask, *, activation="tanh",
           go_backwards=False, zero_masked=False):  # fmt: skip
    """h' = activation(x·kernel + bias + h·recurrent). Elman (1990)."""
    act = ACTIVATIONS[activation]
    m, seen = _masks(mask, go_backwards, zero_masked)
    projected = _project(_steps(x, go_backwards), kernel, bias)

    def step(h, m, zx):
        new = _keep(m, act(zx + h @ recurrent), h)
        return new, new

    last, hs = _scan(step, h, (projected,), m)
    return _sequence(hs, seen), last, hs


@op(
    "_RecurrentSimpleGrad",
    "x: T, kernel: T, recurrent: T, bias: T, h: T, mask: M, hs: T, dy: T, dlast: T "
    "-> dx: T, dkernel: T, drecurrent: T, dbias: T, dh: T",
    shape=lambda *inputs, **_: _same_as_inputs(*inputs[:5]),
    where=_WHERE,
)
def simple_grad(x, kernel, recurrent, bias, h, mask, hs, dy, dlast, *,
                activation="tanh", go_backwards=False, zero_masked=False):  # fmt: skip
    m, seen = _masks(mask, go_backwards, zero_masked)
    slope = SLOPES[activation](hs)

    def step(dh, m, down, slope):
        dh = dh + down
        dz = dh * slope
        if m is not None:
            dz = jnp.where(m, dz, 0)
        return _keep(m, dz @ recurrent.T, dh), dz

    dh, dz = _scan(step, dlast, (_down(dy, dlast, seen), slope), m, reverse=True)
    return (
        _inputs_grad(dz, kernel, go_backwards),
        _product(_steps(x, go_backwards), dz),
        _product(_before(hs, h), dz),
        dz.sum((0, 1)),
        dh,
    )


def _gradient_rule(forward, backward: str, outputs: int, states: int):
    """Register: the gradient of `forward` is the op `backward` on what it kept."""

    @forward.gradient
    def _(node, *dys):
        zeros = TABLE["ZerosLike"]
        wanted = range(1 + states)
        downs = [zeros(node.outputs[i]) if dys[i] is None else dys[i] for i in wanted]
        kept = node.outputs[1 + states : outputs]
        attrs = {k: node.attrs[k] for k in ATTRS if k in node.attrs}
        out = TABLE[backward](*node.inputs, *kept, *downs, **attrs)
        return [*out, None]


_gradient_rule(simple, "_RecurrentSimpleGrad", 3, 1)


# --- LSTM -----------------------------------------------------------------------------


def _gates(gates, order: str):
    """Parts i, f, g, o of `gates`, which keeps them in `order`: o comes last."""
    parts = dict(zip(order, jnp.split(gates, 4, axis=-1), strict=True))
    return [parts[gate] for gate in "ifgo"]


@op(
    "_RecurrentLSTM",
    "x: T, kernel: T, recurrent: T, bias: T, h: T, c: T, mask: M "
    "-> y: T, last_h: T, last_c: T, gates: T, hs: T, cs: T",
    shape=lambda x, kernel, recurrent, bias, h, c, mask, **_: _dims(x, h, (4, 1, 1), 2),
    where=_WHERE,
)
def lstm(x, kernel, recurrent, bias, h, c, mask, *, activation="tanh",
         recurrent_activation="sigmoid", go_backwards=False,
         zero_masked=False, order="ifgo"):  # fmt: skip
    """Hochreiter and Schmidhuber (1997), with forget gates."""
    act, gate = ACTIVATIONS[activation], ACTIVATIONS[recurrent_activation]
    m, seen = _masks(mask, go_backwards, zero_masked)
    projected = _project(_steps(x, go_backwards), kernel, bias)

    def step(carry, m, zx):
        h, c = carry
        z = zx + h @ recurrent
        parts = zip(order, jnp.split(z, 4, axis=-1), strict=True)
        gates = [act(part) if name == "g" else gate(part) for name, part in parts]
        kept = jnp.concatenate(gates, -1)
        i, f, g, o = _gates(kept, order)
        new_c = _keep(m, f * c + i * g, c)
        new_h = _keep(m, o * act(new_c), h)
        return (new_h, new_c), (kept, new_h, new_c)

    (last_h, last_c), (gates, hs, cs) = _scan(step, (h, c), (projected,), m)
    return _sequence(hs, seen), last_h, last_c, gates, hs, cs


@op(
    "_RecurrentLSTMGrad",
    "x: T, kernel: T, recurrent: T, bias: T, h: T, c: T, mask: M, gates: T, hs: T, "
    "cs: T, dy: T, dlast_h: T, dlast_c: T "
    "-> dx: T, dkernel: T, drecurrent: T, dbias: T, dh: T, dc: T",
    shape=lambda *inputs, **_: _same_as_inputs(*inputs[:6]),
    where=_WHERE,
)
def lstm_grad(x, kernel, recurrent, bias, h, c, mask, gates, hs, cs, dy, dlast_h,
              dlast_c, *, activation="tanh", recurrent_activation="sigmoid",
              go_backwards=False, zero_masked=False,
              order="ifgo"):  # fmt: skip
    m, seen = _masks(mask, go_backwards, zero_masked)
    i, f, g, o = _gates(gates, order)
    slope, gate_slope = SLOPES[activation], SLOPES[recurrent_activation]
    before = _before(cs, c)
    ac = ACTIVATIONS[activation](cs)
    # What the chain multiplies by at each step, for all steps at once.
    chain = {"i": g * gate_slope(i), "f": before * gate_slope(f), "g": i * slope(g)}
    of_c = jnp.concatenate([chain[name] for name in order[:3]], -1)
    of_h = o * slope(ac)
    out = ac * gate_slope(o)

    def step(carry, m, down, of_c, of_h, out, f):
        dh, dc = carry
        dh = dh + down
        full = dc + dh * of_h
        gates = jnp.concatenate([full, full, full], -1) * of_c
        dz = jnp.concatenate([gates, dh * out], -1)
        if m is not None:
            dz = jnp.where(m, dz, 0)
        back = _keep(m, dz @ recurrent.T, dh), _keep(m, full * f, dc)
        return back, dz

    (dh, dc), dz = _scan(
        step, (dlast_h, dlast_c), (_down(dy, dlast_h, seen), of_c, of_h, out, f), m,
        reverse=True,
    )  # fmt: skip
    return (
        _inputs_grad(dz, kernel, go_backwards),
        _product(_steps(x, go_backwards), dz),
        _product(_before(hs, h), dz),
        dz.sum((0, 1)),
        dh,
        dc,
    )


_gradient_rule(lstm, "_RecurrentLSTMGrad", 6, 2)


# --- GRU ------------------------------------------------------------------------------


@op(
    "_RecurrentGRU",
    "x: T, kernel: T, recurrent: T, bias: T, h: T, mask: M "
    "-> y: T, last: T, gates: T, inner: T, hs: T",
    shape=lambda x, kernel, recurrent, bias, h, mask, **_: _dims(x, h, (3, 1, 1), 1),
    where=_WHERE,
)
def gru(x, kernel, recurrent, bias, h, mask, *, activation="tanh",
        recurrent_activation="sigmoid", go_backwards=False, zero_masked=False,
        reset_after=True):  # fmt: skip
    """Cho et al. (2014). bias is [2, 3·units] with `reset_after`, else [3·units]."""
    act, gate = ACTIVATIONS[activation], ACTIVATIONS[recurrent_activation]
    units = h.shape[-1]
    m, seen = _masks(mask, go_backwards, zero_masked)
    b_in = bias[0] if reset_after else bias
    projected = _project(_steps(x, go_backwards), kernel, b_in)

    def step(h, m, zx):
        x_gates, x_new = zx[:, : 2 * units], zx[:, 2 * units :]
        if reset_after:
            both = h @ recurrent + bias[1]
            gates = gate(x_gates + both[:, : 2 * units])
            inner = both[:, 2 * units :]
            new = act(x_new + gates[:, units:] * inner)
        else:
            gates = gate(x_gates + h @ recurrent[:, : 2 * units])
            inner = gates[:, units:] * h
            new = act(x_new + inner @ recurrent[:, 2 * units :])
        z = gates[:, :units]
        out = _keep(m, z * h + (1 - z) * new, h)
        return out, (jnp.concatenate([gates, new], -1), inner, out)

    last, (gates, inner, hs) = _scan(step, h, (projected,), m)
    return _sequence(hs, seen), last, gates, inner, hs


@op(
    "_RecurrentGRUGrad",
    "x: T, kernel: T, recurrent: T, bias: T, h: T, mask: M, gates: T, inner: T, hs: T, "
    "dy: T, dlast: T -> dx: T, dkernel: T, drecurrent: T, dbias: T, dh: T",
    shape=lambda *inputs, **_: _same_as_inputs(*inputs[:5]),
    where=_WHERE,
)
def gru_grad(x, kernel, recurrent, bias, h, mask, gates, inner, hs, dy, dlast, *,
             activation="tanh", recurrent_activation="sigmoid", go_backwards=False,
             zero_masked=False, reset_after=True):  # fmt: skip
    units = h.shape[-1]
    m, seen = _masks(mask, go_backwards, zero_masked)
    update, reset, new = jnp.split(gates, 3, axis=-1)
    gate_slope = SLOPES[recurrent_activation]
    before = _before(hs, h)
    to_update = (before - new) * gate_slope(update)
    to_new = (1 - update) * SLOPES[activation](new)
    to_reset = (inner if reset_after else before) * gate_slope(reset)
    of_gates, of_new = recurrent[:, : 2 * units], recurrent[:, 2 * units :]

    def step(dh, m, down, update, reset, to_update, to_new, to_reset):
        dh = dh + down
        dn = dh * to_new
        if reset_after:
            dgates = jnp.concatenate([dh * to_update, dn * to_reset], -1)
            din = dn * reset
            back = dh * update + jnp.concatenate([dgates, din], -1) @ recurrent.T
        else:
            din = dn @ of_new.T
            dgates = jnp.concatenate([dh * to_update, din * to_reset], -1)
            back = dh * update + din * reset + dgates @ of_gates.T
        if m is not None:
            dgates, dn = jnp.where(m, dgates, 0), jnp.where(m, dn, 0)
        return _keep(m, back, dh), (dgates, dn)

    parts = (_down(dy, dlast, seen), update, reset, to_update, to_new, to_reset)
    dh, (dgates, dn) = _scan(step, dlast, parts, m, reverse=True)
    outer = jnp.concatenate([dgates, dn], -1)
    if reset_after:
        inside = jnp.concatenate([dgates, dn * reset], -1)
        drecurrent = _product(before, inside)
        dbias = jnp.stack([outer.sum((0, 1)), inside.sum((0, 1))])
    else:
        drecurrent = jnp.concatenate(
            [_product(before, dgates), _product(inner, dn)], -1
        )
        dbias = outer.sum((0, 1))
    return (
        _inputs_grad(outer, kernel, go_backwards),
        _product(_steps(x, go_backwards), outer),
        drecurrent,
        dbias,
        dh,
    )


_gradient_rule(gru, "_RecurrentGRUGrad", 5, 1)
