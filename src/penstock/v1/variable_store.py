"""The variables that `get_variable` made, by name: made once, shared afterwards."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, cast

from penstock.core.dtypes import as_dtype, float32
from penstock.core.shapes import TensorShape, show
from penstock.ir import context
from penstock.ir.tensor import Tensor
from penstock.v1.default_graph import get_default_graph, root
from penstock.v1.graph_keys import GraphKeys, add_to_collection
from penstock.v1.variables import Variable


class _AutoReuse:
    """Make the variable the first time, share it afterwards. As `tf.AUTO_REUSE`."""

    def __repr__(self):
        return "<AUTO_REUSE>"

    def __bool__(self):
        return True


AUTO_REUSE = _AutoReuse()


class VariableStore:
    """Variables of one graph by full name, and how often each scope was opened."""

    def __init__(self):
        self.variables: dict[str, Any] = {}
        self.partitioned: dict[str, Any] = {}
        self.opened: dict[str, int] = {}

    def open(self, scope: str) -> None:
        self.opened[scope] = self.opened.get(scope, 0) + 1

    def close_inside(self, scope: str) -> None:
        """Let the scopes inside `scope` count from the start again."""
        for name in list(self.opened):
            if not scope or name.startswith(scope + "/"):
                self.opened[name] = 0


def store() -> VariableStore:
    """The store of the graph that calls land in."""
    graph = root(get_default_graph())
    return graph.scratch.setdefault("variable store", VariableStore())


def get_variable(
    name: str,
    shape=None,
    dtype=None,
    initializer=None,
    regularizer=None,
    reuse=None,
    trainable=None,
    collections=None,
    partitioner=None,
    validate_shape=True,
    use_resource=None,
    constraint=None,
    **kept,
):
    """The variable of full `name`: a new one, or the one made before.

    Raises ValueError where `reuse` forbids or demands the one that is (not) there,
    or where dtype or shape differ from what was made.
    """
    if not isinstance(name, str):
        raise TypeError(f"name must be a string, received {name!r}.")
    if initializer is not None and not callable(initializer):
        if shape is not None:
            raise ValueError("If initializer is a constant, do not specify shape.")
    if partitioner is not None:
        from penstock.v1.partitioned import get_partitioned

        if not callable(partitioner):
            raise ValueError(
                f"Partitioner must be callable, but received: {partitioner}"
            )
        with context.landing().name_scope(None):
            return get_partitioned(
                store(), name, TensorShape(shape), as_dtype(dtype or float32),
                partitioner, initializer, regularizer, reuse, trainable, collections,
                validate_shape, use_resource, constraint,
            )  # fmt: skip
    where = store()
    if name in where.partitioned:
        raise ValueError(
            f"Partitioned variable {name} exists already; it needs the same "
            "partitioner to be shared."
        )
    found = where.variables.get(name)
    if found is not None:
        return _share(found, name, shape, dtype, reuse)
    if reuse is True:
        raise ValueError(
            f"Variable {name} does not exist, or was not created with "
            "tf.get_variable(). Did you mean to set reuse=tf.AUTO_REUSE in VarScope?"
        )
    made = create(
        name, shape, dtype, initializer, trainable, collections, validate_shape,
        use_resource, constraint,
    )  # fmt: skip
    where.variables[name] = made
    if regularizer is not None:
        add_regularization(regularizer, made, name)
    return made


def _share(found, name: str, shape, dtype, reuse):
    if reuse is None or reuse is False:
        file, line = found.op.line
        raise ValueError(
            f"Variable {name} already exists, disallowed. Did you mean to set "
            "reuse=True or reuse=tf.AUTO_REUSE in VarScope? Originally defined at:\n\n"
            f'  File "{file}", line {line}\n'
        )
    if not found.shape.is_compatible_with(shape):
        raise ValueError(
            f"Trying to share variable {name}, but specified shape "
            f"{_shown(shape)} and found shape {found.shape}."
        )
    wanted = found.dtype.base_dtype if dtype is None else as_dtype(dtype)
    if wanted.base_dtype is not found.dtype.base_dtype:
        raise ValueError(
            f"Trying to share variable {name}, but specified dtype {wanted.name} and "
            f"found dtype {found.dtype.name}."
        )
    return found


def _shown(shape) -> str:
    return str(TensorShape(shape))


def create(
    name, shape, dtype, initializer, trainable, collections, validate_shape,
    use_resource, constraint, **given,
):  # fmt: skip
    """A new variable of full `name`, its initial value made by `initializer`."""
    dtype = as_dtype(float32 if dtype is None else dtype).base_dtype
    if initializer is None:
        initializer = default_initializer(name, shape, dtype)
    if not callable(initializer) or isinstance(initializer, Tensor):
        value, dtype = initializer, None
    else:
        value = _bound(name, initializer, shape, dtype, given)
    where = context.landing()
    with where.name_scope(None):
        return Variable(
            initial_value=value,
            name=name,
            trainable=trainable,
            collections=collections,
            dtype=dtype,
            validate_shape=validate_shape,
            constraint=constraint,
            use_resource=use_resource,
        )


def default_initializer(name: str, shape, dtype) -> Callable:
    """Glorot's uniform for floats, zeros for the rest. Raises ValueError else."""
    from penstock.v1.initializers import glorot_uniform_initializer, zeros_initializer

    if shape is None:
        raise ValueError(
            f"Variable {name} did not get an initializer, so its `shape` argument "
            "must be specified."
        )
    if dtype.is_floating:
        return glorot_uniform_initializer()
    if dtype.is_integer or dtype.is_bool or dtype.name == "string":
        return zeros_initializer()
    raise ValueError(f"An initializer for variable {name} of {dtype!r} is required")


def _bound(name, initializer: Any, shape, dtype, given) -> Callable[[], Any]:
    """`initializer` as a function without arguments."""
    if inspect.isclass(initializer):
        initializer = cast(Any, initializer())
    wanted = TensorShape(shape) if shape is not None else None
    if wanted is not None and wanted.is_fully_defined():
        takes = _parameters(initializer)
        extra = {k: v for k, v in given.items() if k in takes}
        if "dtype" in takes or "**" in takes:
            extra["dtype"] = dtype
        return functools.partial(initializer, wanted.as_list(), **extra)
    if not _needed(initializer):
        return initializer
    raise ValueError(
        f"The initializer passed for variable {name} is not valid with shape "
        f"{show(wanted._dims) if wanted is not None else None}. It should be a "
        "callable with no arguments and the shape should not be provided or an "
        "instance of `tf.keras.initializers.*' and `shape` should be fully defined."
    )


def _parameters(function) -> set[str]:
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {"dtype"}
    return {"**" if p.kind is p.VAR_KEYWORD else p.name for p in found}


def _needed(function) -> list[str]:
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        p.name
        for p in found
        if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    ]


def add_regularization(regularizer: Callable, variable, name: str) -> None:
    """Add `regularizer(variable)` to the graph's regularization losses."""
    where = context.landing()
    with where.name_scope(None):
        # TensorFlow asks once whether there is a loss, and then makes it again.
        loss = regularizer(variable)
        if loss is None:
            return
        with where.name_scope(name + "/Regularizer/"):
            loss = regularizer(variable)
    add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)
