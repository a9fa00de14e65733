"""What an optimizer keeps: the learning rate, the count of steps, slots."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import math
from penstock.api.scopes import tensor
from penstock.api.variable import Variable
from penstock.core.dtypes import as_dtype, float32
from penstock.ir import context
from penstock.keras.schedules import LearningRateSchedule
from penstock.saving.object_graph import grown


def fresh_variable(value, name: str, kind, trainable=False) -> Variable:
    """A variable made outside whatever is being traced."""
    with context.entered(context.outermost()):
        return Variable(value, trainable=trainable, name=name, dtype=kind)


class State:
    """The variables of an optimizer and how they are made."""

    name: str
    use_ema: bool
    gradient_accumulation_steps: int | None
    _learning_rate: Any
    _iterations: Variable
    _decay: float
    _calls: dict[Any, Any]
    _variables: list[Variable]
    _slot_index: dict[int, int]
    built: bool
    #: Whether the slots were made by the first step, not before by the program.
    _built_in_passing = False

    # --- the learning rate and the count of steps -------------------------------------

    def _build_learning_rate(self, value):
        is_schedule = isinstance(value, LearningRateSchedule)
        if is_schedule or (callable(value) and not isinstance(
            value, Variable
        )):  # fmt: skip
            return value
        if isinstance(value, dict):
            from penstock.keras.schedules import deserialize

            return deserialize(value)
        if isinstance(value, Variable):
            return value
        return fresh_variable(np.asarray(value, np.float32), "learning_rate", float32)

    @property
    def learning_rate(self):
        """A variable to read and assign; of a schedule, its value now."""
        rate = self._learning_rate
        if isinstance(rate, Variable):
            return rate
        return (
            rate(self.iterations) if isinstance(rate, LearningRateSchedule) else rate()
        )

    @learning_rate.setter
    def learning_rate(self, value) -> None:
        if isinstance(value, LearningRateSchedule):
            self._learning_rate = value
            self._calls.clear()
            return
        if not isinstance(self._learning_rate, Variable):
            raise TypeError(
                "This optimizer was created with a `LearningRateSchedule` object as "
                "its `learning_rate` constructor argument, hence its rate is not "
                "settable. If you need the learning rate to be settable, you should "
                "instantiate the optimizer with a float `learning_rate` argument."
            )
        self._learning_rate.assign(np.asarray(value, np.float32))

    lr = learning_rate

    def _decayed_lr(self, var_dtype=float32):
        """The rate at this step, as Keras 2 named it."""
        return self._rate(as_dtype(var_dtype))

    def _rate(self, kind):
        """The learning rate of this step, a scalar tensor of dtype `kind`."""
        rate = tensor(self.learning_rate)
        if self._decay:
            done = math.cast(self.iterations, rate.dtype.base_dtype)
            rate = rate / (1.0 + self._decay * done)
        return math.cast(rate, kind)

    @property
    def decay(self) -> float:
        return self._decay

    @property
    def iterations(self) -> Variable:
        """How many updates were made."""
        return self._iterations

    @iterations.setter
    def iterations(self, variable) -> None:
        if self.built:
            raise RuntimeError(
                "Cannot set `iterations` to a new Variable after the Optimizer weights "
                "have been created."
            )
        self._variables[0] = self._iterations = variable

    # --- variables --------------------------------------------------------------------

    def _new_variable(self, name: str, value, kind) -> Variable:
        variable = fresh_variable(value, name, kind)
        self._variables.append(variable)
        return variable

    def add_variable_from_reference(
        self, model_variable, variable_name, shape=None, initial_value=None
    ):
        """A slot named `variable_name` for `model_variable`, zero at first."""
        dims = model_variable.shape.as_list() if shape is None else list(shape)
        kind = model_variable.dtype.base_dtype
        if initial_value is None:
            value = np.zeros(dims, kind.np)
        else:
            value = np.asarray(initial_value, kind.np)
        name = f"{variable_name}/{model_variable._shared_name}"
        if self._built_in_passing:
            name = f"{self.name}/{name}"
        return self._new_variable(name, value, kind)

    def add_variable(self, shape, dtype=None, initializer="zeros", name=None):
        """A variable of the optimizer's own."""
        from penstock.keras import initializers

        kind = as_dtype(dtype or float32)
        first: Any = initializers.get(initializer)
        value = first(shape, dtype=kind)
        return self._new_variable(name or "variable", value, kind)

    def _slots(self, variables, *names, initial: float = 0.0) -> list[list[Variable]]:
        """For each variable one slot of each of `names`, made in Keras' order."""
        made: list[list[Variable]] = [[] for _ in names]
        for variable in variables:
            for column, name in zip(made, names, strict=True):
                value = None
                if initial:
                    value = np.full(variable.shape.as_list(), initial)
                column.append(
                    self.add_variable_from_reference(
                        variable, name, initial_value=value
                    )
                )
        return made

    def build(self, var_list) -> None:
        """Make the slots for `var_list`. Raises ValueError for another list later."""
        var_list = list(var_list)
        if self.built:
            unknown = [v for v in var_list if id(v) not in self._slot_index]
            if unknown:
                self._extend(unknown)
            return
        self._trained = var_list
        self._slot_index = {id(v): i for i, v in enumerate(var_list)}
        if self.use_ema:
            self._averages = [
                self.add_variable_from_reference(v, "average", initial_value=v.numpy())
                for v in var_list
            ]
        if self.gradient_accumulation_steps:
            (self._sums,) = self._slots(var_list, "gradient_accumulator")
        self._make_slots(var_list)
        self.built = True
        grown(self)

    def _build_in_passing(self, var_list) -> None:
        """`build` by the first step: Keras then puts the optimizer's name in front."""
        if not self.built:
            self._built_in_passing = True
            self.build(var_list)

    def _extend(self, unknown) -> None:
        raise KeyError(
            f"The optimizer cannot recognize variable {unknown[0].name}. This usually "
            "means you are trying to call the optimizer to update different parts of "
            "the model separately. Please call `optimizer.build(variables)` with the "
            "full list of trainable variables before the training loop."
        )

    def _make_slots(self, var_list) -> None:
        """Make what the rule remembers of each variable."""

    @property
    def variables(self):
        """The count of steps, then the slots, in the order they were made."""
        return _CallableList(self._variables)

    def _kept_besides(self) -> dict[str, Variable]:
        """State that files of checkpoints and `.keras` keep beside `variables`."""
        return {}

    def _trackable_children(self) -> dict[str, Any]:
        """What a checkpoint keeps: state in the order made, the count, the rate."""
        out: dict[str, Any] = {
            "_variables": self._variables, "_iterations": self._iterations,
            **self._kept_besides(),
        }  # fmt: skip
        if isinstance(self._learning_rate, Variable):
            out["_learning_rate"] = self._learning_rate
        return out

    @property
    def weights(self) -> list[Variable]:
        return list(self._variables)

    def get_weights(self) -> list[np.ndarray]:
        return [v.numpy() for v in self._variables]

    def set_weights(self, weights) -> None:
        """Take arrays as `get_weights` gives them. Raises ValueError on a mismatch."""
        if len(weights) != len(self._variables):
            raise ValueError(
                f"You called `set_weights(weights)` on optimizer {self.name} with a "
                f"weight list of length {len(weights)}, but the optimizer was "
                f"expecting {len(self._variables)} weights."
            )
        for variable, value in zip(self._variables, weights, strict=True):
            variable.assign(np.asarray(value, variable.dtype.np))


class _CallableList(list):
    """A list that may also be called, as Keras 2 had `variables()`."""

    def __call__(self):
        return list(self)
