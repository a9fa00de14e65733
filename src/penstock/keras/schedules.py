"""Learning rates that change with the step. As `tf.keras.optimizers.schedules`."""

from __future__ import annotations

import math as pymath
from typing import Any

from penstock.api import array, math
from penstock.api.scopes import tensor
from penstock.keras.registry import Family

FAMILY = Family("learning rate schedule", "keras.optimizers.schedules")


class LearningRateSchedule:
    """Called with a step, gives the learning rate."""

    def __call__(self, step):
        raise NotImplementedError(f"{type(self).__name__} needs `__call__(step)`.")

    def get_config(self) -> dict[str, Any]:
        raise NotImplementedError(f"{type(self).__name__} does not define get_config.")

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class _Kept(LearningRateSchedule):
    """A schedule whose config is what it was made from."""

    fields: tuple[str, ...] = ()

    def get_config(self):
        return {name: getattr(self, name) for name in self.fields}


def _start(initial, step, *numbers):
    """The first rate, the step and other numbers, as tensors of the rate's dtype."""
    rate = tensor(initial)
    kind = rate.dtype.base_dtype
    return [rate, math.cast(tensor(step), kind), *(math.cast(n, kind) for n in numbers)]


@FAMILY.add()
class ExponentialDecay(_Kept):
    """rate · decay_rate^(step / decay_steps), the quotient floored if `staircase`."""

    fields = (
        "initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name"
    )  # fmt: skip

    def __init__(
        self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None
    ):
        self.initial_learning_rate, self.decay_steps = (
            initial_learning_rate,
            decay_steps,
        )
        self.decay_rate, self.staircase, self.name = decay_rate, staircase, name

    def __call__(self, step):
        rate, at, every, factor = _start(
            self.initial_learning_rate, step, self.decay_steps, self.decay_rate
        )
        power = at / every
        if self.staircase:
            power = math.floor(power)
        return rate * math.pow(factor, power)


@FAMILY.add()
class InverseTimeDecay(ExponentialDecay):
    """rate / (1 + decay_rate · step / decay_steps)."""

    def __call__(self, step):
        rate, at, every, factor = _start(
            self.initial_learning_rate, step, self.decay_steps, self.decay_rate
        )
        periods = at / every
        if self.staircase:
            periods = math.floor(periods)
        return rate / (1.0 + factor * periods)


@FAMILY.add()
class PiecewiseConstantDecay(_Kept):
    """values[i] while step <= boundaries[i], the last one beyond."""

    fields = ("boundaries", "values", "name")

    def __init__(self, boundaries, values, name=None):
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "The length of boundaries should be 1 less than the length of values. "
                f"Received: boundaries={boundaries} of length {len(boundaries)}, and "
                f"values={values} of length {len(values)}."
            )
        self.boundaries, self.values, self.name = list(boundaries), list(values), name

    def __call__(self, step):
        at = tensor(step)
        kind = at.dtype.base_dtype
        out = tensor(self.values[-1])
        for edge, value in zip(
            reversed(self.boundaries), reversed(self.values[:-1]), strict=True
        ):
            below = math.less_equal(at, math.cast(edge, kind))
            out = array.where(below, tensor(value), out)
        return out


@FAMILY.add()
class PolynomialDecay(_Kept):
    """From the rate down to the end rate along (1 - step/decay_steps)^power.

    With `cycle`, decay_steps is stretched to its first multiple above the step.
    """

    fields = (
        "initial_learning_rate", "decay_steps", "end_learning_rate", "power", "cycle",
        "name",
    )  # fmt: skip

    def __init__(
        self, initial_learning_rate, decay_steps, end_learning_rate=0.0001, power=1.0,
        cycle=False, name=None,
    ):  # fmt: skip
        self.initial_learning_rate, self.decay_steps = (
            initial_learning_rate,
            decay_steps,
        )
        self.end_learning_rate, self.power = end_learning_rate, power
        self.cycle, self.name = cycle, name

    def __call__(self, step):
        rate, at, every, end, power = _start(
            self.initial_learning_rate, step, self.decay_steps, self.end_learning_rate,
            self.power,
        )  # fmt: skip
        if self.cycle:
            periods = math.ceil(at / every)
            first = math.equal(at, array.zeros_like(at))
            every = every * array.where(first, array.ones_like(periods), periods)
        else:
            at = math.minimum(at, every)
        return (rate - end) * math.pow(1.0 - at / every, power) + end


@FAMILY.add()
class CosineDecay(_Kept):
    """Half a cosine from the rate to alpha·rate, after a linear warm-up if asked for.

    Loshchilov and Hutter (2017).
    """

    fields = (
        "initial_learning_rate", "decay_steps", "alpha", "name", "warmup_target",
        "warmup_steps",
    )  # fmt: skip

    def __init__(
        self, initial_learning_rate, decay_steps, alpha=0.0, name=None,
        warmup_target=None, warmup_steps=0,
    ):  # fmt: skip
        self.initial_learning_rate, self.decay_steps = (
            initial_learning_rate,
            decay_steps,
        )
        self.alpha, self.name = alpha, name
        self.warmup_target, self.warmup_steps = warmup_target, warmup_steps

    def _decayed(self, at, every, top):
        share = at / every
        cosine = 0.5 * (1.0 + math.cos(share * pymath.pi))
        return top * ((1.0 - self.alpha) * cosine + self.alpha)

    def __call__(self, step):
        rate, at, every = _start(self.initial_learning_rate, step, self.decay_steps)
        if self.warmup_target is None:
            return self._decayed(math.minimum(at, every), every, rate)
        kind = rate.dtype.base_dtype
        top, warm = tensor(self.warmup_target, kind), math.cast(self.warmup_steps, kind)
        at = math.minimum(at, every + warm)
        rising = (top - rate) * (at / warm) + rate
        return array.where(
            math.less(at, warm), rising, self._decayed(at - warm, every, top)
        )


@FAMILY.add()
class CosineDecayRestarts(_Kept):
    """Cosine decays one after another, each t_mul times as long and m_mul as high.

    Loshchilov and Hutter (2017).
    """

    fields = (
        "initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha", "name"
    )  # fmt: skip

    def __init__(
        self, initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0,
        name=None,
    ):  # fmt: skip
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul, self.m_mul, self.alpha, self.name = t_mul, m_mul, alpha, name

    def __call__(self, step):
        rate, at, every = _start(
            self.initial_learning_rate, step, self.first_decay_steps
        )
        kind = rate.dtype.base_dtype
        done = at / every
        if self.t_mul == 1.0:
            period = math.floor(done)
            share = done - period
        else:
            growth = tensor(float(self.t_mul), kind)
            period = math.floor(
                math.log(1.0 - done * (1.0 - growth)) / math.log(growth)
            )
            before = (1.0 - math.pow(growth, period)) / (1.0 - growth)
            share = (done - before) / math.pow(growth, period)
        height = math.pow(tensor(float(self.m_mul), kind), period)
        cosine = 0.5 * height * (1.0 + math.cos(share * pymath.pi))
        return rate * ((1.0 - self.alpha) * cosine + self.alpha)


def serialize(learning_rate_schedule, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.serialize(learning_rate_schedule)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.deserialize(config, custom_objects)


__all__ = [
    "CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay",
    "LearningRateSchedule", "PiecewiseConstantDecay", "PolynomialDecay", "deserialize",
    "serialize",
]  # fmt: skip
