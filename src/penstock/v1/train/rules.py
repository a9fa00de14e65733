"""The optimizers of `tf.train`: names, slots and numbers of each update rule."""

from __future__ import annotations

from typing import Any

from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.v1.train.optimizer import Optimizer, RuleOptimizer


class GradientDescentOptimizer(RuleOptimizer):
    """w <- w - lr * g. As `tf.train.GradientDescentOptimizer`."""

    rule = "GradientDescent"

    def __init__(self, learning_rate, use_locking=False, name="GradientDescent"):
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate

    def _scalars(self):
        return {"learning_rate": self._learning_rate}

    def _numbers(self, kind):
        return {"alpha": super()._numbers(kind)["learning_rate"]}

    def _gradient_args(self, grad):
        return {"delta": grad}

    def _apply_sparse(self, grad, var):
        rate = self._numbers(var.dtype.base_dtype)["alpha"]
        return var.scatter_sub(
            type(grad)(grad.values * rate, grad.indices, grad.dense_shape),
            use_locking=self._use_locking,
        ).op

    def _resource_apply_sparse(self, grad, handle, indices):
        rate = self._numbers(handle.dtype.base_dtype)["alpha"]
        return TABLE["ResourceScatterAdd"](
            handle._ref(), indices, -(grad * rate), dtype=handle.dtype.base_dtype
        )


class MomentumOptimizer(RuleOptimizer):
    """v <- momentum * v + g; w <- w - lr * v. As `tf.train.MomentumOptimizer`."""

    rule = "Momentum"
    slots = (("momentum", "Momentum"),)

    def __init__(
        self, learning_rate, momentum, use_locking=False, name="Momentum",
        use_nesterov=False,
    ):  # fmt: skip
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._momentum = momentum
        self.options = {"use_nesterov": use_nesterov}

    def _create_slots(self, var_list):
        for var in var_list:
            self._zeros_slot(var, "momentum", self._name)

    def _scalars(self):
        return {"learning_rate": self._learning_rate, "momentum": self._momentum}

    def _numbers(self, kind):
        numbers = super()._numbers(kind)
        return {"lr": numbers["learning_rate"], "momentum": numbers["momentum"]}


class AdagradOptimizer(RuleOptimizer):
    """V <- V + g²; w <- w - lr * g / sqrt(V). As `tf.train.AdagradOptimizer`."""

    rule = "Adagrad"
    slots = (("accumulator", "Adagrad"),)

    def __init__(
        self, learning_rate, initial_accumulator_value=0.1, use_locking=False,
        name="Adagrad",
    ):  # fmt: skip
        if initial_accumulator_value <= 0.0:
            raise ValueError(
                "initial_accumulator_value must be positive: "
                f"{initial_accumulator_value}"
            )
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial = initial_accumulator_value

    def _create_slots(self, var_list):
        for var in var_list:
            self._slot(var, "accumulator", self._name, lambda: float(self._initial))

    def _scalars(self):
        return {"learning_rate": self._learning_rate}

    def _numbers(self, kind):
        return {"lr": super()._numbers(kind)["learning_rate"]}


class AdadeltaOptimizer(RuleOptimizer):
    """As `tf.train.AdadeltaOptimizer`; Zeiler (2012)."""

    rule = "Adadelta"
    slots = (("accum", "Adadelta"), ("accum_update", "Adadelta"))

    def __init__(
        self, learning_rate=0.001, rho=0.95, epsilon=1e-8, use_locking=False,
        name="Adadelta",
    ):  # fmt: skip
        super().__init__(use_locking, name)
        self._numbers_given = {"lr": learning_rate, "rho": rho, "epsilon": epsilon}

    def _create_slots(self, var_list):
        for var in var_list:
            for slot, _ in self.slots:
                self._zeros_slot(var, slot, self._name)

    def _scalars(self):
        return self._numbers_given


class AdamOptimizer(RuleOptimizer):
    """As `tf.train.AdamOptimizer`; Kingma and Ba (2015)."""

    rule = "Adam"
    slots = (("m", "Adam"), ("v", "Adam"))
    dense_only = True

    def __init__(
        self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8,
        use_locking=False, name="Adam",
    ):  # fmt: skip
        super().__init__(use_locking, name)
        self._lr, self._beta1, self._beta2 = learning_rate, beta1, beta2
        self._epsilon = epsilon

    def _create_slots(self, var_list):
        first = min(var_list, key=lambda v: v.name)
        for name, value in (("beta1_power", self._beta1), ("beta2_power", self._beta2)):
            self._create_non_slot_variable(
                self._call_if_callable(value), name, colocate_with=first
            )
        for var in var_list:
            self._zeros_slot(var, "m", self._name)
            self._zeros_slot(var, "v", self._name)

    def _get_beta_accumulators(self) -> tuple[Any, ...]:
        graph = context.landing()
        return tuple(
            self._get_non_slot_variable(n, graph)
            for n in ("beta1_power", "beta2_power")
        )

    def _scalars(self):
        return {
            "learning_rate": self._lr, "beta1": self._beta1, "beta2": self._beta2,
            "epsilon": self._epsilon,
        }  # fmt: skip

    def _numbers(self, kind):
        numbers = super()._numbers(kind)
        numbers["lr"] = numbers.pop("learning_rate")
        return numbers

    def _extra(self, var) -> dict[str, Any]:
        powers = zip(
            ("beta1_power", "beta2_power"), self._get_beta_accumulators(), strict=True
        )
        kind = var.dtype.base_dtype
        return {name: _in_dtype(power, kind) for name, power in powers}

    def _advance(self) -> list:
        moved = []
        for power, beta in zip(
            self._get_beta_accumulators(), ("beta1", "beta2"), strict=True
        ):
            new = power * _in_dtype(self._tensors[beta], power.dtype.base_dtype)
            moved.append(power.assign(new, use_locking=self._use_locking))
        return moved

    def _finish(self, update_ops, name_scope):
        graph = context.landing()
        nodes = [u.op if isinstance(u, Tensor) else u for u in update_ops]
        with graph.control_dependencies(nodes):
            nodes += [assigned.op for assigned in self._advance()]
        return super()._finish(nodes, name_scope)


class RMSPropOptimizer(RuleOptimizer):
    """As `tf.train.RMSPropOptimizer`; Tieleman and Hinton (2012)."""

    def __init__(
        self, learning_rate, decay=0.9, momentum=0.0, epsilon=1e-10, use_locking=False,
        centered=False, name="RMSProp",
    ):  # fmt: skip
        super().__init__(use_locking, name)
        self._given = {
            "learning_rate": learning_rate, "decay": decay, "momentum": momentum,
            "epsilon": epsilon,
        }  # fmt: skip
        self._centered = centered
        self.rule = "CenteredRMSProp" if centered else "RMSProp"
        own = (("rms", name), ("momentum", name))
        self.slots = (("mg", name), *own) if centered else own

    def _create_slots(self, var_list):
        for var in var_list:
            self._slot(var, "rms", self._name, lambda: 1.0)
            if self._centered:
                self._zeros_slot(var, "mg", self._name)
            self._zeros_slot(var, "momentum", self._name)

    def _scalars(self):
        return self._given

    def _numbers(self, kind):
        numbers = super()._numbers(kind)
        numbers["lr"], numbers["rho"] = numbers["learning_rate"], numbers["decay"]
        return numbers


class FtrlOptimizer(RuleOptimizer):
    """As `tf.train.FtrlOptimizer`; McMahan et al. (2013)."""

    slots = (("accum", "Ftrl"), ("linear", "Ftrl"))

    def __init__(
        self, learning_rate, learning_rate_power=-0.5, initial_accumulator_value=0.1,
        l1_regularization_strength=0.0, l2_regularization_strength=0.0,
        use_locking=False, name="Ftrl", accum_name=None, linear_name=None,
        l2_shrinkage_regularization_strength=0.0, beta=None,
    ):  # fmt: skip
        _refuse(
            initial_accumulator_value=initial_accumulator_value,
            l1_regularization_strength=l1_regularization_strength,
            l2_regularization_strength=l2_regularization_strength,
            l2_shrinkage_regularization_strength=l2_shrinkage_regularization_strength,
        )
        if learning_rate_power > 0:
            raise ValueError(
                f"learning_rate_power must be zero or negative: {learning_rate_power}"
            )
        super().__init__(use_locking, name)
        self._given = {
            "lr": learning_rate,
            "l1": l1_regularization_strength,
            # TensorFlow adds beta / (2 lr) to the L2 strength.
            "l2": l2_regularization_strength + (beta or 0.0) / (2.0 * learning_rate)
            if beta
            else l2_regularization_strength,
            "lr_power": learning_rate_power,
        }
        self.rule = "Ftrl"
        if l2_shrinkage_regularization_strength > 0:
            self.rule = "FtrlV2"
            self._given["l2_shrinkage"] = l2_shrinkage_regularization_strength
        self._initial = float(initial_accumulator_value)
        self._slot_names = (accum_name or name, linear_name or name)

    def _create_slots(self, var_list):
        for var in var_list:
            self._slot(var, "accum", self._slot_names[0], lambda: self._initial)
            self._zeros_slot(var, "linear", self._slot_names[1])

    def _scalars(self):
        return self._given


class ProximalGradientDescentOptimizer(RuleOptimizer):
    """As `tf.train.ProximalGradientDescentOptimizer`; Duchi and Singer (2009)."""

    rule = "ProximalGradientDescent"

    def __init__(
        self, learning_rate, l1_regularization_strength=0.0,
        l2_regularization_strength=0.0, use_locking=False,
        name="ProximalGradientDescent",
    ):  # fmt: skip
        super().__init__(use_locking, name)
        self._given = {
            "alpha": learning_rate,
            "l1": l1_regularization_strength,
            "l2": l2_regularization_strength,
        }

    def _scalars(self):
        return self._given


class ProximalAdagradOptimizer(RuleOptimizer):
    """As `tf.train.ProximalAdagradOptimizer`."""

    rule = "ProximalAdagrad"
    slots = (("accumulator", "ProximalAdagrad"),)

    def __init__(
        self, learning_rate, initial_accumulator_value=0.1,
        l1_regularization_strength=0.0, l2_regularization_strength=0.0,
        use_locking=False, name="ProximalAdagrad",
    ):  # fmt: skip
        if initial_accumulator_value <= 0.0:
            raise ValueError(
                "initial_accumulator_value must be positive: "
                f"{initial_accumulator_value}"
            )
        super().__init__(use_locking, name)
        self._initial = float(initial_accumulator_value)
        self._given = {
            "lr": learning_rate,
            "l1": l1_regularization_strength,
            "l2": l2_regularization_strength,
        }

    def _create_slots(self, var_list):
        for var in var_list:
            self._slot(var, "accumulator", self._name, lambda: self._initial)

    def _scalars(self):
        return self._given


class RpropOptimizer(RuleOptimizer):
    """Resilient back-propagation: Riedmiller and Braun (1993). Beyond TensorFlow.

    Only the sign of a gradient counts. Each weight's step starts at `learning_rate`,
    grows by `increase` while the sign stays and shrinks by `decrease` when it changes,
    within [`smallest`, `largest`]. Meant for full batches.
    """

    rule = "Rprop"
    slots = (("step", "Rprop"), ("last", "Rprop"))
    dense_only = True

    def __init__(
        self, learning_rate=0.01, increase=1.2, decrease=0.5, smallest=1e-6,
        largest=50.0, use_locking=False, name="Rprop",
    ):  # fmt: skip
        if not 0 < decrease < 1 < increase:
            raise ValueError(
                "Rprop needs 0 < decrease < 1 < increase; received "
                f"decrease={decrease}, increase={increase}."
            )
        super().__init__(use_locking, name)
        self._first = float(learning_rate)
        self._given = {
            "increase": increase, "decrease": decrease,
            "smallest": smallest, "largest": largest,
        }  # fmt: skip

    def _create_slots(self, var_list):
        for var in var_list:
            self._slot(var, "step", self._name, lambda: self._first)
            self._zeros_slot(var, "last", self._name)

    def _scalars(self):
        return self._given


def _in_dtype(value, kind):
    if value.dtype.base_dtype is kind:
        return value
    tensor = as_tensor(context.landing(), value, None, None)
    return TABLE["Cast"](tensor, DstT=kind)


def _refuse(**strengths: float) -> None:
    for name, value in strengths.items():
        if value < 0:
            raise ValueError(f"{name} must be positive or zero: {value}")


__all__ = [
    "AdadeltaOptimizer", "AdagradOptimizer", "AdamOptimizer", "FtrlOptimizer",
    "GradientDescentOptimizer", "MomentumOptimizer", "Optimizer",
    "ProximalAdagradOptimizer", "ProximalGradientDescentOptimizer",
    "RMSPropOptimizer", "RpropOptimizer",
]  # fmt: skip
