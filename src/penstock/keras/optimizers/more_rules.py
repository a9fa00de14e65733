"""Ftrl, Lion, Rprop and Adafactor. Equations: `penstock.optim.rules`."""

from __future__ import annotations

from penstock.api import math
from penstock.api.scopes import tensor
from penstock.keras.optimizers.base import Optimizer
from penstock.keras.optimizers.rules import FAMILY
from penstock.optim import rules


@FAMILY.add("ftrl")
class Ftrl(Optimizer):
    """Follow the regularised leader; McMahan et al. (2013)."""

    l1_regularization_strength: float
    l2_regularization_strength: float
    l2_shrinkage_regularization_strength: float

    def __init__(
        self, learning_rate=0.001, learning_rate_power=-0.5,
        initial_accumulator_value=0.1, l1_regularization_strength=0.0,
        l2_regularization_strength=0.0, l2_shrinkage_regularization_strength=0.0,
        beta=0.0, *, name="Ftrl", **kwargs,
    ):  # fmt: skip
        super().__init__(name=name, learning_rate=learning_rate, **kwargs)
        if initial_accumulator_value < 0.0:
            raise ValueError(
                "`initial_accumulator_value` needs to be positive or zero. Received: "
                f"initial_accumulator_value={initial_accumulator_value}."
            )
        if learning_rate_power > 0.0:
            raise ValueError(
                "`learning_rate_power` needs to be negative or zero. Received: "
                f"learning_rate_power={learning_rate_power}."
            )
        strengths = {
            "l1_regularization_strength": l1_regularization_strength,
            "l2_regularization_strength": l2_regularization_strength,
            "l2_shrinkage_regularization_strength": (
                l2_shrinkage_regularization_strength
            ),
        }
        for label, value in strengths.items():
            if value < 0.0:
                raise ValueError(
                    f"`{label}` needs to be positive or zero, not {value}."
                )
            setattr(self, label, value)
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.beta = beta

    def _make_slots(self, var_list):
        self._sum, self._linear = [], []
        for variable in var_list:
            first = self.initial_accumulator_value
            ((total,),) = self._slots([variable], "accumulator", initial=first)
            ((linear,),) = self._slots([variable], "linear")
            self._sum.append(total)
            self._linear.append(linear)

    def update_step(self, gradient, variable):
        i = self._index(variable)
        slots = (self._sum[i], self._linear[i])
        total, linear = (s.read_value() for s in slots)
        new, *rest = rules.ftrl(
            variable.read_value(), gradient, total, linear,
            self._rate(variable.dtype.base_dtype), float(self.learning_rate_power),
            float(self.l1_regularization_strength),
            float(self.l2_regularization_strength),
            float(self.l2_shrinkage_regularization_strength), float(self.beta),
        )  # fmt: skip
        self._put(variable, new, *zip(slots, rest, strict=True))

    def get_config(self):
        names = (
            "learning_rate_power", "initial_accumulator_value",
            "l1_regularization_strength", "l2_regularization_strength",
            "l2_shrinkage_regularization_strength", "beta",
        )  # fmt: skip
        return {**super().get_config(), **{n: getattr(self, n) for n in names}}


@FAMILY.add("lion")
class Lion(Optimizer):
    """Evolved sign momentum; Chen et al. (2023)."""

    def __init__(self, learning_rate=0.0001, beta_1=0.9, beta_2=0.99, *, name="Lion",
                 **kwargs):  # fmt: skip
        super().__init__(name=name, learning_rate=learning_rate, **kwargs)
        if beta_1 <= 0 or beta_1 > 1:
            raise ValueError(
                f"beta_1={beta_1} must be between ]0, 1]. Otherwise, the optimizer "
                "degenerates to SignSGD."
            )
        self.beta_1, self.beta_2 = beta_1, beta_2

    def _make_slots(self, var_list):
        (self._m,) = self._slots(var_list, "m")

    def update_step(self, gradient, variable):
        slot = self._m[self._index(variable)]
        new, m = rules.lion(
            variable.read_value(), gradient, slot.read_value(),
            self._rate(variable.dtype.base_dtype), float(self.beta_1),
            float(self.beta_2),
        )  # fmt: skip
        self._put(variable, new, (slot, m))

    def get_config(self):
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2}


@FAMILY.add("rprop")
class Rprop(Optimizer):
    """Resilient back-propagation; Riedmiller and Braun (1993). Beyond Keras.

    Only the sign of a gradient counts. Each weight's step starts at `learning_rate`,
    grows by `increase` while the sign stays and shrinks by `decrease` when it changes,
    within [`smallest`, `largest`]. Meant for full batches.
    """

    def __init__(self, learning_rate=0.01, increase=1.2, decrease=0.5, smallest=1e-6,
                 largest=50.0, *, name="Rprop", **kwargs):  # fmt: skip
        if not 0 < decrease < 1 < increase:
            raise ValueError(
                "Rprop needs 0 < decrease < 1 < increase; received "
                f"decrease={decrease}, increase={increase}."
            )
        super().__init__(name=name, learning_rate=learning_rate, **kwargs)
        self.increase, self.decrease = increase, decrease
        self.smallest, self.largest = smallest, largest

    def _make_slots(self, var_list):
        first = float(self._serialize_rate())
        self._step, self._last = [], []
        for variable in var_list:
            ((step,),) = self._slots([variable], "step", initial=first)
            ((last,),) = self._slots([variable], "last")
            self._step.append(step)
            self._last.append(last)

    def update_step(self, gradient, variable):
        i = self._index(variable)
        slots = (self._step[i], self._last[i])
        step, last = (s.read_value() for s in slots)
        new, *rest = rules.rprop(
            variable.read_value(), gradient, step, last,
            float(self.increase), float(self.decrease), float(self.smallest),
            float(self.largest),
        )  # fmt: skip
        self._put(variable, new, *zip(slots, rest, strict=True))

    def get_config(self):
        names = ("increase", "decrease", "smallest", "largest")
        return {**super().get_config(), **{n: getattr(self, n) for n in names}}


@FAMILY.add("adafactor")
class Adafactor(Optimizer):
    """Second moments in the memory of a row and a column; Shazeer and Stern (2018)."""

    def __init__(
        self, learning_rate=0.001, beta_2_decay=-0.8, epsilon_1=1e-30, epsilon_2=1e-3,
        clip_threshold=1.0, relative_step=True, *, name="Adafactor", **kwargs,
    ):  # fmt: skip
        super().__init__(name=name, learning_rate=learning_rate, **kwargs)
        self.beta_2_decay, self.relative_step = beta_2_decay, relative_step
        self.epsilon_1, self.epsilon_2 = epsilon_1, epsilon_2
        self.clip_threshold = clip_threshold

    def _make_slots(self, var_list):
        self._r, self._c, self._v = [], [], []
        for variable in var_list:
            shape = variable.shape.as_list()
            r = c = None
            if len(shape) >= 2:
                r = self.add_variable_from_reference(variable, "r", shape[:-1])
                c = self.add_variable_from_reference(
                    variable, "c", [*shape[:-2], shape[-1]]
                )
            self._r.append(r)
            self._c.append(c)
            self._v.append(self.add_variable_from_reference(variable, "v"))

    def update_step(self, gradient, variable):
        kind, i = variable.dtype.base_dtype, self._index(variable)
        slots = (self._r[i], self._c[i], self._v[i])
        step = math.cast(self._iterations.read_value() + 1, kind)
        rate = self._rate(kind)
        if self.relative_step:
            rate = math.minimum(rate, 1.0 / math.sqrt(step))
        power = tensor(float(self.beta_2_decay), kind)
        rows, columns, v = (None if s is None else s.read_value() for s in slots)
        new, *rest = rules.adafactor(
            variable.read_value(), gradient, rows, columns, v, rate,
            1.0 - math.pow(step, power), float(self.epsilon_1), float(self.epsilon_2),
            float(self.clip_threshold),
        )  # fmt: skip
        self._put(variable, new, *zip(slots, rest, strict=True))

    def get_config(self):
        names = ("beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold",
                 "relative_step")  # fmt: skip
        return {**super().get_config(), **{n: getattr(self, n) for n in names}}
