"""Learning rates that change with the step: `tf.train.exponential_decay` and kin.

Each takes `global_step` (a tensor or variable) and gives a scalar tensor in the
learning rate's dtype. The nodes are TensorFlow's.
"""

from __future__ import annotations

import math

from penstock.api import operators  # noqa: F401  (arithmetic of tensors)
from penstock.api.math_functions import cast
from penstock.api.random import random_normal
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


def _begin(learning_rate, global_step) -> Tensor:
    """The learning rate as a tensor. Raises ValueError without a step."""
    if global_step is None:
        raise ValueError("global_step is required for a decayed learning rate.")
    return tensor(learning_rate, name="initial_learning_rate")


def _in(kind, *values) -> list[Tensor]:
    """`values` as tensors of dtype `kind`, in this order."""
    return [cast(value, kind) for value in values]


def exponential_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """rate · decay_rate^(step / decay_steps), the quotient floored if `staircase`."""
    with scope(name, "ExponentialDecay") as full:
        rate = _begin(learning_rate, global_step)
        every, decay, step = _in(rate.dtype, decay_steps, decay_rate, global_step)
        power = step / every
        if staircase:
            power = TABLE["Floor"](power)
        return TABLE["Mul"](rate, TABLE["Pow"](decay, power), name=full)


def natural_exp_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """rate · e^(-decay_rate · step / decay_steps)."""
    factor = TABLE["Exp"](TABLE["Neg"](decay_rate))
    return exponential_decay(
        learning_rate, global_step, decay_steps, factor, staircase, name
    )


def inverse_time_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """rate / (1 + decay_rate · step / decay_steps)."""
    with scope(name, "InverseTimeDecay") as full:
        rate = _begin(learning_rate, global_step)
        every, decay, step = _in(rate.dtype, decay_steps, decay_rate, global_step)
        periods = step / every
        if staircase:
            periods = TABLE["Floor"](periods)
        (one,) = _in(rate.dtype, tensor(1))
        grown = TABLE["AddV2"](one, TABLE["Mul"](decay, periods), name="Add")
        return TABLE["RealDiv"](rate, grown, name=full)


def polynomial_decay(
    learning_rate, global_step, decay_steps, end_learning_rate=0.0001, power=1.0,
    cycle=False, name=None,
):  # fmt: skip
    """From the rate down to the end rate along (1 - step/decay_steps)^power.

    With `cycle`, decay_steps is stretched to its first multiple above the step.
    """
    with scope(name, "PolynomialDecay") as full:
        rate = _begin(learning_rate, global_step)
        end, exponent, step, steps = _in(
            rate.dtype, end_learning_rate, power, global_step, decay_steps
        )
        if cycle:
            start = TABLE["Equal"](step, 0)
            periods = TABLE["Ceil"](step / decay_steps)
            steps = TABLE["Mul"](steps, TABLE["SelectV2"](start, 1.0, periods))
        else:
            step = TABLE["Minimum"](step, steps)
        share = step / steps
        fall = rate - end
        left = TABLE["Pow"](1 - share, exponent)
        return TABLE["AddV2"](TABLE["Mul"](fall, left), end, name=full)


def piecewise_constant(x, boundaries, values, name=None):
    """values[i] while x <= boundaries[i], the last one beyond.

    Raises ValueError unless there is one value more than boundaries.
    """
    if len(boundaries) != len(values) - 1:
        raise ValueError(
            "The length of boundaries should be 1 less than the length of values; "
            f"received {len(boundaries)} and {len(values)}."
        )
    at = tensor(x, name="x")
    edges = _in(at.dtype, *map(tensor, boundaries))
    kind = _common_dtype(values)
    rates = [tensor(value, kind) for value in values]
    with scope(name, "PiecewiseConstant"):
        out = rates[-1]
        for edge, value in zip(reversed(edges), reversed(rates[:-1]), strict=True):
            out = TABLE["SelectV2"](TABLE["LessEqual"](at, edge), value, out)
        return out


piecewise_constant_decay = piecewise_constant


def _common_dtype(values):
    for value in values:
        if hasattr(value, "dtype"):
            return as_dtype(value.dtype).base_dtype
    integers = all(isinstance(v, int) for v in values)
    return as_dtype("int32" if integers else "float32")


def _waving(angle: Tensor) -> Tensor:
    """1 + cos(angle)."""
    return 1.0 + TABLE["Cos"](angle)


def cosine_decay(learning_rate, global_step, decay_steps, alpha=0.0, name=None):
    """Half a cosine from the rate to alpha·rate; Loshchilov and Hutter (2017)."""
    with scope(name, "CosineDecay"):
        rate = _begin(learning_rate, global_step)
        steps, step = _in(rate.dtype, decay_steps, global_step)
        share = TABLE["Minimum"](step, steps) / steps
        wave = 0.5 * _waving(tensor(math.pi, rate.dtype) * share)
        return TABLE["Mul"](rate, (1 - alpha) * wave + alpha)


def cosine_decay_restarts(
    learning_rate, global_step, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0,
    name=None,
):  # fmt: skip
    """`cosine_decay` again and again, each period `t_mul` times as long and its start
    `m_mul` times as high; Loshchilov and Hutter (2017)."""
    with scope(name, "SGDRDecay") as full:
        rate = _begin(learning_rate, global_step)
        first, low, longer, higher, step = _in(
            rate.dtype, first_decay_steps, alpha, t_mul, m_mul, global_step
        )
        done = step / first
        if t_mul == 1.0:
            restart = TABLE["Floor"](done)
            share = done - restart
        else:
            log = TABLE["Log"](1.0 - done * (1.0 - longer))
            restart = TABLE["Floor"](log / TABLE["Log"](longer))
            start = (1.0 - longer**restart) / (1.0 - longer)
            share = (done - start) / longer**restart
        height = 0.5 * higher**restart
        wave = height * _waving(tensor(math.pi, rate.dtype) * share)
        return TABLE["Mul"](rate, (1 - low) * wave + low, name=full)


def linear_cosine_decay(
    learning_rate, global_step, decay_steps, num_periods=0.5, alpha=0.0, beta=0.001,
    name=None,
):  # fmt: skip
    """(alpha + linear) · cosine + beta; Bello et al. (2017)."""
    with scope(name, "LinearCosineDecay") as full:
        rate = _begin(learning_rate, global_step)
        steps, periods, alpha, beta, step = _in(
            rate.dtype, decay_steps, num_periods, alpha, beta, global_step
        )
        step = TABLE["Minimum"](step, steps)
        linear = (steps - step) / steps
        return _linear_cosine(rate, step / steps, linear, periods, alpha, beta, full)


def _linear_cosine(rate, share, linear, periods, alpha, beta, name):
    turns = 2.0 * periods * share
    wave = 0.5 * _waving(tensor(math.pi, rate.dtype) * turns)
    return TABLE["Mul"](rate, (alpha + linear) * wave + beta, name=name)


def noisy_linear_cosine_decay(
    learning_rate, global_step, decay_steps, initial_variance=1.0, variance_decay=0.55,
    num_periods=0.5, alpha=0.0, beta=0.001, name=None,
):  # fmt: skip
    """`linear_cosine_decay` with normal noise of falling variance on the line."""
    with scope(name, "NoisyLinearCosineDecay") as full:
        rate = _begin(learning_rate, global_step)
        steps, first, falling, periods, alpha, beta, step = _in(
            rate.dtype, decay_steps, initial_variance, variance_decay, num_periods,
            alpha, beta, global_step,
        )  # fmt: skip
        step = TABLE["Minimum"](step, steps)
        linear = (steps - step) / steps
        variance = first / TABLE["Pow"](1.0 + step, falling)
        noisy = linear + random_normal([], stddev=TABLE["Sqrt"](variance))
        return _linear_cosine(rate, step / steps, noisy, periods, alpha, beta, full)
