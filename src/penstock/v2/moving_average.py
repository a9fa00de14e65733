"""`tf.train.ExponentialMovingAverage` for eager variables."""

from __future__ import annotations

from penstock.api.variable import Variable


class ExponentialMovingAverage:
    """shadow = decay * shadow + (1 - decay) * value, kept for each variable.

    With `num_updates`, decay is min(decay, (1 + n) / (10 + n)).
    """

    def __init__(self, decay, num_updates=None, zero_debias=False,
                 name="ExponentialMovingAverage"):  # fmt: skip
        self._decay, self._updates, self._debias = decay, num_updates, zero_debias
        self._name = name
        self._shadows: dict[int, tuple[Variable, Variable]] = {}

    @property
    def name(self) -> str:
        return self._name

    def apply(self, var_list=None) -> None:
        """Move the shadow of each variable; the first time it begins at the value."""
        if var_list is None:
            raise ValueError("Give var_list: there is no list of all variables in 2.x.")
        decay = self._decay
        if self._updates is not None:
            n = float(self._updates)
            decay = min(float(decay), (1.0 + n) / (10.0 + n))
        for variable in var_list:
            held = self._shadows.get(id(variable))
            if held is None:
                name = f"{variable._shared_name}/{self._name}"
                shadow = Variable(variable.read_value(), trainable=False, name=name)
                self._shadows[id(variable)] = (variable, shadow)
                continue
            shadow = held[1]
            shadow.assign_sub((shadow - variable) * (1.0 - decay))

    def average(self, var):
        """The shadow of `var`, or None."""
        held = self._shadows.get(id(var))
        return None if held is None else held[1]

    def average_name(self, var) -> str:
        return f"{var._shared_name}/{self._name}"


__all__ = ["ExponentialMovingAverage"]
