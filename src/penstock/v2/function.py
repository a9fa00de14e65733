"""`tf.function`: a Python function traced once per signature, run as one call.

`if`, `while`, `for` and their like work on tensors (`api.rewriting`). Where Python
itself must know a value all the same (`int(tensor)`, a variable that is no tensor and
differs between branches), that signature runs eagerly instead, which is right by
construction and still fused between the looks.
"""

from __future__ import annotations

import functools
import types
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.api.rewriting import rewritten
from penstock.api.specs import TensorSpec
from penstock.core import nest
from penstock.core.dtypes import as_dtype
from penstock.core.errors import UnsupportedError
from penstock.core.shapes import compatible
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.node import Node
from penstock.ir.tensor import NeedsValue, Tensor
from penstock.ir.trace import TracedGraph
from penstock.runtime.eager.recorder import RECORDER
from penstock.runtime.eager.tensor import EagerTensor
from penstock.v2.concrete_function import ConcreteFunction
from penstock.v2.function_arguments import (
    is_composite,
    is_tensor_like,
    kind_of,
    parameters_of,
    parts_of,
    structure_of,
    without_self,
)

_eagerly = False


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Make every `tf.function` run as plain Python, for debugging."""
    global _eagerly
    _eagerly = bool(run_eagerly)


def functions_run_eagerly() -> bool:
    return _eagerly


class Function:
    """A Python function that runs as graphs. Made by `tf.function`."""

    def __init__(self, python_function: Callable, input_signature=None, name=None,
                 jit_compile=None, autograph=True, bound_to=None):  # fmt: skip
        functools.update_wrapper(self, python_function)
        self.python_function = python_function
        self.autograph = autograph
        self._name = name or getattr(python_function, "__name__", "function")
        self._signature: Any = input_signature
        self._bound_to = bound_to
        self._parameters = parameters_of(python_function)
        self._traces: dict[Any, ConcreteFunction | None] = {}
        self._methods: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
        self._tracing_count = 0
        self._made_variables = False
        self.jit_compile = jit_compile

    @property
    def input_signature(self):
        return self._signature

    @property
    def function_spec(self):
        return self._parameters

    def experimental_get_tracing_count(self) -> int:
        """How often the Python function was traced."""
        return self._tracing_count

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        try:
            found = self._methods.get(instance)
        except TypeError:
            return self._method(instance)
        if found is None:
            found = self._methods[instance] = self._method(instance)
        return found

    def _method(self, instance) -> Function:
        reference = _weak(instance)
        function = self.python_function
        autograph = self.autograph

        def method(*args, **kwargs):
            staged = autograph and not context.executing_eagerly()
            inner = rewritten(function) if staged else function
            return inner(reference(), *args, **kwargs)

        functools.update_wrapper(method, function)
        method.__signature__ = without_self(function)  # type: ignore[attr-defined]
        return Function(
            method, self._signature, self._name, self.jit_compile, self.autograph
        )

    def __call__(self, *args, **kwargs):
        if _eagerly:
            return self.python_function(*args, **kwargs)
        trace, tensors = self._find(args, kwargs)
        if trace is None:
            return self.python_function(*args, **kwargs)
        return trace.run(tensors)

    def get_concrete_function(self, *args, **kwargs) -> ConcreteFunction:
        """The traced graph for arguments like these (tensors or TensorSpecs).

        Raises UnsupportedError where the function needs tensor values in Python.
        """
        if not args and not kwargs and self._signature is not None:
            args = tuple(self._signature)
        trace, _ = self._find(args, kwargs)
        if trace is None:
            raise UnsupportedError(
                f"{self._name} looks at the values of tensors (`if`, `for` over a "
                "tensor), so it has no single graph. Use tf.cond or tf.while_loop."
            )
        return trace

    # --- finding the trace ----------------------------------------------------------

    def _find(self, args, kwargs):
        if self._signature is not None:
            args, kwargs = self._converted(args, kwargs)
        flat, structure = self._flatten(args, kwargs)
        tensors: list[Any] = []
        key: list[Any] = [structure]
        for item in flat:
            key.append(kind_of(item, tensors))
        if self._signature is not None:
            tensors, key = self._fit(tensors, structure)
        where = context.landing()
        if not where.eager:
            key.append("graph")
        key.append(RECORDER.seed)
        whole = tuple(key)
        if whole not in self._traces:
            self._traces[whole] = self._trace(args, kwargs, tensors)
        trace = self._traces[whole]
        if trace is not None and trace.captures_symbols:
            del self._traces[whole]  # it belongs to this surrounding graph alone
        return trace, tensors

    def _flatten(self, args, kwargs):
        bound = self._parameters.bind(*args, **kwargs)
        bound.apply_defaults()
        values = dict(bound.arguments)
        # In the order of the parameters, as they are given to the function later.
        flat = [leaf for value in values.values() for leaf in nest.flatten(value)]
        return flat, tuple((k, structure_of(v)) for k, v in values.items())

    def _converted(self, args, kwargs):
        """Arguments with lists and numbers as the tensors the signature asks for."""
        bound = self._parameters.bind(*args, **kwargs)
        values = list(bound.arguments.items())
        for (name, value), spec in zip(values, self._signature, strict=False):
            plain = hasattr(spec, "is_spec") and not is_tensor_like(value)
            if plain and not nest.is_nested(spec):
                bound.arguments[name] = as_tensor(
                    context.landing(), value, spec.dtype, None
                )
        return bound.args, bound.kwargs

    def _fit(self, tensors: list, structure):
        """Arguments as `input_signature` wants them. Raises where they do not fit."""
        specs = nest.flatten(list(self._signature))
        if len(specs) != len(tensors):
            raise TypeError(
                f"{self._name} has an input_signature of {len(specs)} tensors, "
                f"received {len(tensors)}."
            )
        fitted = []
        for spec, tensor in zip(specs, tensors, strict=True):
            if not isinstance(tensor, Tensor | EagerTensor) and not hasattr(
                tensor, "is_spec"
            ):
                tensor = as_tensor(context.landing(), tensor, spec.dtype, None)
            dims = tensor.shape._dims
            if tensor.dtype != spec.dtype or not compatible(spec.shape._dims, dims):
                raise TypeError(
                    f"{self._name}: Python inputs incompatible with input_signature: "
                    f"received {tensor.dtype.name} {tensor.shape}, expected {spec}."
                )
            fitted.append(tensor)
        return fitted, [tuple((s.dtype, s.shape._dims) for s in specs)]

    def _trace(self, args, kwargs, tensors) -> ConcreteFunction | None:
        self._tracing_count += 1
        graph = TracedGraph(self._name, context.landing())
        graph.seed = RECORDER.seed
        try:
            with context.entered(graph):
                result = self._call_symbolic(graph, args, kwargs, tensors)
                outputs = nest.map_structure(
                    lambda leaf: _returned(graph, leaf), result
                )
        except NeedsValue:
            return None
        if graph.variables and self._made_variables:
            raise ValueError(
                f"tf.function '{self._name}' tried to create variables on a later "
                "call. Create them once: outside, or guarded by `if self.v is None`."
            )
        if graph.variables:
            # Variables are made once: traced again, the function finds them.
            self._made_variables = True
            return self._trace(args, kwargs, tensors)
        return ConcreteFunction(self, graph, outputs, self._canonical(args, kwargs))

    def _canonical(self, args, kwargs):
        """The arguments by position, TensorSpecs in the place of tensors."""
        bound = self._parameters.bind(*args, **kwargs)
        bound.apply_defaults()
        specs = None if self._signature is None else iter(nest.flatten(self._signature))

        def spec(leaf, name):
            if not (is_tensor_like(leaf) or (specs and not nest.is_nested(leaf))):
                return leaf
            like = next(specs) if specs else leaf
            kind = as_dtype(like.dtype).base_dtype
            return TensorSpec(getattr(like, "shape", None), kind, name)

        values = {
            k: nest.map_structure(functools.partial(spec, name=k), v)
            for k, v in bound.arguments.items()
        }
        for k, v in values.items():
            bound.arguments[k] = v
        return bound.args, bound.kwargs

    @functools.cached_property
    def _staged(self) -> Callable:
        """The Python function as it is traced: with its control flow on tensors."""
        return (
            rewritten(self.python_function) if self.autograph else self.python_function
        )

    def _call_symbolic(self, graph: TracedGraph, args, kwargs, tensors):
        """The Python function on placeholders in the place of `tensors`."""
        specs = None if self._signature is None else nest.flatten(list(self._signature))
        given = iter(range(len(tensors)))

        def symbol(item, parameter):
            if is_composite(item):
                return type(item)(*(symbol(p, parameter) for p in parts_of(item)))
            if not is_tensor_like(item):
                return item
            i = next(given)
            like = tensors[i] if specs is None else specs[i]
            name = getattr(item, "spec_name", None) or parameter
            return graph.add_input(like.dtype.base_dtype, like.shape._dims, name)

        bound = self._parameters.bind(*args, **kwargs)
        bound.apply_defaults()
        values = {
            k: nest.map_structure(functools.partial(symbol, parameter=k), v)
            for k, v in bound.arguments.items()
        }
        for k, v in values.items():
            bound.arguments[k] = v
        return self._staged(*bound.args, **bound.kwargs)


def function(func=None, input_signature=None, autograph=True, jit_compile=None,
             reduce_retracing=False, experimental_implements=None,
             experimental_autograph_options=None, experimental_attributes=None,
             experimental_relax_shapes=None, experimental_compile=None,
             experimental_follow_type_hints=None, name=None):  # fmt: skip
    """Make `func` run as graphs; also a decorator. As `tf.function`."""

    def decorate(f):
        if isinstance(f, Function):
            return f
        bound_to = f.__self__ if isinstance(f, types.MethodType) else None
        return Function(f, input_signature, name, jit_compile, autograph, bound_to)

    return decorate if func is None else decorate(func)


def _weak(instance) -> Callable:
    try:
        return weakref.ref(instance)
    except TypeError:
        return lambda: instance


def _returned(graph: TracedGraph, leaf):
    """What a function returns, as a tensor of its graph; None and Nodes as None."""
    if leaf is None or isinstance(leaf, Node):
        return None
    if is_composite(leaf):
        return type(leaf)(*(as_tensor(graph, p, None, None) for p in parts_of(leaf)))
    if isinstance(leaf, Tensor) or hasattr(leaf, "_dense_tensor"):
        return as_tensor(graph, leaf, None, None)
    if isinstance(leaf, bool | int | float | np.ndarray | np.generic | str | bytes):
        return as_tensor(graph, leaf, None, None)
    return leaf
