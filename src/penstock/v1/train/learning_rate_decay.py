"""Learning rates that change with the step: `tf.train.exponential_decay` and kin.

Each takes `global_step` (a tensor or variable) and gives a scalar tensor in the
learning rate's dtype.
"""

from __future__ import annotations

import math

from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


def _numbers(learning_rate, *others) -> list[Tensor]:
    """The learning rate as a tensor, and the others in its dtype."""
    rate = tensor(learning_rate, name="learning_rate")
    return [rate, *(_in(other, rate.dtype.base_dtype) for other in others)]


def _in(value, kind) -> Tensor:
    if not hasattr(value, "dtype"):
        return tensor(value, kind)
    made = tensor(value)
    return made if made.dtype.base_dtype is kind else TABLE["Cast"](made, DstT=kind)


def _required(global_step) -> None:
    if global_step is None:
        raise ValueError("global_step is required for a decayed learning rate.")


def exponential_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """rate · decay_rate^(step / decay_steps), the quotient floored if `staircase`."""
    _required(global_step)
    with scope(name, "ExponentialDecay") as full:
        rate, step, every, decay = _numbers(
            learning_rate, global_step, decay_steps, decay_rate
        )
        power = _periods(step, every, staircase)
        return TABLE["Mul"](rate, TABLE["Pow"](decay, power), name=full)


def _periods(step: Tensor, every: Tensor, staircase: bool) -> Tensor:
    quotient = TABLE["RealDiv"](step, every)
    return TABLE["Floor"](quotient) if staircase else quotient


def natural_exp_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """rate · e^(-decay_rate · step / decay_steps)."""
    _required(global_step)
    with scope(name, "NaturalExpDecay"):
        rate, step, every, decay = _numbers(
            learning_rate, global_step, decay_steps, decay_rate
        )
        power = TABLE["Mul"](TABLE["Neg"](decay), _periods(step, every, staircase))
        return TABLE["Mul"](rate, TABLE["Exp"](power))


def inverse_time_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """rate / (1 + decay_rate · step / decay_steps)."""
    _required(global_step)
    with scope(name, "InverseTimeDecay") as full:
        rate, step, every, decay = _numbers(
            learning_rate, global_step, decay_steps, decay_rate
        )
        grown = TABLE["Mul"](decay, _periods(step, every, staircase))
        return TABLE["RealDiv"](rate, TABLE["AddV2"](grown, 1.0), name=full)


def polynomial_decay(
    learning_rate, global_step, decay_steps, end_learning_rate=0.0001, power=1.0,
    cycle=False, name=None,
):  # fmt: skip
    """From the rate down to the end rate along (1 - step/decay_steps)^power.

    With `cycle`, decay_steps is stretched to its first multiple above the step.
    """
    _required(global_step)
    with scope(name, "PolynomialDecay") as full:
        rate, step, steps, end, exponent = _numbers(
            learning_rate, global_step, decay_steps, end_learning_rate, power
        )
        if cycle:
            zero = TABLE["Equal"](step, TABLE["ZerosLike"](step))
            times = TABLE["Ceil"](TABLE["RealDiv"](step, steps))
            one = TABLE["OnesLike"](times)
            steps = TABLE["Mul"](steps, TABLE["SelectV2"](zero, one, times))
        else:
            step = TABLE["Minimum"](step, steps)
        left = TABLE["Sub"](1.0, TABLE["RealDiv"](step, steps))
        fall = TABLE["Mul"](TABLE["Sub"](rate, end), TABLE["Pow"](left, exponent))
        return TABLE["AddV2"](fall, end, name=full)


def piecewise_constant(x, boundaries, values, name=None):
    """values[i] while x <= boundaries[i], the last one beyond.

    Raises ValueError unless there is one value more than boundaries.
    """
    if len(boundaries) != len(values) - 1:
        raise ValueError(
            "The length of boundaries should be 1 less than the length of values; "
            f"received {len(boundaries)} and {len(values)}."
        )
    with scope(name, "PiecewiseConstant"):
        at = tensor(x, name="x")
        kind = _common_dtype(values)
        edges = [_in(b, at.dtype.base_dtype) for b in boundaries]
        out = tensor(values[-1], kind)
        for edge, value in zip(reversed(edges), reversed(values[:-1]), strict=True):
            below = TABLE["LessEqual"](at, edge)
            out = TABLE["SelectV2"](below, tensor(value, kind), out)
        return out


piecewise_constant_decay = piecewise_constant


def _common_dtype(values):
    for value in values:
        if hasattr(value, "dtype"):
            return as_dtype(value.dtype).base_dtype
    integers = all(isinstance(v, int) for v in values)
    return as_dtype("int32" if integers else "float32")


def _cosine(fraction: Tensor) -> Tensor:
    """(1 + cos(π·fraction)) / 2."""
    angle = TABLE["Mul"](fraction, math.pi)
    return TABLE["Mul"](0.5, TABLE["AddV2"](TABLE["Cos"](angle), 1.0))


def cosine_decay(learning_rate, global_step, decay_steps, alpha=0.0, name=None):
    """Half a cosine from the rate to alpha·rate; Loshchilov and Hutter (2017)."""
    _required(global_step)
    with scope(name, "CosineDecay"):
        rate, step, steps = _numbers(learning_rate, global_step, decay_steps)
        share = TABLE["RealDiv"](TABLE["Minimum"](step, steps), steps)
        decayed = TABLE["AddV2"](TABLE["Mul"](1 - alpha, _cosine(share)), alpha)
        return TABLE["Mul"](rate, decayed)


def cosine_decay_restarts(
    learning_rate, global_step, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0,
    name=None,
):  # fmt: skip
    """`cosine_decay` again and again, each period `t_mul` times as long and its start
    `m_mul` times as high; Loshchilov and Hutter (2017)."""
    _required(global_step)
    with scope(name, "SGDRDecay"):
        rate, step, first = _numbers(learning_rate, global_step, first_decay_steps)
        done = TABLE["RealDiv"](step, first)
        if t_mul == 1.0:
            restart = TABLE["Floor"](done)
            share = TABLE["Sub"](done, restart)
        else:
            log = TABLE["Log"](
                TABLE["Sub"](1.0, TABLE["Mul"](done, tensor(1.0 - t_mul, rate.dtype)))
            )
            restart = TABLE["Floor"](TABLE["RealDiv"](log, math.log(t_mul)))
            grown = TABLE["Pow"](tensor(float(t_mul), rate.dtype), restart)
            start = TABLE["RealDiv"](TABLE["Sub"](1.0, grown), 1.0 - t_mul)
            share = TABLE["RealDiv"](TABLE["Sub"](done, start), grown)
        height = TABLE["Pow"](tensor(float(m_mul), rate.dtype), restart)
        wave = TABLE["Mul"](height, _cosine(share))
        decayed = TABLE["AddV2"](TABLE["Mul"](1 - alpha, wave), alpha)
        return TABLE["Mul"](rate, decayed)


def linear_cosine_decay(
    learning_rate, global_step, decay_steps, num_periods=0.5, alpha=0.0, beta=0.001,
    name=None,
):  # fmt: skip
    """(alpha + linear) · cosine + beta; Bello et al. (2017)."""
    _required(global_step)
    with scope(name, "LinearCosineDecay"):
        rate, step, steps = _numbers(learning_rate, global_step, decay_steps)
        share = TABLE["RealDiv"](TABLE["Minimum"](step, steps), steps)
        linear = TABLE["Sub"](1.0, share)
        wave = _cosine(TABLE["Mul"](share, 2.0 * num_periods))
        shaped = TABLE["Mul"](TABLE["AddV2"](linear, alpha), wave)
        return TABLE["Mul"](rate, TABLE["AddV2"](shaped, beta))


def noisy_linear_cosine_decay(
    learning_rate, global_step, decay_steps, initial_variance=1.0, variance_decay=0.55,
    num_periods=0.5, alpha=0.0, beta=0.001, name=None,
):  # fmt: skip
    """`linear_cosine_decay` with normal noise of falling variance on the line."""
    from penstock.api.random import random_normal

    _required(global_step)
    with scope(name, "NoisyLinearCosineDecay"):
        rate, step, steps = _numbers(learning_rate, global_step, decay_steps)
        share = TABLE["RealDiv"](TABLE["Minimum"](step, steps), steps)
        spread = TABLE["Pow"](TABLE["AddV2"](step, 1.0), float(variance_decay))
        variance = TABLE["RealDiv"](tensor(float(initial_variance), rate.dtype), spread)
        noise = random_normal([], stddev=TABLE["Sqrt"](variance))
        linear = TABLE["AddV2"](TABLE["Sub"](1.0, share), noise)
        wave = _cosine(TABLE["Mul"](share, 2.0 * num_periods))
        shaped = TABLE["Mul"](TABLE["AddV2"](linear, alpha), wave)
        return TABLE["Mul"](rate, TABLE["AddV2"](shaped, beta))
