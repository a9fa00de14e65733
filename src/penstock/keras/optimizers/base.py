"""`Optimizer`: what all optimizers share. As `tf.keras.optimizers.Optimizer`."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, math
from penstock.api.scopes import tensor
from penstock.api.variable import Variable
from penstock.core.dtypes import int64
from penstock.ir import context
from penstock.ir.trace import TracedGraph
from penstock.keras.optimizers.clipping import Clipping
from penstock.keras.optimizers.gradients import as_eager, dense, with_gradients
from penstock.keras.optimizers.state import State, fresh_variable
from penstock.keras.schedules import LearningRateSchedule
from penstock.runtime.eager.recorder import RECORDER
from penstock.v2.call import Call


class Optimizer(State):
    """The base of optimizers: a subclass makes slots in `_make_slots` and gives the
    new weight in `_updated`; or, written for Keras, defines `update_step`.

    Equations are in `penstock.optim.rules`. `decay` and `lr` are Keras 2's: the rate
    is then learning_rate / (1 + decay · iterations).
    """

    def __init__(
        self, name=None, weight_decay=None, clipnorm=None, clipvalue=None,
        global_clipnorm=None, use_ema=False, ema_momentum=0.99,
        ema_overwrite_frequency=None, jit_compile=True, learning_rate=0.001,
        gradient_accumulation_steps=None, loss_scale_factor=None, **kwargs,
    ):  # fmt: skip
        learning_rate = kwargs.pop("lr", learning_rate)
        self._decay = float(kwargs.pop("decay", 0.0) or 0.0)
        for unused in ("is_legacy_optimizer", "dtype"):
            kwargs.pop(unused, None)
        if kwargs:
            raise TypeError(
                f"{type(self).__name__}: unexpected keyword argument passed to "
                f"optimizer: {sorted(kwargs)}."
            )
        if use_ema and not 0 <= ema_momentum <= 1:
            raise ValueError(
                f"`ema_momentum` must be in the range [0, 1]. Received: {ema_momentum}"
            )
        if ema_overwrite_frequency is not None and (
            not isinstance(ema_overwrite_frequency, int) or ema_overwrite_frequency < 1
        ):
            raise ValueError(
                "`ema_overwrite_frequency` must be an integer > 1 or None, not "
                f"{ema_overwrite_frequency}."
            )
        if gradient_accumulation_steps is not None and gradient_accumulation_steps < 2:
            raise ValueError(
                "`gradient_accumulation_steps` must be an integer >= 2, not "
                f"{gradient_accumulation_steps}."
            )
        self.name = self._name = name or type(self).__name__
        self.weight_decay = weight_decay
        self._clipping = Clipping(clipnorm, clipvalue, global_clipnorm)
        self.use_ema, self.ema_momentum = use_ema, ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.jit_compile = jit_compile
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.loss_scale_factor = loss_scale_factor
        self._variables: list[Variable] = []
        self._slot_index: dict[int, int] = {}
        self._excluded: list[str] = []
        self._excluded_variables: set[int] = set()
        self._gate: Any = None  # whether this step changes anything; None: it does
        self._due: Any = None  # whether it counts; None: it does
        self._calls: dict[Any, Call] = {}
        self._iterations = self._new_variable(
            "iteration", np.zeros((), np.int64), int64
        )
        self._learning_rate = self._build_learning_rate(learning_rate)
        self._current: Variable | None = None
        self.built = False

    # --- updating ---------------------------------------------------------------------

    def minimize(self, loss, var_list, grad_loss=None, name=None, tape=None) -> None:
        """Differentiate `loss` (a tensor of `tape`, or a function) and update."""
        pairs = self.compute_gradients(loss, var_list, tape)
        self.apply_gradients(pairs)

    def compute_gradients(self, loss, var_list, tape=None):
        """[(gradient, variable)]. Raises ValueError for a tensor without its tape."""
        from penstock.v2.tape import GradientTape

        if tape is None:
            if not callable(loss):
                raise ValueError(
                    "`tape` is required when a `Tensor` loss is passed. Received: "
                    f"loss={loss}, tape={tape}."
                )
            with GradientTape() as tape:
                loss = loss()
                if callable(var_list):
                    var_list = var_list()
        asked: Any = var_list() if callable(var_list) else var_list
        var_list = list(asked)
        return list(zip(tape.gradient(loss, var_list), var_list, strict=True))

    get_gradients = compute_gradients

    def apply_gradients(
        self, grads_and_vars, name=None, skip_gradients_aggregation=False,
        experimental_aggregate_gradients=True, **kwargs,
    ):  # fmt: skip
        """Update each variable by its gradient. Returns the count of steps.

        Pairs without a gradient are left out with a warning; ValueError where none has
        one.
        """
        pairs = with_gradients(list(grads_and_vars))
        if not pairs:
            return self._iterations
        grads = [g for g, _ in pairs]
        variables = [v for _, v in pairs]
        self._build_in_passing(variables)
        self._unknown(variables)
        if context.executing_eagerly():
            self._apply_eagerly(grads, variables)
        else:
            self._apply(grads, variables)
        return self._iterations

    def apply(self, grads, trainable_variables=None):
        """`apply_gradients` in Keras 3's form."""
        variables = (
            self._trained if trainable_variables is None else trainable_variables
        )
        return self.apply_gradients(zip(grads, variables, strict=True))

    def _unknown(self, variables) -> None:
        missing = [v for v in variables if id(v) not in self._slot_index]
        if missing:
            self._extend(missing)

    def _settings(self):
        """The numbers that are built into a traced update."""
        plain = (int, float, str, bool, type(None))
        return tuple((k, v) for k, v in vars(self).items() if isinstance(v, plain))

    def _apply_eagerly(self, grads, variables) -> None:
        """One call of a traced update, found by what it updates."""
        grads = [as_eager(g, v) for g, v in zip(grads, variables, strict=True)]
        key = (
            tuple(map(id, variables)),
            tuple((g.dtype, g.dims) for g in grads),
            self._settings(),
        )
        call = self._calls.get(key)
        if call is None:
            graph = TracedGraph("update", RECORDER)
            with context.entered(graph):
                inputs = [graph.add_input(g.dtype, g.dims, "gradient") for g in grads]
                self._traced_for_eager = True
                try:
                    self._apply(inputs, variables)
                finally:
                    self._traced_for_eager = False
            call = self._calls[key] = Call(graph, inputs)
        with RECORDER.untaped():
            call(grads)

    #: Whether the update that is being traced is of one eager call.
    _traced_for_eager = False

    def _apply(self, grads, variables) -> None:
        """The update, as nodes of the graph that is being traced."""
        grads = [dense(g, v) for g, v in zip(grads, variables, strict=True)]
        if self.gradient_accumulation_steps:
            grads = self._accumulated(grads, variables)
        grads = self._clipping(grads)
        self._before(variables)
        for grad, variable in zip(grads, variables, strict=True):
            self._decay_weight(variable)
            grad = math.cast(grad, variable.dtype.base_dtype)
            self.update_step(grad, variable)
        self._after(variables)
        if self.use_ema:
            self._average(variables)
        for variable in variables:
            if variable.constraint is not None:
                self._assign(variable, variable.constraint(variable))
        if self.gradient_accumulation_steps:
            # Counted whether or not this step updated anything.
            gate, self._gate = self._gate, None
            self._step_count.assign_add(1)
            self._gate = gate
        self._count()
        self._gate = self._due = None

    def _count(self) -> None:
        one = tensor(np.ones((), np.int64))
        if self._due is not None:
            one = math.cast(self._due, int64)
        self._iterations.assign_add(one)

    def _assign(self, variable, value) -> None:
        """`variable` takes `value`, unless this step is to change nothing."""
        if self._gate is not None:
            value = array.where(self._gate, value, variable.read_value())
        variable.assign(value)

    def _accumulated(self, grads, variables):
        """The mean of the last gradients; every n-th step updates, others only add."""
        n: Any = self.gradient_accumulation_steps
        done = self._step_count.read_value()
        due = math.equal(math.floormod(done + 1, tensor(np.int64(n))), np.int64(0))
        out = []
        for grad, variable in zip(grads, variables, strict=True):
            total = self._sums[self._index(variable)]
            summed = total.read_value() + grad
            total.assign(array.where(due, array.zeros_like(summed), summed))
            out.append(summed / float(n))
        self._due = due
        self._gate = due if self._gate is None else math.logical_and(self._gate, due)
        return out

    @property
    def _step_count(self) -> Variable:
        held = self.__dict__.get("_steps_seen")
        if held is None:
            held = fresh_variable(np.zeros((), np.int64), "steps_seen", int64)
            self.__dict__["_steps_seen"] = held
        return held

    def _decay_weight(self, variable) -> None:
        """Decoupled weight decay: w - lr·weight_decay·w; Loshchilov, Hutter (2019)."""
        if not self.weight_decay or not self._decays(variable):
            return
        rate = self._rate(variable.dtype.base_dtype) * float(self.weight_decay)
        value = variable.read_value()
        self._assign(variable, value - value * rate)

    def _decays(self, variable) -> bool:
        import re

        if id(variable) in self._excluded_variables:
            return False
        return not any(re.search(p, variable.name) for p in self._excluded)

    def exclude_from_weight_decay(self, var_list=None, var_names=None) -> None:
        """Leave variables out of weight decay, by themselves or by a name's pattern."""
        if self.built:
            raise ValueError(
                "`exclude_from_weight_decay()` can only be configured before the "
                "optimizer is built."
            )
        self._excluded_variables |= {id(v) for v in var_list or ()}
        self._excluded += list(var_names or ())

    def _index(self, variable) -> int:
        return self._slot_index[id(variable)]

    def _before(self, variables) -> None:
        """What a step computes once, before the variables."""

    def _after(self, variables) -> None:
        """What a step changes once, after the variables."""

    def update_step(self, gradient, variable):
        """Change `variable` by `gradient`."""
        raise NotImplementedError(f"{type(self).__name__} needs `update_step`.")

    def _put(self, variable, new, *slots) -> None:
        """The variable and (slot, new value) pairs take what a rule computed."""
        self._assign(variable, new)
        for slot, value in slots:
            if slot is not None and value is not None:
                self._assign(slot, value)

    # --- averages of weights ----------------------------------------------------------

    def _average(self, variables) -> None:
        every = self.ema_overwrite_frequency
        for variable in variables:
            average = self._averages[self._index(variable)]
            kept = float(self.ema_momentum)
            value = kept * average.read_value() + (1 - kept) * variable.read_value()
            self._assign(average, value)
            if every:
                step = self._iterations.read_value() + 1
                left = math.floormod(step, tensor(np.int64(every)))
                due = math.equal(left, np.int64(0))
                self._assign(variable, array.where(due, value, variable.read_value()))

    def finalize_variable_values(self, var_list) -> None:
        """At the end of training the weights become their averages, if asked for."""
        if self.use_ema and self.built:
            for variable in var_list:
                if id(variable) in self._slot_index:
                    variable.assign(self._averages[self._index(variable)])

    # --- configuration ----------------------------------------------------------------

    def _serialize_rate(self) -> Any:
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule):
            from penstock.keras.schedules import serialize

            return serialize(rate)
        return float(rate.numpy()) if isinstance(rate, Variable) else rate

    def get_config(self) -> dict[str, Any]:
        config = {
            "name": self.name, "weight_decay": self.weight_decay,
            **self._clipping.get_config(), "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "jit_compile": self.jit_compile, "is_legacy_optimizer": False,
            "learning_rate": self._serialize_rate(),
        }  # fmt: skip
        if self._decay:
            config["decay"] = self._decay
        if self.gradient_accumulation_steps:
            config["gradient_accumulation_steps"] = self.gradient_accumulation_steps
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        rate = config.get("learning_rate")
        if isinstance(rate, dict):
            from penstock.keras.schedules import deserialize

            config["learning_rate"] = deserialize(rate, custom_objects)
        return cls(**config)

    def __repr__(self):
        return f"<{type(self).__module__}.{type(self).__name__} object '{self.name}'>"
