"""Writing a SavedModel: objects, variables, and the traced graphs of functions.

What real TensorFlow's `tf.saved_model.load` reads. Functions are stored as they were
traced, or as their `input_signature` says. Source:
tensorflow/core/protobuf/saved_object_graph.proto.
"""

from __future__ import annotations

import inspect
import os
from collections import namedtuple
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from penstock.api.specs import TensorSpec
from penstock.api.structured import encode
from penstock.api.variable import Variable
from penstock.core import nest
from penstock.core.dtypes import resource
from penstock.core.errors import UnsupportedError
from penstock.formats import messages
from penstock.formats.atomic import write_bytes
from penstock.ir import context
from penstock.ir.graph import Graph
from penstock.ir.tensor import Tensor
from penstock.saving.function_io import FunctionNames, add_functions
from penstock.saving.graph_io import MIN_CONSUMER, PRODUCER, node_def
from penstock.saving.object_graph import value_key, walk, write_objects
from penstock.v2.function import ConcreteFunction, Function
from penstock.v2.saved_model_graph import Held, Served, add_graph

_FullArgSpec = namedtuple(
    "FullArgSpec", "args varargs varkw defaults kwonlyargs kwonlydefaults annotations"
)
#: What TensorFlow calls objects of its own.
_LIST, _DICT = "trackable_list_wrapper", "trackable_dict_wrapper"
_OBJECT, _SIGNATURES = "_generic_user_object", "signature_map"


def save(obj, export_dir, signatures=None, options=None) -> None:
    """Write `obj` (a Module, a model) with its functions into the folder.

    `signatures` is a `tf.function` with one trace, or a dict of such, by name. Raises
    ValueError where a function uses a variable that `obj` does not hold.
    """
    export_dir = os.fspath(export_dir)
    called = _model_call(obj)
    if called is not None and signatures is None:
        signatures = called
    model = _Writer(obj, _named(signatures), called).model()
    folder = os.path.join(export_dir, "variables")
    os.makedirs(folder, exist_ok=True)
    os.makedirs(os.path.join(export_dir, "assets"), exist_ok=True)
    write_objects(os.path.join(folder, "variables"), obj)
    path = os.path.join(export_dir, "saved_model.pb")
    write_bytes(path, model.SerializeToString())


def _model_call(obj) -> Function | None:
    """A Keras model's call as a function: models know what they are called with."""
    inputs = getattr(obj, "inputs", None)
    if not inputs or "__call__" in _functions(obj):
        return None
    specs = [
        TensorSpec(t.shape, t.dtype, getattr(t, "name", f"input_{i}").split(":")[0])
        for i, t in enumerate(inputs)
    ]
    given = specs[0] if len(specs) == 1 else specs

    def call(inputs):
        return obj(inputs, training=False)

    return Function(call, input_signature=[given], name="call", autograph=False)


def _named(signatures) -> dict[str, ConcreteFunction]:
    if signatures is None:
        return {}
    if not isinstance(signatures, Mapping):
        signatures = {"serving_default": signatures}
    return {name: _concrete(f) for name, f in signatures.items()}


def _concrete(function) -> ConcreteFunction:
    if isinstance(function, ConcreteFunction):
        return function
    if not isinstance(function, Function):
        raise ValueError(
            f"A signature must be a tf.function, received {function!r}. Decorate it."
        )
    traces = list(_traces(function))
    if len(traces) != 1:
        raise ValueError(
            f"The signature '{function._name}' has {len(traces)} traces, and needs "
            "one. Give it an input_signature, or pass get_concrete_function(...)."
        )
    return traces[0]


def _traces(function: Function) -> Iterator[ConcreteFunction]:
    """The traces of a function that can stand alone."""
    if function.input_signature is not None:
        yield function.get_concrete_function()
        return
    for trace in function._traces.values():
        if trace is not None and not trace.captures_symbols:
            yield trace


def _functions(thing: Any) -> dict[str, Function]:
    """The `tf.function`s of an object: its methods and attributes."""
    found: dict[str, Function] = {}
    if isinstance(thing, Variable | list | tuple | Mapping):
        return found
    for kind in reversed(type(thing).__mro__):
        for name, value in vars(kind).items():
            if isinstance(value, Function):
                found[name] = getattr(thing, name)
    own = getattr(thing, "__dict__", {})
    found.update((k, v) for k, v in own.items() if isinstance(v, Function))
    return found


class _Writer:
    def __init__(self, root, signatures: dict[str, ConcreteFunction], called=None):
        self.called = called
        self.found = walk(root)
        self.numbers = {id(f.thing): f.number for f in self.found}
        self.graph = messages.SavedObjectGraph()
        self.constants = Graph()
        self.named = FunctionNames()
        self.signatures = signatures
        self.served: list[Served] = []

    def model(self):
        nodes = [self.graph.nodes.add() for _ in self.found]
        for entry, node in zip(self.found, nodes, strict=True):
            for name, child in entry.children.items():
                number = self.numbers[id(child)]
                node.children.add(node_id=number, local_name=name)
            self._describe(node, entry.thing)
        for entry, node in zip(self.found, nodes, strict=True):
            functions = _functions(entry.thing)
            if entry.number == 0 and self.called is not None:
                functions["__call__"] = self.called
            for name, function in functions.items():
                number = self._add_function(function)
                if number is not None:
                    node.children.add(node_id=number, local_name=name)
        self._add_signatures(nodes[0])
        return self._whole()

    def _whole(self):
        model = messages.SavedModel(saved_model_schema_version=1)
        meta = model.meta_graphs.add()
        meta.meta_info_def.tags.append("serve")
        meta.meta_info_def.tensorflow_version = "2.21.0"
        meta.graph_def.versions.producer = PRODUCER
        meta.graph_def.versions.min_consumer = MIN_CONSUMER
        for node in self.constants.get_operations():
            meta.graph_def.node.append(node_def(node, self.named))
        add_graph(meta, self._held(), self.served)
        add_functions(meta.graph_def.library, self.named, node_def)
        meta.object_graph_def.CopyFrom(self.graph)
        return model

    def _held(self) -> list[Held]:
        """The variables as the graph names them, in the order of objects."""
        return [
            Held(self._node_of(f.number), value_key(f.path), f.thing.dtype.base_dtype,
                 f.thing.shape)
            for f in self.found if isinstance(f.thing, Variable)
        ]  # fmt: skip

    def _node_of(self, number: int) -> str:
        """The graph's node for an object that functions are bound to."""
        stored = self.graph.nodes[number]
        return stored.constant.operation or f"variable_{number}"

    def _describe(self, node, thing) -> None:
        if isinstance(thing, Variable):
            node.variable.dtype = thing.dtype.as_datatype_enum
            node.variable.shape.CopyFrom(thing.shape.as_proto())
            node.variable.trainable = thing.trainable
            node.variable.name = thing._shared_name
            return
        kinds = {list: _LIST, tuple: _LIST, dict: _DICT}
        node.user_object.identifier = next(
            (name for kind, name in kinds.items() if isinstance(thing, kind)), _OBJECT
        )
        node.user_object.version.producer = 1
        node.user_object.version.min_consumer = 1

    # --- functions ------------------------------------------------------------------

    def _add_function(self, function: Function) -> int | None:
        names = [
            self._add_graph(t, encode(t.canonical), _specs(t.structured_outputs))
            for t in _traces(function)
            if _storable(t)
        ]
        if not names:
            return None
        number = len(self.graph.nodes)
        stored = self.graph.nodes.add().function
        stored.concrete_functions.extend(names)
        stored.function_spec.fullargspec.CopyFrom(encode(_argspec(function)))
        signature = function.input_signature
        given = None if signature is None else tuple(signature)
        stored.function_spec.input_signature.CopyFrom(encode(given))
        return number

    def _add_graph(self, trace: ConcreteFunction, arguments, outputs) -> str:
        graph = trace.graph
        graph.inputs = [
            *trace._arguments, *(inner for _, inner in graph.captures.values())
        ]  # fmt: skip
        name = self.named(graph)
        stored = self.graph.concrete_functions[name]
        stored.canonicalized_input_signature.CopyFrom(arguments)
        stored.output_signature.CopyFrom(encode(outputs))
        stored.bound_inputs.extend(self._bound(o, trace) for o in graph.captured)
        return name

    def _bound(self, outer, trace: ConcreteFunction) -> int:
        """The number of the object that a captured tensor belongs to."""
        if outer.dtype is resource:
            number = self.numbers.get(id(outer.cell))
            if number is None:
                raise ValueError(
                    f"Tried to export the function {trace.name}, which uses the "
                    f"variable {outer.cell.name} that the saved object does not hold. "
                    "Make it an attribute of the object."
                )
            return number
        number = self.numbers.get(id(outer))
        if number is None:
            number = self.numbers[id(outer)] = len(self.graph.nodes)
            with context.entered(self.constants):
                made = self.constants.constant(np.asarray(outer), "Const")
            self.graph.nodes.add().constant.operation = made._node.name
        return number

    # --- signatures -----------------------------------------------------------------

    def _add_signatures(self, root) -> None:
        number = len(self.graph.nodes)
        root.children.add(node_id=number, local_name="signatures")
        node = self.graph.nodes.add()
        node.user_object.identifier = _SIGNATURES
        node.user_object.version.producer = 1
        node.user_object.version.min_consumer = 1
        for name, trace in self.signatures.items():
            made, keywords, outputs = _as_signature(trace)
            specs = dict(zip(keywords, _flat_specs(made), strict=True))
            arguments = encode(((), specs))
            stored = self._add_graph(made, arguments, outputs)
            home = len(self.graph.nodes)
            bare = self.graph.nodes.add().bare_concrete_function
            bare.concrete_function_name = stored
            bare.argument_keywords.extend(keywords)
            bare.allowed_positional_arguments = len(keywords)
            self.graph.nodes[number].children.add(node_id=home, local_name=name)
            bound = self.graph.concrete_functions[stored].bound_inputs
            self.served.append(
                Served(
                    name, stored, list(specs.values()), list(map(self._node_of, bound)),
                    [o.dtype for o in made.graph.captured], outputs,
                )
            )  # fmt: skip


def _as_signature(trace: ConcreteFunction):
    """(a trace of tensors by name to a dict of tensors, the names, output specs)."""
    names = [t._node.name.replace("/", "_") for t in trace._arguments]
    order = sorted(range(len(names)), key=names.__getitem__)
    outputs = trace.structured_outputs
    if not isinstance(outputs, Mapping):
        flat = nest.flatten(outputs)
        outputs = {f"output_{i}": t for i, t in enumerate(flat)}
    keys = sorted(outputs)

    def call(*tensors):
        given: list[Any] = [None] * len(tensors)
        for i, tensor in zip(order, tensors, strict=True):
            given[i] = tensor
        found = trace.run(given)
        if not isinstance(found, Mapping):
            found = {f"output_{i}": t for i, t in enumerate(nest.flatten(found))}
        return [found[k] for k in keys]

    specs = [_spec(trace._arguments[i], names[i]) for i in order]
    made = Function(call, name=f"signature_wrapper_{trace.name}", autograph=False)
    concrete = made.get_concrete_function(*specs)
    keywords = [names[i] for i in order]
    return concrete, keywords, {k: _spec(outputs[k], k) for k in keys}


def _flat_specs(trace: ConcreteFunction) -> list[TensorSpec]:
    return [_spec(t, t._node.name) for t in trace._arguments]


def _spec(tensor: Tensor, name: str | None = None) -> TensorSpec:
    return TensorSpec(tensor.shape, tensor.dtype.base_dtype, name)


def _specs(structure):
    return nest.map_structure(
        lambda leaf: _spec(leaf) if isinstance(leaf, Tensor) else leaf, structure
    )


def _storable(trace: ConcreteFunction) -> bool:
    """Whether a message can tell with which arguments the function was traced."""
    try:
        encode(trace.canonical)
        encode(_specs(trace.structured_outputs))
    except UnsupportedError:
        return False
    return True


def _argspec(function: Function):
    parameters = list(function.function_spec.parameters.values())
    positional = [
        p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    defaults = [p.default for p in positional if p.default is not inspect._empty]
    keyword = [p for p in parameters if p.kind is p.KEYWORD_ONLY]
    by_name = {p.name: p.default for p in keyword if p.default is not inspect._empty}
    stars = {p.kind: p.name for p in parameters}
    return _FullArgSpec(
        [p.name for p in positional], stars.get(inspect.Parameter.VAR_POSITIONAL),
        stars.get(inspect.Parameter.VAR_KEYWORD), tuple(defaults) or None,
        [p.name for p in keyword], by_name or None, {},
    )  # fmt: skip
