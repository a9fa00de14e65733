"""`Optimizer`: what all optimizers share. As `tf.keras.optimizers.Optimizer`."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, math
from penstock.api.scopes import tensor
from penstock.api.variable import Variable
from penstock.core.dtypes import as_dtype, float32, int64
from penstock.ir import context
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.trace import TracedGraph
from penstock.keras.optimizers.clipping import Clipping
from penstock.keras.schedules import LearningRateSchedule
from penstock.runtime.eager.recorder import RECORDER
from penstock.saving.object_graph import grown
from penstock.v2.call import Call


def fresh_variable(value, name: str, kind, trainable=False) -> Variable:
    """A variable made outside whatever is being traced."""
    with context.entered(context.outermost()):
        return Variable(value, trainable=trainable, name=name, dtype=kind)


class Optimizer:
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
        self._gate: Any = None
        self._calls: dict[Any, Call] = {}
        self._iterations = self._new_variable(
            "iteration", np.zeros((), np.int64), int64
        )
        self._learning_rate = self._build_learning_rate(learning_rate)
        self._current: Variable | None = None
        self.built = False

    # --- the learning rate and the count of steps -----------------------------------------

    def _build_learning_rate(self, value):
        if isinstance(value, LearningRateSchedule) or callable(value) and not isinstance(
            value, Variable
        ):  # fmt: skip
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
                "This optimizer was created with a `LearningRateSchedule` object as its "
                "`learning_rate` constructor argument, hence its learning rate is not "
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

    # --- variables ---------------------------------------------------------------------------

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
        value = initializers.get(initializer)(shape, dtype=kind)
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

    def _trackable_children(self) -> dict[str, Any]:
        """What a checkpoint keeps: state in the order made, the count, the rate."""
        out = {"_variables": self._variables, "_iterations": self._iterations}
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
                f"weight list of length {len(weights)}, but the optimizer was expecting "
                f"{len(self._variables)} weights."
            )
        for variable, value in zip(self._variables, weights, strict=True):
            variable.assign(np.asarray(value, variable.dtype.np))

    # --- updating ---------------------------------------------------------------------------

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
        var_list = list(var_list() if callable(var_list) else var_list)
        return list(zip(tape.gradient(loss, var_list), var_list, strict=True))

    get_gradients = compute_gradients

    def apply_gradients(self, grads_and_vars, name=None, skip_gradients_aggregation=False,
                        experimental_aggregate_gradients=True, **kwargs):  # fmt: skip
        """Update each variable by its gradient. Returns the count of steps.

        Pairs without a gradient are left out with a warning; ValueError where none has
        one.
        """
        pairs = _with_gradients(list(grads_and_vars))
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
        grads = [_eager(g, v) for g, v in zip(grads, variables, strict=True)]
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
    #: Whether the slots were made by the first step, not before by the program.
    _built_in_passing = False

    def _apply(self, grads, variables) -> None:
        """The update, as nodes of the graph that is being traced."""
        grads = [_dense(g, v) for g, v in zip(grads, variables, strict=True)]
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
        self._gate = None

    def _count(self) -> None:
        one = tensor(np.ones((), np.int64))
        if self._gate is None:
            self._iterations.assign_add(one)
        else:
            self._iterations.assign_add(math.cast(self._gate, int64))

    def _assign(self, variable, value) -> None:
        """`variable` takes `value`, unless this step is to change nothing."""
        if self._gate is not None:
            value = array.where(self._gate, value, variable.read_value())
        variable.assign(value)

    def _accumulated(self, grads, variables):
        """The mean of the last gradients; every n-th step updates, others only add."""
        n = self.gradient_accumulation_steps
        done = self._step_count.read_value()
        due = math.equal(math.floormod(done + 1, tensor(np.int64(n))), np.int64(0))
        out = []
        for grad, variable in zip(grads, variables, strict=True):
            total = self._sums[self._index(variable)]
            summed = total.read_value() + grad
            total.assign(array.where(due, array.zeros_like(summed), summed))
            out.append(summed / float(n))
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

    # --- averages of weights --------------------------------------------------------------------

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

    # --- configuration ----------------------------------------------------------------------------

    def _serialize_rate(self):
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


class _CallableList(list):
    """A list that may also be called, as Keras 2 had `variables()`."""

    def __call__(self):
        return list(self)


def _with_gradients(pairs):
    """Pairs that have a gradient. Raises ValueError where none has one."""
    import warnings

    kept = [(g, v) for g, v in pairs if g is not None]
    if pairs and not kept:
        names = [v.name for _, v in pairs]
        raise ValueError(
            f"No gradients provided for any variable: {names}. Is every variable used "
            "to compute the loss, inside the tape?"
        )
    if len(kept) < len(pairs):
        names = [v.name for g, v in pairs if g is None]
        warnings.warn(
            f"Gradients do not exist for variables {names} when minimizing the loss. If "
            "you're using `model.compile()`, did you forget to provide a `loss` "
            "argument?",
            stacklevel=3,
        )
    return kept


def _dense(grad, variable):
    """A gradient as a whole tensor; rows named twice are added up."""
    if not isinstance(grad, IndexedSlices):
        return grad
    shape = variable.shape.as_list()
    if grad.dense_shape is None:
        grad = IndexedSlices(
            grad.values, grad.indices, tensor(np.array(shape, np.int32))
        )
    dense = grad._dense_tensor()
    dense.set_shape(shape)
    return dense


def _eager(grad, variable):
    grad = _dense(grad, variable)
    if not hasattr(grad, "dims"):
        grad = tensor(grad, variable.dtype.base_dtype)
    return grad
