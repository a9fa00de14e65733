"""Arithmetic in half precision, weights in single. As `tf.keras.mixed_precision`."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, math
from penstock.api.scopes import tensor
from penstock.core.dtypes import float32, int64
from penstock.keras.backend_config import (
    Policy,
    global_policy,
    set_global_policy,
)
from penstock.keras.optimizers.base import Optimizer
from penstock.keras.optimizers.gradients import dense
from penstock.keras.optimizers.state import fresh_variable
from penstock.saving.object_graph import grown

dtype_policy, set_dtype_policy = global_policy, set_global_policy
DTypePolicy = FloatDTypePolicy = Policy


class LossScaleOptimizer(Optimizer):
    """An optimizer whose loss is scaled up, so that half-precision gradients live.

    dynamic: the scale doubles after `dynamic_growth_steps` steps with finite gradients
    and halves at others, which change nothing. As
    `tf.keras.mixed_precision.LossScaleOptimizer`; Micikevicius et al. (2018).
    """

    def __init__(
        self, inner_optimizer, dynamic=True, initial_scale=None,
        dynamic_growth_steps=None, **kwargs,
    ):  # fmt: skip
        if isinstance(inner_optimizer, LossScaleOptimizer):
            raise TypeError(
                "LossScaleOptimizer cannot wrap another LossScaleOptimizer: "
                f"{inner_optimizer!r}"
            )
        if not dynamic and initial_scale is None:
            raise ValueError('"initial_scale" must be specified if "dynamic" is False')
        self._inner = inner_optimizer
        super().__init__(
            name=kwargs.pop("name", None) or inner_optimizer.name, **kwargs
        )
        self.dynamic = bool(dynamic)
        first = 2.0**15 if initial_scale is None else float(initial_scale)
        self.initial_scale = first
        steps: Any = (dynamic_growth_steps or 2000) if dynamic else None
        self.dynamic_growth_steps = steps
        self._scale = fresh_variable(np.float32(first), "current_loss_scale", float32)
        self._good = fresh_variable(np.zeros((), np.int64), "good_steps", int64)

    @property
    def inner_optimizer(self) -> Optimizer:
        return self._inner

    @property
    def loss_scale(self):
        return self._scale.read_value()

    @property
    def dynamic_counter(self):
        return self._good if self.dynamic else None

    def build(self, var_list) -> None:
        self._inner.build(var_list)
        self._trained = list(var_list)
        self._slot_index = {id(v): i for i, v in enumerate(self._trained)}
        self.built = True
        grown(self)

    def _build_in_passing(self, var_list) -> None:
        self._inner._build_in_passing(var_list)
        self.build(var_list)

    @property
    def variables(self):
        return type(self._inner.variables)(
            [*self._inner.variables, self._scale, self._good]
        )

    @property
    def weights(self):
        return list(self.variables)

    def _kept_besides(self):
        return self._inner._kept_besides()

    def _trackable_children(self) -> dict[str, Any]:
        scale = _Branch(current_loss_scale=self._scale, good_steps=self._good)
        return {**self._inner._trackable_children(), "loss_scale": scale}

    @property
    def iterations(self):
        return self._inner.iterations

    @property
    def learning_rate(self):
        return self._inner.learning_rate

    @learning_rate.setter
    def learning_rate(self, value) -> None:
        self._inner.learning_rate = value

    lr = learning_rate

    def get_scaled_loss(self, loss):
        """`loss` (a tensor or a function that gives one) times the scale."""
        if callable(loss):
            return lambda: self.get_scaled_loss(loss())
        loss = tensor(loss)
        return loss * math.cast(self._scale.read_value(), loss.dtype.base_dtype)

    scale_loss = get_scaled_loss

    def get_unscaled_gradients(self, grads):
        """Gradients of a scaled loss, divided by the scale; None stays None."""
        inverse = 1.0 / self._scale.read_value()
        return [
            None if g is None else g * math.cast(inverse, g.dtype.base_dtype)
            for g in map(_dense_or_none, grads)
        ]

    def compute_gradients(self, loss, var_list, tape=None):
        """Gradients of the loss as given, found by way of the scaled loss."""
        from penstock.v2.tape import GradientTape

        if tape is None:
            with GradientTape() as tape:
                scaled = self.get_scaled_loss(loss() if callable(loss) else loss)
        else:
            with tape:
                scaled = self.get_scaled_loss(loss)
        asked: Any = var_list() if callable(var_list) else var_list
        var_list = list(asked)
        grads = tape.gradient(scaled, var_list)
        return list(zip(self.get_unscaled_gradients(grads), var_list, strict=True))

    def _apply(self, grads, variables) -> None:
        grads = [dense(g, v) for g, v in zip(grads, variables, strict=True)]
        if not self.dynamic:
            self._inner._apply(grads, variables)
            return
        finite = tensor(True)
        for grad in grads:
            finite = math.logical_and(finite, math.reduce_all(math.is_finite(grad)))
        self._inner._gate = finite
        self._inner._apply(grads, variables)
        self._adapt(finite)

    def _adapt(self, finite) -> None:
        scale, good = self._scale.read_value(), self._good.read_value() + 1
        grown = math.greater_equal(good, np.int64(self.dynamic_growth_steps))
        up = array.where(math.is_finite(scale * 2.0), scale * 2.0, scale)
        down = math.maximum(scale / 2.0, tensor(1.0))
        self._scale.assign(array.where(finite, array.where(grown, up, scale), down))
        zero = array.zeros_like(good)
        self._good.assign(array.where(finite, array.where(grown, zero, good), zero))

    def finalize_variable_values(self, var_list) -> None:
        self._inner.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        from penstock.keras.optimizers import serialize

        return {
            "inner_optimizer": serialize(self._inner), "dynamic": self.dynamic,
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }  # fmt: skip

    @classmethod
    def from_config(cls, config, custom_objects=None):
        from penstock.keras.optimizers import deserialize

        config = dict(config)
        inner = deserialize(config.pop("inner_optimizer"), custom_objects)
        return cls(inner, **config)


class _Branch:
    """Variables under one name of a checkpoint."""

    def __init__(self, **variables):
        self._variables = variables

    def _trackable_children(self) -> dict[str, Any]:
        return self._variables


def _dense_or_none(grad):
    if grad is None or not hasattr(grad, "indices"):
        return grad
    return grad._dense_tensor()


__all__ = [
    "DTypePolicy", "FloatDTypePolicy", "LossScaleOptimizer", "Policy", "dtype_policy",
    "global_policy", "set_dtype_policy", "set_global_policy",
]  # fmt: skip
