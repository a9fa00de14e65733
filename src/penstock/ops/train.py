"""The update rules of optimizers, one equation each.

Each rule is written once, `rule(var, *slots, *scalars, grad) -> (var, *slots)`, and
declared as four ops: `ApplyX` on 1.x references, `ResourceApplyX` on resources, and
both again for sparse gradients (rows `indices` of `grad`, rows named twice add up).
Equations as documented for `tf.raw_ops`; papers named beside each.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

from penstock.core.dtypes import FLOATING, INDEX
from penstock.core.errors import ShapeError
from penstock.core.shapes import compatible, show
from penstock.ir.op import STOPS, Op, op
from penstock.ops import rules
from penstock.ops.xla import jnp, lax


def update_rule(
    name: str, slots: str, scalars: str, *, where_grad: str = "end", dense: bool = False
) -> Callable[[Callable], Callable]:
    """Declare `ApplyName` and its resource and sparse forms from one equation.

    `slots` and `scalars` are argument names separated by spaces. `where_grad` names
    the scalar that follows the gradient in TensorFlow's order of arguments. `dense`
    leaves out the sparse forms.
    """
    slot_names, scalar_names = slots.split(), scalars.split()
    cut = len(scalar_names) if where_grad == "end" else scalar_names.index(where_grad)
    before, after = scalar_names[:cut], scalar_names[cut:]

    def declare(rule: Callable) -> Callable:
        held = ["var", *slot_names]
        attrs = [
            p
            for p in inspect.signature(rule).parameters.values()
            if p.kind is p.KEYWORD_ONLY and p.name != "grad"
        ]
        for prefix, kind in (("", "Ref(T)"), ("Resource", "resource")):
            for sparse in (False,) if dense else (False, True):
                _declare_one(
                    f"{prefix}{'Sparse' if sparse else ''}Apply{name}",
                    rule, kind, held, before, after, attrs, sparse,
                )  # fmt: skip
        return rule

    return declare


def _declare_one(type, rule, kind, held, before, after, attrs, sparse) -> Op:
    arguments = [f"{n}: {kind}" for n in held] + [f"{n}: T" for n in before]
    arguments += ["grad: T"] + (["indices: Tindices"] if sparse else [])
    arguments += [f"{n}: T" for n in after]
    signature = ", ".join(arguments)
    signature += " -> out: Ref(T)" if kind == "Ref(T)" else " ->"
    count, lead = len(held), len(before)

    def body(*args, **options):
        variables, rest = args[:count], args[count:]
        scalars, grad = rest[:lead], rest[lead]
        tail = rest[lead + 1 :]
        if not sparse:
            return rule(*variables, *scalars, *tail, grad=grad, **options)
        indices, tail = tail[0], tail[1:]
        return _on_rows(rule, variables, (*scalars, *tail), grad, indices, options)

    body.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL), *attrs]
    )
    return op(
        type,
        signature,
        shape=rules.none if kind == "resource" else _var_shape(sparse, count + lead),
        attrs={"use_locking": False},
        where={"T": FLOATING, "Tindices": INDEX} if sparse else {"T": FLOATING},
        gradient=STOPS,
        writes=tuple(range(count)),
        stateful=True,
    )(body)


def _var_shape(sparse: bool, grad_at: int) -> Callable:
    def rule(*inputs, **_):
        var, grad = inputs[0], inputs[grad_at]
        if not sparse and not compatible(var.dims, grad.dims):
            raise ShapeError(
                f"The gradient must be shaped as the variable, {show(var.dims)}; "
                f"received {show(grad.dims)}."
            )
        return var.dims

    return rule


def _on_rows(rule, variables, scalars, grad, indices, options) -> tuple:
    """`rule` on the rows that `indices` names; other rows stay as they are."""
    total = variables[0].shape[0]
    rows, inverse = jnp.unique(
        indices, return_inverse=True, size=indices.shape[0], fill_value=total
    )
    summed = jnp.zeros((rows.shape[0], *grad.shape[1:]), grad.dtype)
    summed = summed.at[inverse.reshape(-1)].add(grad)
    held = [v.at[rows].get(mode="clip") for v in variables]
    news = rule(*held, *scalars, grad=summed, **options)
    news = news if isinstance(news, tuple) else (news,)
    return tuple(
        v.at[rows].set(new.astype(v.dtype), mode="drop")
        for v, new in zip(variables, news, strict=True)
    )


@op(
    "ApplyGradientDescent",
    "var: Ref(T), alpha: T, delta: T -> out: Ref(T)",
    shape=_var_shape(False, 2),
    attrs={"use_locking": False},
    gradient=STOPS,
    writes=(0,),
    stateful=True,
)
def apply_gradient_descent(var, alpha, delta):
    return var - alpha * delta


@op(
    "ResourceApplyGradientDescent",
    "var: resource, alpha: T, delta: T ->",
    shape=rules.none,
    attrs={"use_locking": False},
    gradient=STOPS,
    writes=(0,),
    stateful=True,
)
def resource_apply_gradient_descent(var, alpha, delta):
    return var - alpha * delta


@update_rule("Momentum", "accum", "lr momentum", where_grad="momentum")
def momentum(var, accum, lr, momentum, *, grad, use_nesterov=False):
    """Polyak (1964); Nesterov's form as Sutskever et al. (2013)."""
    accum = accum * momentum + grad
    if use_nesterov:
        ahead = accum * momentum * lr
        return var - (grad * lr + ahead), accum
    return var - lr * accum, accum


@update_rule("KerasMomentum", "accum", "lr momentum", where_grad="momentum")
def keras_momentum(var, accum, lr, momentum, *, grad, use_nesterov=False):
    """Momentum with the learning rate inside the accumulator."""
    accum = accum * momentum - lr * grad
    if use_nesterov:
        return var + momentum * accum - lr * grad, accum
    return var + accum, accum


@update_rule("Adagrad", "accum", "lr")
def adagrad(var, accum, lr, *, grad, update_slots=True):
    """Duchi, Hazan, Singer (2011)."""
    if update_slots:
        accum = accum + grad * grad
    return var - lr * grad * lax.rsqrt(accum), accum


@update_rule("AdagradV2", "accum", "lr epsilon")
def adagrad_v2(var, accum, lr, epsilon, *, grad, update_slots=True):
    if update_slots:
        accum = accum + grad * grad
    return var - lr * grad / (jnp.sqrt(accum) + epsilon), accum


@update_rule("Adadelta", "accum accum_update", "lr rho epsilon")
def adadelta(var, accum, accum_update, lr, rho, epsilon, *, grad):
    """Zeiler (2012)."""
    accum = accum * rho + grad * grad * (1 - rho)
    step = jnp.sqrt(accum_update + epsilon) * lax.rsqrt(accum + epsilon) * grad
    moved = accum_update * rho + step * step * (1 - rho)
    return var - lr * step, accum, moved


@update_rule("RMSProp", "ms mom", "lr rho momentum epsilon")
def rms_prop(var, ms, mom, lr, rho, momentum, epsilon, *, grad):
    """Tieleman and Hinton (2012)."""
    ms = ms + (grad * grad - ms) * (1 - rho)
    step = grad * lr * lax.rsqrt(ms + epsilon)
    mom = mom * momentum + step
    return var - mom, ms, mom


@update_rule("CenteredRMSProp", "mg ms mom", "lr rho momentum epsilon")
def centered_rms_prop(var, mg, ms, mom, lr, rho, momentum, epsilon, *, grad):
    """Graves (2013)."""
    ms = ms + (grad * grad - ms) * (1 - rho)
    mg = mg + (grad - mg) * (1 - rho)
    spread = ms - mg * mg + epsilon
    mom = mom * momentum + grad * lr * lax.rsqrt(spread)
    return var - mom, mg, ms, mom


@update_rule(
    "Adam", "m v", "beta1_power beta2_power lr beta1 beta2 epsilon", dense=True
)
def adam(
    var, m, v, beta1_power, beta2_power, lr, beta1, beta2, epsilon,
    *, grad, use_nesterov=False,
):  # fmt: skip
    """Kingma and Ba (2015), with epsilon outside the bias correction."""
    alpha = lr * jnp.sqrt(1 - beta2_power) / (1 - beta1_power)
    m = m + (grad - m) * (1 - beta1)
    v = v + (grad * grad - v) * (1 - beta2)
    ahead = grad * (1 - beta1) + m * beta1 if use_nesterov else m
    return var - alpha * ahead / (jnp.sqrt(v) + epsilon), m, v


@update_rule("AdaMax", "m v", "beta1_power lr beta1 beta2 epsilon", dense=True)
def ada_max(var, m, v, beta1_power, lr, beta1, beta2, epsilon, *, grad):
    m = m + (grad - m) * (1 - beta1)
    v = jnp.maximum(beta2 * v, jnp.abs(grad))
    return var - lr / (1 - beta1_power) * m / (v + epsilon), m, v


def _ftrl(var, accum, linear, lr, l1, l2, shrinkage, lr_power, grad):
    """McMahan et al. (2013), with online L2 `shrinkage`."""
    new_accum = accum + grad * grad
    grown = jnp.power(new_accum, -lr_power) - jnp.power(accum, -lr_power)
    linear = linear + grad + 2 * shrinkage * var - grown / lr * var
    quadratic = jnp.power(new_accum, -lr_power) / lr + 2 * l2
    var = jnp.where(
        jnp.abs(linear) > l1, (jnp.sign(linear) * l1 - linear) / quadratic, 0.0
    ).astype(var.dtype)
    return var, new_accum, linear


@update_rule("Ftrl", "accum linear", "lr l1 l2 lr_power", where_grad="lr")
def ftrl(var, accum, linear, lr, l1, l2, lr_power, *, grad):
    return _ftrl(var, accum, linear, lr, l1, l2, 0.0, lr_power, grad)


@update_rule(
    "FtrlV2", "accum linear", "lr l1 l2 l2_shrinkage lr_power", where_grad="lr"
)
def ftrl_v2(var, accum, linear, lr, l1, l2, l2_shrinkage, lr_power, *, grad):
    return _ftrl(var, accum, linear, lr, l1, l2, l2_shrinkage, lr_power, grad)


def _proximal(value, lr, l1, l2):
    """The point nearest `value` under the penalty l1·|x| + l2·x²/2, at rate `lr`."""
    shrunk = jnp.sign(value) * jnp.maximum(jnp.abs(value) - lr * l1, 0)
    return jnp.where(l1 > 0, shrunk, value) / (1 + lr * l2)


@update_rule("ProximalGradientDescent", "", "alpha l1 l2")
def proximal_gradient_descent(var, alpha, l1, l2, *, grad):
    """Duchi and Singer (2009)."""
    return _proximal(var - alpha * grad, alpha, l1, l2)


@update_rule("ProximalAdagrad", "accum", "lr l1 l2")
def proximal_adagrad(var, accum, lr, l1, l2, *, grad):
    accum = accum + grad * grad
    rate = lr * lax.rsqrt(accum)
    return _proximal(var - rate * grad, rate, l1, l2), accum


@update_rule("Rprop", "step last", "increase decrease smallest largest", dense=True)
def rprop(var, step, last, increase, decrease, smallest, largest, *, grad):
    """Riedmiller and Braun (1993), without weight-backtracking (iRprop-, 2000).

    Each weight has its own `step`: longer while its gradient keeps its sign, shorter
    where it changes, in which case that gradient counts as zero.
    """
    agreement = grad * last
    step = jnp.where(
        agreement > 0,
        jnp.minimum(step * increase, largest),
        jnp.where(agreement < 0, jnp.maximum(step * decrease, smallest), step),
    )
    grad = jnp.where(agreement < 0, 0, grad)
    return var - jnp.sign(grad) * step, step, grad
