"""Keras' optimizers: their options and slots. Equations: `penstock.optim.rules`."""

from __future__ import annotations

import numpy as np

from penstock.api import array, math
from penstock.core.dtypes import float32
from penstock.keras.optimizers.base import Optimizer
from penstock.keras.registry import Family
from penstock.optim import rules

FAMILY = Family("optimizer", "keras.optimizers")


class _Powers(Optimizer):
    """Optimizers that need powers of their betas."""

    def _power(self, beta: float, kind, ahead: int = 1):
        """beta to the number of this step."""
        step = math.cast(self._iterations.read_value() + ahead, kind)
        return math.pow(math.cast(beta, kind), step)


@FAMILY.add("sgd")
class SGD(Optimizer):
    """w - lr·g, with momentum. Polyak (1964), Sutskever et al. (2013)."""

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, *,
                 name="SGD", **kwargs):  # fmt: skip
        super().__init__(name=name, learning_rate=learning_rate, **kwargs)
        if isinstance(momentum, int | float) and not 0 <= momentum <= 1:
            raise ValueError("`momentum` must be between [0, 1].")
        self.momentum, self.nesterov = momentum, nesterov

    def _make_slots(self, var_list):
        (self._m,) = self._slots(var_list, "m")

    def update_step(self, gradient, variable):
        lr, w = self._rate(variable.dtype.base_dtype), variable.read_value()
        if not self.momentum:
            self._put(variable, rules.sgd(w, gradient, lr))
            return
        slot = self._m[self._index(variable)]
        new, m = rules.momentum(
            w, gradient, slot.read_value(), lr, float(self.momentum), self.nesterov
        )
        self._put(variable, new, (slot, m))

    def get_config(self):
        return {
            **super().get_config(), "momentum": self.momentum, "nesterov": self.nesterov
        }  # fmt: skip


@FAMILY.add("adam")
class Adam(_Powers):
    """Kingma and Ba (2015); `amsgrad`: Reddi et al. (2018)."""

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7,
                 adaptive_epsilon=False, amsgrad=False, *, name="Adam",
                 **kwargs):  # fmt: skip
        super().__init__(name=name, learning_rate=learning_rate, **kwargs)
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.epsilon = 1e-7 if epsilon is None else epsilon
        # Keras before 2.11 had `amsgrad` in this place.
        self.adaptive_epsilon, self.amsgrad = adaptive_epsilon, amsgrad

    def _make_slots(self, var_list):
        self._m, self._v = self._slots(var_list, "m", "v")
        self._most = [None] * len(var_list)
        if self.amsgrad:
            (self._most,) = self._slots(var_list, "vhat")

    def update_step(self, gradient, variable):
        kind, i = variable.dtype.base_dtype, self._index(variable)
        m, v, most = self._m[i], self._v[i], self._most[i]
        new, *rest = rules.adam(
            variable.read_value(), gradient, m.read_value(), v.read_value(),
            None if most is None else most.read_value(), self._rate(kind),
            float(self.beta_1), float(self.beta_2), self._power(self.beta_1, kind),
            self._power(self.beta_2, kind), float(self.epsilon), self.adaptive_epsilon,
        )  # fmt: skip
        self._put(variable, new, *zip((m, v, most), rest, strict=True))

    def get_config(self):
        return {
            **super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2,
            "epsilon": self.epsilon, "amsgrad": self.amsgrad,
        }  # fmt: skip


@FAMILY.add("adamw")
class AdamW(Adam):
    """Adam with decoupled weight decay; Loshchilov and Hutter (2019)."""

    def __init__(self, learning_rate=0.001, weight_decay=0.004, beta_1=0.9,
                 beta_2=0.999, epsilon=1e-7, amsgrad=False, *, name="AdamW",
                 **kwargs):  # fmt: skip
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, False, amsgrad, name=name,
            weight_decay=weight_decay, **kwargs,
        )  # fmt: skip
        if self.weight_decay is None:
            raise ValueError("Missing value of `weight_decay` which is required.")


@FAMILY.add("adamax")
class Adamax(_Powers):
    """Adam with the infinity norm; Kingma and Ba (2015)."""

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, *,
                 name="Adamax", **kwargs):  # fmt: skip
        super().__init__(name=name, learning_rate=learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def _make_slots(self, var_list):
        self._m, self._u = self._slots(var_list, "m", "u")

    def update_step(self, gradient, variable):
        kind, i = variable.dtype.base_dtype, self._index(variable)
        m, u = self._m[i], self._u[i]
        new, *rest = rules.adamax(
            variable.read_value(), gradient, m.read_value(), u.read_value(),
            self._rate(kind), float(self.beta_1), float(self.beta_2),
            self._power(self.beta_1, kind), float(self.epsilon),
        )  # fmt: skip
        self._put(variable, new, *zip((m, u), rest, strict=True))

    def get_config(self):
        return {
            **super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }  # fmt: skip


@FAMILY.add("nadam")
class Nadam(_Powers):
    """Adam with Nesterov momentum; Dozat (2016)."""

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, *,
                 name="Nadam", **kwargs):  # fmt: skip
        super().__init__(name=name, learning_rate=learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def _make_slots(self, var_list):
        from penstock.keras.optimizers.state import fresh_variable

        # The product of all momenta so far; Keras 2 stores it in checkpoints only.
        self._product = fresh_variable(np.ones((), np.float32), "u_product", float32)
        self._m, self._v = self._slots(var_list, "m", "v")

    def _kept_besides(self):
        return {"_u_product": self._product} if self.built else {}

    def _momentum_at(self, ahead: int):
        step = math.cast(self._iterations.read_value() + ahead, float32)
        return self.beta_1 * (1.0 - 0.5 * math.pow(math.cast(0.96, float32), step))

    def _before(self, variables):
        self._now, self._ahead = self._momentum_at(1), self._momentum_at(2)
        self._so_far = self._product.read_value()
        self._seen = 0

    def _next_product(self):
        """The product of momenta that this variable sees.

        It should grow once a step. In a compiled step of tf_keras 2.21 it grows with
        each variable, but for one step of each: that of the variable's number, later
        by the number of variables where the first step made the slots (observed; eager
        steps do it right). The same here, so that `fit` gives tf_keras' numbers.
        """
        grown = self._so_far * self._now
        if self._traced_for_eager:
            if not self._seen:
                self._so_far = grown
        else:
            step = self._iterations.read_value() + 1
            late = len(self._trained) if self._built_in_passing else 0
            kept = math.equal(step, np.int64(self._seen + late))
            self._so_far = array.where(kept, self._so_far, grown)
        self._seen += 1
        return self._so_far

    def _after(self, variables):
        self._assign(self._product, self._so_far)

    def update_step(self, gradient, variable):
        kind, i = variable.dtype.base_dtype, self._index(variable)
        m, v = self._m[i], self._v[i]
        new, *rest = rules.nadam(
            variable.read_value(), gradient, m.read_value(), v.read_value(),
            self._rate(kind), float(self.beta_1), float(self.beta_2),
            self._power(self.beta_2, kind), math.cast(self._now, kind),
            math.cast(self._ahead, kind), math.cast(self._next_product(), kind),
            float(self.epsilon),
        )  # fmt: skip
        self._put(variable, new, *zip((m, v), rest, strict=True))

    def get_config(self):
        return {
            **super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }  # fmt: skip


@FAMILY.add("rmsprop")
class RMSprop(Optimizer):
    """Gradients over the root of their mean square; Tieleman and Hinton (2012)."""

    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7,
                 centered=False, *, ema_overwrite_frequency=100, name="RMSprop",
                 **kwargs):  # fmt: skip
        super().__init__(name=name, learning_rate=learning_rate,
                         ema_overwrite_frequency=ema_overwrite_frequency,
                         **kwargs)  # fmt: skip
        self.rho, self.momentum = rho, momentum
        self.epsilon = 1e-7 if epsilon is None else epsilon
        self.centered = centered

    def _make_slots(self, var_list):
        none = [None] * len(var_list)
        (self._v,) = self._slots(var_list, "velocity")
        self._mom, self._mean = none, none
        if self.momentum > 0:
            (self._mom,) = self._slots(var_list, "momentum")
        if self.centered:
            (self._mean,) = self._slots(var_list, "average_gradient")

    def update_step(self, gradient, variable):
        i = self._index(variable)
        slots = (self._v[i], self._mom[i], self._mean[i])
        v, mom, mean = (None if s is None else s.read_value() for s in slots)
        new, *rest = rules.rmsprop(
            variable.read_value(), gradient, v, mom, mean,
            self._rate(variable.dtype.base_dtype), float(self.rho),
            float(self.momentum), float(self.epsilon),
        )  # fmt: skip
        self._put(variable, new, *zip(slots, rest, strict=True))

    def get_config(self):
        return {
            **super().get_config(), "rho": self.rho, "momentum": self.momentum,
            "epsilon": self.epsilon, "centered": self.centered,
        }  # fmt: skip


@FAMILY.add("adagrad")
class Adagrad(Optimizer):
    """Gradients over the root of the sum of their squares; Duchi et al. (2011)."""

    def __init__(self, learning_rate=0.001, initial_accumulator_value=0.1,
                 epsilon=1e-7, *, name="Adagrad", **kwargs):  # fmt: skip
        super().__init__(name=name, learning_rate=learning_rate, **kwargs)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def _make_slots(self, var_list):
        first = self.initial_accumulator_value
        (self._sum,) = self._slots(var_list, "accumulator", initial=first)

    def update_step(self, gradient, variable):
        slot = self._sum[self._index(variable)]
        new, total = rules.adagrad(
            variable.read_value(), gradient, slot.read_value(),
            self._rate(variable.dtype.base_dtype), float(self.epsilon),
        )  # fmt: skip
        self._put(variable, new, (slot, total))

    def get_config(self):
        return {
            **super().get_config(),
            "initial_accumulator_value": self.initial_accumulator_value,
            "epsilon": self.epsilon,
        }  # fmt: skip


@FAMILY.add("adadelta")
class Adadelta(Optimizer):
    """Steps in the units of the weights; Zeiler (2012)."""

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7, *,
                 name="Adadelta", **kwargs):  # fmt: skip
        super().__init__(name=name, learning_rate=learning_rate, **kwargs)
        self.rho, self.epsilon = rho, epsilon

    def _make_slots(self, var_list):
        self._grads, self._deltas = self._slots(
            var_list, "accumulated_grad", "accumulated_delta_var"
        )

    def update_step(self, gradient, variable):
        i = self._index(variable)
        slots = (self._grads[i], self._deltas[i])
        grads, deltas = (s.read_value() for s in slots)
        new, *rest = rules.adadelta(
            variable.read_value(), gradient, grads, deltas,
            self._rate(variable.dtype.base_dtype), float(self.rho), float(self.epsilon),
        )  # fmt: skip
        self._put(variable, new, *zip(slots, rest, strict=True))

    def get_config(self):
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}
