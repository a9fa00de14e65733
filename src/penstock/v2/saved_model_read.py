"""Reading a SavedModel: objects, variables, and functions that run again.

Each stored function becomes a `tf.function` of one call node. Source:
tensorflow/core/protobuf/saved_object_graph.proto.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from penstock.api.specs import TensorSpec
from penstock.api.structured import decode
from penstock.api.variable import Variable
from penstock.core import nest
from penstock.core.errors import NotFoundError, UnsupportedError
from penstock.core.shapes import compatible
from penstock.formats import messages
from penstock.formats.bundle import read_bundle
from penstock.formats.graphdef import read_message
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.runtime.eager.recorder import RECORDER
from penstock.saving import attributes
from penstock.saving.graph_import import Library
from penstock.saving.object_graph import GRAPH_KEY
from penstock.v2.function import function as traced
from penstock.v2.module import Module


def load(export_dir, tags=None, options=None):
    """What was saved in the folder: its attributes, variables and functions.

    Raises NotFoundError without a SavedModel, UnsupportedError for 1.x models.
    """
    export_dir = os.fspath(export_dir)
    path = os.path.join(export_dir, "saved_model.pb")
    if not os.path.exists(path):
        raise NotFoundError(
            None, None, f"SavedModel file does not exist at: {export_dir}."
        )
    model = read_message(path, messages.SavedModel)
    graph = model.meta_graphs[0]
    if not graph.object_graph_def.nodes:
        raise UnsupportedError(
            f"{export_dir} holds a graph of the 1.x years. Read it with "
            "tf.compat.v1.saved_model.load."
        )
    return _Reader(graph, os.path.join(export_dir, "variables", "variables")).root()


class UserObject(Module):
    """An object that was saved: what it had is here under the same names."""

    def __call__(self, *args, **kwargs):
        stored = vars(self).get("__call__")
        if stored is None:
            raise TypeError("The saved object has no stored __call__.")
        return stored(*args, **kwargs)


class SignatureMap(dict):
    """Signatures by name."""

    def __repr__(self):
        return f"_SignatureMap({dict(self)!r})"


class _Reader:
    def __init__(self, meta_graph, prefix: str):
        self.proto = meta_graph.object_graph_def
        self.library = Library(meta_graph.graph_def.library)
        self.constants = {
            n.name: n.attr["value"]
            for n in meta_graph.graph_def.node
            if n.op == "Const"
        }
        self.stored: Any = {}
        if os.path.exists(prefix + ".index"):
            self.stored = read_bundle(prefix)
        self.objects: list[Any] = [None] * len(self.proto.nodes)

    def root(self):
        homes = self._homes()
        for i, node in enumerate(self.proto.nodes):
            if node.WhichOneof("kind") in ("variable", "constant", "asset"):
                self.objects[i] = self._value(node, homes.get(i))
        for i, node in enumerate(self.proto.nodes):
            if self.objects[i] is None:
                self.objects[i] = self._object(node)
        for i, node in enumerate(self.proto.nodes):
            for child in node.children:
                self._attach(self.objects[i], child.local_name, child.node_id)
        root = self.objects[0]
        if not hasattr(root, "signatures"):
            root.signatures = SignatureMap()
        return root

    def _homes(self) -> dict[int, str]:
        """For each object the key of its value in the checkpoint."""
        if GRAPH_KEY not in self.stored:
            return {}
        graph = messages.TrackableObjectGraph()
        graph.ParseFromString(np.asarray(self.stored.read(GRAPH_KEY)).item())
        pairs, found = [(0, 0)], {0: 0}
        for here, there in pairs:
            names = {c.local_name: c.node_id for c in graph.nodes[there].children}
            for child in self.proto.nodes[here].children:
                if child.local_name in names and child.node_id not in found:
                    found[child.node_id] = names[child.local_name]
                    pairs.append((child.node_id, names[child.local_name]))
        return {
            here: graph.nodes[there].attributes[0].checkpoint_key
            for here, there in found.items()
            if graph.nodes[there].attributes
        }

    def _value(self, node, key):
        kind = node.WhichOneof("kind")
        if kind == "constant":
            value = attributes.decode(
                self.constants[node.constant.operation], "a constant", self.library
            )
            return RECORDER.constant(np.asarray(value))
        if kind == "asset":
            raise UnsupportedError("A SavedModel with assets is not in Penstock.")
        if key is None:
            raise NotFoundError(
                None, None, f"The variable {node.variable.name} has no stored value."
            )
        return Variable(
            np.asarray(self.stored.read(key)), trainable=node.variable.trainable,
            name=node.variable.name,
        )  # fmt: skip

    def _object(self, node):
        kind = node.WhichOneof("kind")
        if kind == "function":
            return self._function(node.function)
        if kind == "bare_concrete_function":
            return self._signature(node.bare_concrete_function)
        if kind == "user_object":
            name = node.user_object.identifier
            if name == "signature_map":
                return SignatureMap()
            if name == "trackable_list_wrapper":
                return []
            if name == "trackable_dict_wrapper":
                return {}
            return UserObject()
        return UserObject()  # a resource, an optimizer's slot: kept, not run

    def _attach(self, owner, name: str, number: int) -> None:
        child = self.objects[number]
        if isinstance(owner, list):
            owner.append(child)
        elif isinstance(owner, dict):
            owner[name] = child
        elif isinstance(owner, UserObject):
            vars(owner)[name] = child

    # --- functions ------------------------------------------------------------------

    def _graph_call(self, name: str):
        """(the stored function, a tf.function of its flat tensors)."""
        stored = self.proto.concrete_functions[name]
        captured = [self.objects[i] for i in stored.bound_inputs]

        def call(*tensors):
            graph = self.library(name)
            kinds = tuple(t.dtype.base_dtype for t in graph.outputs)
            given = [c._resource() if isinstance(c, Variable) else c for c in captured]
            made = TABLE["StatefulPartitionedCall"](
                [*tensors, *given], Tout=kinds, f=graph, name="StatefulPartitionedCall"
            )
            return list(made) if kinds else []

        return stored, traced(call, autograph=False)

    def _function(self, proto):
        spec = decode(proto.function_spec.fullargspec) or {}
        names = [n for n in spec.get("args") or [] if n != "self"]
        defaults = spec.get("defaults") or ()
        concrete = [self._graph_call(n) for n in proto.concrete_functions]
        return RestoredFunction(names, defaults, concrete)

    def _signature(self, proto):
        stored, run = self._graph_call(proto.concrete_function_name)
        return Signature(proto.concrete_function_name, stored, run,
                         list(proto.argument_keywords))  # fmt: skip


def _outputs(stored, flat):
    structure = decode(stored.output_signature)
    rest = iter(flat)
    return nest.map_structure(
        lambda leaf: next(rest) if isinstance(leaf, TensorSpec) else leaf, structure
    )


class RestoredFunction:
    """A function with the graphs that were stored for it. Chooses by signature."""

    def __init__(self, names, defaults, concrete):
        self._names, self._defaults = names, tuple(defaults)
        self._concrete = concrete

    def __call__(self, *args, **kwargs):
        for stored, run in self._concrete:
            wanted, named = decode(stored.canonicalized_input_signature)
            tensors = self._fit(wanted, named, args, kwargs)
            if tensors is not None:
                return _outputs(stored, run(*tensors))
        shown = [decode(s.canonicalized_input_signature) for s, _ in self._concrete]
        raise ValueError(
            "Could not find matching concrete function to call loaded from the "
            f"SavedModel. Got: {args!r}, {kwargs!r}. Stored are: {shown}."
        )

    def _fit(self, wanted, named, args, kwargs):
        """The tensors among the arguments in order, None where they do not fit."""
        given = list(args)
        left = dict(kwargs)
        for name in self._names[len(given) : len(wanted)]:
            position = self._names.index(name) - len(self._names)
            if name in left:
                given.append(left.pop(name))
            elif -len(self._defaults) <= position:
                given.append(self._defaults[position])
        if len(given) != len(wanted) or set(left) - set(named):
            return None
        tensors: list[Any] = []
        pairs = [*zip(wanted, given, strict=True), *((named[k], left[k]) for k in left)]
        for spec, value in pairs:
            if not _takes(spec, value, tensors):
                return None
        return tensors

    def get_concrete_function(self, *args, **kwargs):
        """The first stored graph, as something to call."""
        return self


def _takes(spec, value, tensors: list) -> bool:
    leaves = nest.flatten(spec)
    values = nest.flatten(value) if nest.is_nested(spec) else [value]
    if len(leaves) != len(values):
        return False
    for leaf, item in zip(leaves, values, strict=True):
        if not isinstance(leaf, TensorSpec):
            if isinstance(item, Tensor) or leaf != item:
                return False
            continue
        if isinstance(item, TensorSpec):
            tensor = item
        else:
            is_tensor = isinstance(item, Tensor) or hasattr(item, "_dense_tensor")
            try:
                kind = None if is_tensor else leaf.dtype
                tensor = as_tensor(RECORDER, item, kind, None)
            except (TypeError, ValueError):
                return False
        fits = tensor.dtype.base_dtype is leaf.dtype.base_dtype
        if not fits or not compatible(leaf.shape._dims, tensor.shape._dims):
            return False
        tensors.append(tensor)
    return True


class Signature:
    """A stored signature: tensors by keyword in, a dict of tensors out."""

    def __init__(self, name: str, stored, run, keywords: list[str]):
        self.name = name
        self._stored, self._run, self._keywords = stored, run, keywords
        args, kwargs = decode(stored.canonicalized_input_signature)
        specs = [*args, *(kwargs[k] for k in keywords if k in kwargs)]
        self._specs = dict(zip(keywords, nest.flatten(specs), strict=False))

    @property
    def structured_input_signature(self):
        return (), dict(self._specs)

    @property
    def structured_outputs(self):
        return decode(self._stored.output_signature)

    def __call__(self, *args, **kwargs):
        given = dict(zip(self._keywords, args, strict=False)) | kwargs
        missing = [k for k in self._keywords if k not in given]
        if missing or set(given) - set(self._keywords):
            raise TypeError(
                f"Signature {self.name} takes {self._keywords}, received "
                f"{sorted(given)}."
            )
        tensors = [
            as_tensor(RECORDER, given[k], self._specs[k].dtype, None)
            for k in sorted(self._keywords)
        ]
        return _outputs(self._stored, self._run(*tensors))

    def __repr__(self):
        return f"<Signature {self.name} {self._specs}>"
