"""One traced graph of a `tf.function`, callable on tensors of its signature."""

from __future__ import annotations

from penstock.api.specs import TensorSpec
from penstock.core import nest
from penstock.core.errors import InvalidArgumentError
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.tensor import Tensor
from penstock.ir.trace import TracedGraph
from penstock.runtime.eager.tensor import EagerTensor
from penstock.v2.call import Call
from penstock.v2.function_arguments import is_composite, is_tensor_like, parts_of


class ConcreteFunction:
    """One traced graph, callable on tensors of its signature."""

    def __init__(self, function, graph: TracedGraph, outputs, canonical):
        #: The arguments it was traced with: (args, kwargs), TensorSpecs for tensors.
        self.canonical = canonical
        self.name = function._name
        self.graph = graph
        self.structured_outputs = outputs
        self._parameters = list(function.function_spec.parameters)
        flat = nest.flatten(outputs)
        parts = [part for leaf in flat for part in parts_of(leaf)]
        graph.outputs = [o for o in parts if isinstance(o, Tensor)]
        self.captures_symbols = any(
            not isinstance(t, EagerTensor) for t in graph.captured
        )
        self._arguments = [
            t
            for t in graph.inputs
            if not any(t is inner for _, inner in graph.captures.values())
        ]
        self._call = Call(graph, self._arguments)

    @property
    def inputs(self) -> list[Tensor]:
        return self.graph.inputs

    @property
    def outputs(self) -> list[Tensor]:
        return self.graph.outputs

    @property
    def function_def(self):
        """The graph as a FunctionDef message."""
        from penstock.saving.function_io import FunctionNames, function_def
        from penstock.saving.graph_io import node_def

        return function_def(self.graph, self.name, FunctionNames(), node_def)

    @property
    def captured_inputs(self) -> list[Tensor]:
        return self.graph.captured

    @property
    def variables(self) -> tuple:
        return tuple(self._call.variables)

    @property
    def trainable_variables(self) -> tuple:
        return tuple(v for v in self._call.variables if v.trainable)

    @property
    def structured_input_signature(self):
        return self.canonical

    def __call__(self, *args, **kwargs):
        self._check_plain(args, kwargs)
        flat = [p for a in nest.flatten((args, kwargs)) for p in parts_of(a)]
        return self.run([a for a in flat if is_tensor_like(a)])

    def _check_plain(self, args, kwargs) -> None:
        """Raise TypeError for a Python value that is not the one traced with."""
        positional, named = self.canonical
        traced = {**dict(zip(self._parameters, positional, strict=False)), **named}
        for name, value in {
            **dict(zip(self._parameters, args, strict=False)),
            **kwargs,
        }.items():
            if name not in traced:
                continue
            leaves = nest.flatten(traced[name])
            plain = not any(isinstance(leaf, TensorSpec) for leaf in leaves)
            if plain and not is_tensor_like(value) and value != traced[name]:
                raise TypeError(
                    f"{self.name} was traced with {name}={traced[name]!r}, received "
                    f"{value!r}. Call the tf.function for other values."
                )

    def run(self, tensors: list):
        """The outputs for these argument tensors, in the structure returned."""
        where = context.landing()
        if len(tensors) != len(self._arguments):
            raise TypeError(
                f"{self.name} takes {len(self._arguments)} tensors, "
                f"received {len(tensors)}."
            )
        inputs = [
            as_tensor(where, t, p.dtype, None)
            for t, p in zip(tensors, self._arguments, strict=True)
        ]
        for i, (t, p) in enumerate(zip(inputs, self._arguments, strict=True)):
            if t.dtype is not p.dtype and t.dtype.base_dtype is not p.dtype.base_dtype:
                raise InvalidArgumentError(
                    None, None, f"cannot compute {self.name} as input #{i} "
                    f"(zero-based) was expected to be a {p.dtype.name} tensor but is a "
                    f"{t.dtype.name} tensor",
                )  # fmt: skip
        found = (
            self._call.inline(where, inputs) if not where.eager else self._call(inputs)
        )
        rest = iter(found)

        def found_for(leaf):
            if is_composite(leaf):
                return type(leaf)(*(next(rest) for _ in parts_of(leaf)))
            return next(rest) if isinstance(leaf, Tensor) else leaf

        return nest.map_structure(found_for, self.structured_outputs)
