"""`tf.train.ExponentialMovingAverage`: shadows that follow variables."""

from __future__ import annotations

from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import FLOATING
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.v1.train.slots import slot_variable

_COLLECTION = "moving_average_variables"


class ExponentialMovingAverage:
    """shadow <- decay·shadow + (1 - decay)·value, at each run of `apply`'s operation.

    With `num_updates` the decay is min(decay, (1 + n) / (10 + n)). The shadow of a
    variable starts at its initial value, that of a tensor at zero.
    """

    def __init__(
        self, decay, num_updates=None, zero_debias=False,
        name="ExponentialMovingAverage",
    ):  # fmt: skip
        self._decay = decay
        self._num_updates = num_updates
        self._zero_debias = zero_debias
        self._name = name
        self._averages: dict[int, tuple] = {}

    @property
    def name(self) -> str:
        return self._name

    def apply(self, var_list=None):
        """An operation that moves every shadow towards its variable.

        Raises TypeError for a variable that is not floating point.
        """
        from penstock.v1.variable_lists import trainable_variables

        chosen = trainable_variables() if var_list is None else list(var_list)
        graph = context.landing()
        for var in chosen:
            if var.dtype.base_dtype not in FLOATING:
                raise TypeError(
                    f"The variables must be half, float, or double: {var.name}"
                )
            if id(var) not in self._averages:
                self._averages[id(var)] = (var, self._shadow(var))
        with scope(self._name, self._name) as full:
            decay = tensor(self._decay, name="decay")
            if self._num_updates is not None:
                n = TABLE["Cast"](tensor(self._num_updates), DstT=decay.dtype)
                ramp = TABLE["RealDiv"](TABLE["AddV2"](1.0, n), TABLE["AddV2"](10.0, n))
                decay = TABLE["Minimum"](decay, ramp)
            updates = [
                self._follow(self._averages[id(var)][1], var, decay) for var in chosen
            ]
            with graph.control_dependencies(updates):
                return TABLE["NoOp"](name=full)

    def _shadow(self, var):
        """A new shadow; TensorFlow keeps a list of the variables that have one."""
        is_variable = not isinstance(var, Tensor)
        shadow = slot_variable(
            var, (lambda: var.initialized_value()) if is_variable else (lambda: 0.0),
            self._name,
        )  # fmt: skip
        graph = context.landing()
        if is_variable:
            graph.add_to_collection(_COLLECTION, var)
        return shadow

    def _follow(self, shadow, var, decay: Tensor):
        """One update: shadow -= (shadow - value)·(1 - decay)."""
        kind = shadow.dtype.base_dtype
        with scope(None, "AssignMovingAvg") as full:
            rest = TABLE["Sub"](tensor(1.0, decay.dtype.base_dtype), decay, name="sub")
            if rest.dtype.base_dtype is not kind:
                rest = TABLE["Cast"](rest, DstT=kind)
            value = tensor(var)
            if self._zero_debias and isinstance(var, Tensor):
                return self._debiased(shadow, value, rest)
            delta = TABLE["Mul"](TABLE["Sub"](shadow, value), rest)
            done = shadow.assign_sub(delta, name=full)
            return done.op

    def _debiased(self, shadow, value: Tensor, rest: Tensor):
        """The average as if it had not started at zero; Kingma and Ba (2015)."""
        biased = slot_variable(shadow, lambda: 0.0, "biased")
        steps = slot_variable(shadow, lambda: 0.0, "local_step")
        moved = biased.assign_sub(TABLE["Mul"](TABLE["Sub"](biased, value), rest))
        count = steps.assign_add(TABLE["OnesLike"](tensor(steps)))
        kept = TABLE["Pow"](TABLE["Sub"](1.0, rest), count)
        factor = TABLE["Sub"](1.0, kept)
        return shadow.assign(TABLE["RealDiv"](moved, factor)).op

    def average(self, var):
        """The shadow of `var`, or None."""
        found = self._averages.get(id(var))
        return None if found is None else found[1]

    def average_name(self, var) -> str:
        """The name under which a Saver keeps the shadow of `var`."""
        found = self.average(var)
        if found is not None:
            return found.op.name
        return f"{var.op.name}/{self._name}"

    def variables_to_restore(self, moving_avg_variables=None) -> dict:
        """Name in a checkpoint -> variable: shadows' names for averaged variables."""
        from penstock.v1.variable_lists import (
            global_variables,
            moving_average_variables,
            trainable_variables,
        )

        if moving_avg_variables is None:
            averaged = [*trainable_variables(), *moving_average_variables()]
        else:
            averaged = list(moving_avg_variables)
        names = {self.average_name(v): v for v in averaged}
        for variable in global_variables():
            if variable not in averaged and variable.op.name not in names:
                names[variable.op.name] = variable
        return names
