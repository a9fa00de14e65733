"""`tf.contrib.opt`: decoupled weight decay, Nadam, AdaMax, moving averages, SciPy."""

from __future__ import annotations

from typing import Any

from penstock.api import math_functions as m
from penstock.api import operators  # noqa: F401  (arithmetic of tensors)
from penstock.api.clip import clip_by_global_norm
from penstock.api.control_flow import group
from penstock.api.math_arithmetic import maximum
from penstock.api.scopes import tensor
from penstock.ir import context
from penstock.v1 import train
from penstock.v1.contrib_opt_external import (
    ExternalOptimizerInterface,
    ScipyOptimizerInterface,
)
from penstock.v1.train.optimizer import Optimizer, shape_tensor
from penstock.v1.variable_lists import global_variables


class DecoupledWeightDecayExtension:
    """Beside an optimizer: w loses weight_decay · w in each step, before its update.

    Loshchilov and Hutter (2017). `decay_var_list` of `minimize` names what decays.
    """

    def __init__(self, weight_decay, **kwargs):
        self._decay_vars: set[int] | None = None
        self._weight_decay = weight_decay
        super().__init__(**kwargs)

    def minimize(
        self, loss, global_step=None, var_list=None, gate_gradients=1,
        aggregation_method=None, colocate_gradients_with_ops=False, name=None,
        grad_loss=None, decay_var_list=None,
    ):  # fmt: skip
        self._choose(decay_var_list)
        base: Any = super()
        return base.minimize(
            loss, global_step, var_list, gate_gradients, aggregation_method,
            colocate_gradients_with_ops, name, grad_loss,
        )  # fmt: skip

    def apply_gradients(
        self, grads_and_vars, global_step=None, name=None, decay_var_list=None
    ):
        if decay_var_list is not None:
            self._choose(decay_var_list)
        pairs = list(grads_and_vars)
        decay = self._weight_decay
        decay = decay() if callable(decay) else decay
        rows = []
        for grad, var in pairs:
            chosen = self._decay_vars is None or id(var) in self._decay_vars
            if grad is not None and chosen:
                shrunk = tensor(decay, var.dtype.base_dtype) * var
                # The gradients were taken at the undecayed weights.
                with context.landing().control_dependencies([_values(grad)]):
                    rows.append(var.assign_sub(shrunk).op)
        base: Any = super()
        with context.landing().control_dependencies(rows):
            return base.apply_gradients(pairs, global_step, name)

    def _choose(self, variables) -> None:
        self._decay_vars = None if not variables else {id(v) for v in variables}


def _values(grad):
    return getattr(grad, "values", grad)


def extend_with_decoupled_weight_decay(base_optimizer):
    """A class: `base_optimizer` with decoupled weight decay as first argument."""

    class Extended(DecoupledWeightDecayExtension, base_optimizer):
        def __init__(self, weight_decay, *args, **kwargs):
            names = _arguments(base_optimizer)
            super().__init__(
                weight_decay, **dict(zip(names, args, strict=False)), **kwargs
            )

    Extended.__name__ = f"{base_optimizer.__name__}WithDecoupledWeightDecay"
    return Extended


def _arguments(kind) -> list[str]:
    import inspect

    return [n for n in inspect.signature(kind.__init__).parameters if n != "self"]


class AdamWOptimizer(DecoupledWeightDecayExtension, train.AdamOptimizer):
    """Adam with decoupled weight decay."""

    def __init__(
        self, weight_decay, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08,
        use_locking=False, name="AdamW",
    ):  # fmt: skip
        super().__init__(
            weight_decay, learning_rate=learning_rate, beta1=beta1, beta2=beta2,
            epsilon=epsilon, use_locking=use_locking, name=name,
        )  # fmt: skip


class MomentumWOptimizer(DecoupledWeightDecayExtension, train.MomentumOptimizer):
    """Momentum with decoupled weight decay."""

    def __init__(
        self, weight_decay, learning_rate, momentum, use_locking=False,
        name="MomentumW", use_nesterov=False,
    ):  # fmt: skip
        super().__init__(
            weight_decay, learning_rate=learning_rate, momentum=momentum,
            use_locking=use_locking, name=name, use_nesterov=use_nesterov,
        )  # fmt: skip


class _ByHand(Optimizer):
    """An Adam-like rule in tensors: moments `m`, `v` and powers of the betas."""

    def __init__(
        self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8,
        use_locking=False, name="Adam",
    ):  # fmt: skip
        super().__init__(use_locking, name)
        self._rate, self._beta1, self._beta2 = learning_rate, beta1, beta2
        self._epsilon = epsilon

    def _create_slots(self, var_list):
        first = min(var_list, key=lambda v: v.name)
        self._create_non_slot_variable(self._beta1, "beta1_power", first)
        self._create_non_slot_variable(self._beta2, "beta2_power", first)
        for var in var_list:
            self._zeros_slot(var, "m", self._name)
            self._zeros_slot(var, "v", self._name)

    def _powers(self) -> tuple[Any, ...]:
        graph = context.landing()
        return tuple(
            self._get_non_slot_variable(f"beta{i}_power", graph) for i in (1, 2)
        )

    def _apply_dense(self, grad, var):
        rate = self._rate() if callable(self._rate) else self._rate
        kind = var.dtype.base_dtype
        moments: list[Any] = [self.get_slot(var, "m"), self.get_slot(var, "v")]
        new_m, new_v, step = self._changes(
            grad, var, moments[0], moments[1], tensor(rate, kind)
        )
        slots = [
            moments[0].assign(new_m, use_locking=self._use_locking),
            moments[1].assign(new_v, use_locking=self._use_locking),
        ]
        moved = var.assign_sub(step, use_locking=self._use_locking)
        return group(moved, *slots)

    def _resource_apply_dense(self, grad, handle):
        return self._apply_dense(grad, handle)

    def _apply_sparse(self, grad, var):
        from penstock.api.math_segment import unsorted_segment_sum

        count = var.shape.as_list()[0]
        dense = unsorted_segment_sum(grad.values, grad.indices, count)
        return self._apply_dense(dense, var)

    def _resource_apply_sparse(self, grad, handle, indices):
        from penstock.ir.indexed_slices import IndexedSlices

        return self._apply_sparse(IndexedSlices(grad, indices), handle)

    def _changes(self, grad, var, first, second, rate) -> tuple[Any, Any, Any]:
        raise NotImplementedError

    def _finish(self, update_ops, name_scope):
        one, two = self._powers()
        with context.landing().control_dependencies(update_ops):
            counted = [
                one.assign(one * self._beta1, use_locking=self._use_locking),
                two.assign(two * self._beta2, use_locking=self._use_locking),
            ]
        return group(*update_ops, *counted, name=name_scope)


class NadamOptimizer(_ByHand):
    """Adam with Nesterov's momentum; Dozat (2015)."""

    def __init__(
        self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8,
        use_locking=False, name="Adam",
    ):  # fmt: skip
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)

    def _changes(self, grad, var, first, second, rate):
        one, two = self._powers()
        new_m = first * self._beta1 + grad * (1 - self._beta1)
        new_v = second * self._beta2 + m.square(grad) * (1 - self._beta2)
        rate = rate * m.sqrt(1.0 - two) / (1.0 - one)
        ahead = new_m * self._beta1 + grad * (1 - self._beta1)
        return new_m, new_v, rate * ahead / (m.sqrt(new_v) + self._epsilon)


class AdaMaxOptimizer(_ByHand):
    """Adam by the largest gradient; Kingma and Ba (2015), algorithm 2."""

    def __init__(
        self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8,
        use_locking=False, name="AdaMax",
    ):  # fmt: skip
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)

    def _changes(self, grad, var, first, second, rate):
        one, _ = self._powers()
        new_m = first * self._beta1 + grad * (1 - self._beta1)
        new_v = maximum(second * self._beta2, m.abs(grad))
        return new_m, new_v, rate / (1.0 - one) * new_m / (new_v + self._epsilon)


class LazyAdamOptimizer(train.AdamOptimizer):
    """Adam whose moments of rows without a gradient stay as they are."""

    def _apply_sparse(self, grad, var):
        from penstock.v1.assign import scatter_update

        graph = context.landing()
        kind = var.dtype.base_dtype
        powers: Any = [
            self._get_non_slot_variable(f"beta{i}_power", graph) for i in (1, 2)
        ]
        one, two = powers
        beta1, beta2 = (tensor(b, kind) for b in (self._beta1, self._beta2))
        from penstock.api.array import gather

        first: Any = self.get_slot(var, "m")
        second: Any = self.get_slot(var, "v")
        rate = tensor(self._lr, kind) * m.sqrt(1.0 - two) / (1.0 - one)
        rows = grad.indices
        # A row named twice has the sum of its gradients, and is written twice alike.
        values = gather(grad._dense_tensor(), rows)
        new_m = gather(first, rows) * beta1 + values * (1 - beta1)
        new_v = gather(second, rows) * beta2 + m.square(values) * (1 - beta2)
        moved = gather(var, rows) - rate * new_m / (m.sqrt(new_v) + self._epsilon)
        return group(
            scatter_update(first, rows, new_m), scatter_update(second, rows, new_v),
            scatter_update(var, rows, moved),
        )  # fmt: skip

    def _resource_apply_sparse(self, grad, handle, indices):
        from penstock.ir.indexed_slices import IndexedSlices

        slices = IndexedSlices(grad, indices, shape_tensor(handle))
        return self._apply_sparse(slices, handle)


class MovingAverageOptimizer(Optimizer):
    """`opt`, and moving averages of the variables after each step."""

    def __init__(
        self, opt, average_decay=0.9999, num_updates=None, sequential_update=True
    ):
        super().__init__(False, "MovingAverage")
        self._opt = opt
        self._ema = train.ExponentialMovingAverage(average_decay, num_updates)
        self._averaged: dict[str, Any] = {}

    def compute_gradients(self, *args, **kwargs):
        return self._opt.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        pairs = list(grads_and_vars)
        applied = self._opt.apply_gradients(pairs, global_step, name)
        variables = [v for g, v in pairs if g is not None]
        with context.landing().control_dependencies([applied]):
            averaged = self._ema.apply(variables)
        self._averaged = {
            v.op.name: self._ema.average(v) for v in variables
        }  # fmt: skip
        return group(applied, averaged)

    def swapping_saver(self, var_list=None, name="swapping_saver", **kwargs):
        """A Saver that writes the averages under the names of the variables.

        Raises RuntimeError before `apply_gradients`.
        """
        from penstock.v1.saver import Saver

        if not self._averaged:
            raise RuntimeError(
                "Must call apply_gradients or minimize before creating the"
                " swapping_saver"
            )
        chosen = global_variables() if var_list is None else var_list
        names = dict(chosen) if isinstance(chosen, dict) else {
            v.op.name: v for v in chosen
        }  # fmt: skip
        swapped = {n: self._averaged.get(n, v) for n, v in names.items()}
        for var_name, average in self._averaged.items():
            if average.op.name in swapped and var_name in names:
                swapped[average.op.name] = names[var_name]
        return Saver(swapped, name=name, **kwargs)

    def get_slot(self, var, name):
        return self._opt.get_slot(var, name)

    def get_slot_names(self):
        return self._opt.get_slot_names()


def clip_gradients_by_global_norm(gradients_variables, clip_norm=20.0):
    """The pairs with all gradients together at most `clip_norm` long."""
    grads, variables = zip(*gradients_variables, strict=True)
    clipped, _ = clip_by_global_norm(list(grads), clip_norm)
    return list(zip(clipped, variables, strict=True))


__all__ = [
    "AdaMaxOptimizer", "AdamWOptimizer", "DecoupledWeightDecayExtension",
    "ExternalOptimizerInterface", "LazyAdamOptimizer", "MomentumWOptimizer",
    "MovingAverageOptimizer", "NadamOptimizer", "ScipyOptimizerInterface",
    "clip_gradients_by_global_norm", "extend_with_decoupled_weight_decay",
]  # fmt: skip
