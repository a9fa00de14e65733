"""`Metric`: something measured over many batches. As `tf.keras.metrics.Metric`."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api.variable import Variable
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import as_dims
from penstock.ir import context
from penstock.keras import backend_config, initializers, names, tracking
from penstock.keras.registry import Family

FAMILY = Family("metric", "keras.metrics")


class Metric(tracking.Open):
    """The base: a subclass makes its weights with `add_weight` and defines
    `update_state` and `result`.

    Calling a metric updates it and gives the result so far.
    """

    _is_keras_metric = True
    stateful = True
    _given: Any = None  # the result of the last call

    def __new__(cls, *args, **kwargs):
        made = super().__new__(cls)
        # The fields that must be there before a subclass's __init__ runs.
        object.__setattr__(made, "_weights", [])
        object.__setattr__(made, "_inner", [])
        return made

    def __init__(self, name: Any = None, dtype=None, **kwargs):
        if kwargs:
            raise TypeError(
                f"{type(self).__name__} received keyword arguments it does not know: "
                f"{sorted(kwargs)}."
            )
        self._name = name or names.unique(names.snake_case(type(self).__name__))
        kind = as_dtype(dtype or backend_config.floatx())
        self._dtype = kind.name
        self.built = True

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Metric):
            self._inner.append(value)
        elif isinstance(value, Variable):
            if not any(value is w for w in self._weights):
                self._weights.append(value)
        object.__setattr__(self, name, value)

    @property
    def name(self) -> str:
        return self._name

    @property
    def dtype(self) -> str:
        return self._dtype

    def add_weight(
        self, name=None, shape=(), aggregation=None, synchronization=None,
        initializer=None, dtype=None,
    ):  # fmt: skip
        """A new variable of `shape`; the shape may come first, as in Keras 3."""
        if name is not None and not isinstance(name, str):
            name, shape = None, name
        if not isinstance(shape, list | tuple | int) and not hasattr(shape, "_dims"):
            raise TypeError(f"A weight's shape is a tuple, received {shape!r}.")
        first: Any = initializers.get(initializer or "zeros")
        kind = as_dtype(dtype or self._dtype)
        with context.entered(context.outermost()):
            value = first(tuple(as_dims(shape) or ()), dtype=kind)
            variable = Variable(
                value, trainable=False, name=name or "variable", dtype=kind
            )
        self._weights.append(variable)
        return variable

    add_variable = add_weight

    @property
    def variables(self) -> list[Variable]:
        out = list(self._weights)
        for inner in self._inner:
            out += [v for v in inner.variables if not any(v is w for w in out)]
        return out

    weights = non_trainable_variables = non_trainable_weights = variables

    @property
    def trainable_weights(self) -> list[Variable]:
        return []

    trainable_variables = trainable_weights

    def get_weights(self) -> list[np.ndarray]:
        return [v.numpy() for v in self.variables]

    def set_weights(self, weights) -> None:
        for variable, value in zip(self.variables, weights, strict=True):
            variable.assign(np.asarray(value, variable.dtype.np))

    def update_state(self, *args, **kwargs):
        raise NotImplementedError(f"{type(self).__name__} needs `update_state`.")

    def result(self):
        raise NotImplementedError(f"{type(self).__name__} needs `result`.")

    def reset_state(self) -> None:
        """Start anew: every weight zero."""
        if type(self).reset_states is not Metric.reset_states:
            self.reset_states()  # a subclass written for Keras before 2.5
            return
        for variable in self.variables:
            sizes: Any = variable.shape.as_list()
            variable.assign(np.zeros(sizes, variable.dtype.np))

    def reset_states(self) -> None:
        self.reset_state()

    def merge_state(self, metrics) -> None:
        """Add the state of `metrics`, of the same kind. Raises ValueError else."""
        for metric in metrics:
            mine, others = self.variables, metric.variables
            if len(mine) != len(others):
                raise ValueError(
                    f"Metric {metric} is not compatible with {self}: it has "
                    f"{len(others)} weights, not {len(mine)}."
                )
            for variable, other in zip(mine, others, strict=True):
                variable.assign_add(other)

    def __call__(self, *args, **kwargs):
        self.update_state(*args, **kwargs)
        self._given = self.result()
        return self._given

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def __deepcopy__(self, memo):
        return type(self).from_config(self.get_config())

    def __repr__(self):
        return f"{type(self).__name__}(name={self.name},dtype={self.dtype})"

    __str__ = __repr__
