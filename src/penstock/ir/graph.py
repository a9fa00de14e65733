"""`Graph`: TensorFlow's graph, with its names, scopes and collections."""

from __future__ import annotations

import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from penstock.core.dtypes import DType, as_dtype
from penstock.core.shapes import Dims
from penstock.ir import context, device_names
from penstock.ir.bind import bind
from penstock.ir.infer import infer, located
from penstock.ir.node import Node, serializer, user_line
from penstock.ir.op import TABLE, Op
from penstock.ir.tensor import Tensor

_VALID_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$")
_VALID_SCOPE = re.compile(r"^[A-Za-z0-9_.\\/>-]*$")


class _Control:
    """The nodes that one `control_dependencies` block waits for."""

    def __init__(self, nodes: list[Node], fresh: bool):
        self.nodes = nodes
        self.fresh = fresh


class Graph:
    """Nodes in order of creation; names, scopes, collections, seed.

    `eager` is False: a call that lands here adds a node. As `tf.Graph`.
    """

    eager = False
    building_function = False
    #: The class of its nodes' outputs.
    tensor_class = Tensor

    def __init__(self):
        self._nodes: dict[str, Node] = {}
        self._names: dict[str, int] = {}
        self._scope = ""
        self._controls: list[_Control] = []
        self._devices: list[Any] = []
        self._colocation: list[Any] = []
        self._attr_scopes: list[dict] = []
        self._collections: dict[Any, list] = {}
        self._lock = threading.RLock()
        self.seed: int | None = None
        self.finalized = False
        self.version = 0
        self.sessions: list[Any] = []  # entered with `with`, innermost last
        self._unfed: dict[int, Any] = {}  # by id: what no run may feed, or fetch
        self._unfetched: dict[int, Any] = {}
        self.scratch: dict[Any, Any] = {}  # state of the faces: variable scopes, ...

    # --- nodes ------------------------------------------------------------------

    def apply(self, op: Op, args: tuple, attrs: dict, name: str | None):
        """Add a node for `op` called with `args`; what `Op.__call__` returns."""
        self._check_open(op.type)
        line = user_line()
        if name is not None and name.endswith("/"):
            full = name[:-1]
        else:
            full = self.unique_name(name or op.type.lstrip("_"))
        outer, self._scope = self._scope, full
        try:
            bound = bind(op, args, attrs, self._convert_input)
            shapes = infer(op, bound)
        except (TypeError, ValueError) as error:
            raise located(error, op, full, line) from None
        finally:
            self._scope = outer
        return self._add(op, full, bound, shapes, line).result()

    def _add(self, op: Op, name: str, bound, shapes: list[Dims], line) -> Node:
        with self._lock:
            node = Node(self, op, name, bound, self._control_for(bound.inputs), line)
            node.id = self.version
            node.outputs = [
                self.tensor_class(node, i, dtype, dims)
                for i, (dtype, dims) in enumerate(
                    zip(bound.dtypes, shapes, strict=True)
                )
            ]
            if self._devices:
                device_names.placed(node, self._devices)
            for overrides in self._attr_scopes:
                if op.type in overrides:
                    node.attrs["_gradient_op_type"] = overrides[op.type]
            node._inside = tuple(self._controls)
            self._nodes[name] = node
            self.version += 1
        return node

    def _convert_input(
        self, value, dtype: DType | None, name: str, ref: bool
    ) -> Tensor:
        from penstock.ir.convert import as_tensor

        if ref:
            target = getattr(value, "_ref", None)
            tensor = target() if callable(target) else value
            if not isinstance(tensor, Tensor):
                raise TypeError(
                    f"Expected a variable for '{name}', received {value!r}."
                )
            return self.own(tensor)
        return as_tensor(self, value, dtype, name)

    def constant(self, array, name: str | None = None) -> Tensor:
        """A `Const` node holding `array`."""
        return TABLE["Const"](value=array, dtype=as_dtype(array.dtype), name=name)

    def own(self, tensor: Tensor) -> Tensor:
        """`tensor` as one of this graph. Raises ValueError for another graph's."""
        if getattr(tensor, "is_eager", False):
            return self.constant(tensor._numpy())  # type: ignore[attr-defined]
        if tensor._node.graph is self:
            return tensor
        raise ValueError(
            f"{tensor} must be from the same graph as the operation that uses it "
            "(it belongs to another tf.Graph). Build both inside one "
            "`with graph.as_default():`."
        )

    def _control_for(self, inputs) -> list[Node]:
        if not self._controls:
            return []
        out: dict[Node, None] = {}
        for block in self._controls:
            # An input made inside the block has waited already.
            if not any(block in t._node._inside for t in inputs):
                out.update(dict.fromkeys(block.nodes))
        return list(out)

    def _check_open(self, what: str) -> None:
        if self.finalized:
            raise RuntimeError(
                f"Graph is finalized and cannot be modified (adding {what})."
            )

    def finalize(self) -> None:
        self.finalized = True

    @property
    def _last_id(self) -> int:
        """How many nodes were made: the default seed of the next random op."""
        return self.version

    # --- names ------------------------------------------------------------------

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """`name` in the current scope, numbered where it is taken (case ignored)."""
        if not (_VALID_SCOPE if self._scope else _VALID_NAME).match(name):
            raise ValueError(f"'{name}' is not a valid name for an operation.")
        if self._scope:
            name = f"{self._scope}/{name}"
        key = name.lower()
        count = self._names.get(key, 0)
        if mark_as_used:
            self._names[key] = count + 1
        if count == 0:
            return name
        while f"{key}_{count}" in self._names:
            count += 1
        if mark_as_used:
            self._names[f"{key}_{count}"] = 1
        return f"{name}_{count}"

    @contextmanager
    def name_scope(self, name: str | None) -> Generator[str, None, None]:
        """Prefix the names of nodes made inside. `"a/"` re-enters, None leaves all."""
        if name and not name.endswith("/"):
            new = self.unique_name(name)
        else:
            new = name[:-1] if name else ""
        outer, self._scope = self._scope, new
        try:
            yield new + "/" if new else ""
        finally:
            self._scope = outer

    def get_name_scope(self) -> str:
        return self._scope

    # --- dependencies, devices ----------------------------------------------------

    @contextmanager
    def control_dependencies(self, control_inputs) -> Generator[None, None, None]:
        """Nodes made inside run after them; None forgets the outer blocks."""
        outer = self._controls
        if control_inputs is None:
            self._controls = []
        else:
            nodes = [self._as_node(item) for item in control_inputs]
            self._controls = [*outer, _Control(nodes, False)] if nodes else list(outer)
        try:
            yield
        finally:
            self._controls = outer

    def _as_node(self, item) -> Node:
        if isinstance(item, Node):
            return item
        if isinstance(item, Tensor):
            return self.own(item)._node
        for attribute in ("_as_graph_element", "_dense_tensor"):
            convert = getattr(item, attribute, None)
            if convert is not None:
                found = convert()
                return found if isinstance(found, Node) else self.own(found)._node
        raise TypeError(
            "Control inputs must be operations, tensors or variables; "
            f"received {item!r}."
        )

    @contextmanager
    def device(self, device_name_or_function) -> Generator[None, None, None]:
        """Ask for nodes made inside to run on a device (name or function of a node).

        Raises ValueError for a name that is none.
        """
        if isinstance(device_name_or_function, str):
            device_names.parts(device_name_or_function)
        outer = self._devices
        self._devices = [*outer, device_name_or_function]
        try:
            yield
        finally:
            self._devices = outer

    @contextmanager
    def colocate_with(
        self, op, ignore_existing: bool = False
    ) -> Generator[None, None, None]:
        """Accepted for its callers' sake: placement is the compiler's here."""
        yield

    @contextmanager
    def gradient_override_map(self, op_type_map) -> Generator[None, None, None]:
        """Nodes made inside differentiate by registered rules: op type -> name."""
        for key, value in op_type_map.items():
            if not (isinstance(key, str) and isinstance(value, str)):
                raise TypeError("op_type_map must map from op types to names.")
        self._attr_scopes.append(dict(op_type_map))
        try:
            yield
        finally:
            self._attr_scopes.pop()

    # --- look-up --------------------------------------------------------------------

    def get_operations(self) -> list[Node]:
        return list(self._nodes.values())

    def get_operation_by_name(self, name: Any) -> Node:
        """Raises KeyError where there is no such operation."""
        if not isinstance(name, str):
            raise TypeError(f"Operation names are strings (or similar), not {name!r}.")
        if ":" in name and name.rsplit(":", 1)[1].isdigit():
            raise ValueError(
                f"The name '{name}' appears to refer to a Tensor, not an Operation."
            )
        try:
            return self._nodes[name]
        except KeyError:
            raise KeyError(
                f"The name '{name}' refers to an Operation not in the graph."
            ) from None

    def get_tensor_by_name(self, name: Any) -> Tensor:
        """Raises ValueError for no tensor name, KeyError where there is none."""
        if not isinstance(name, str):
            raise TypeError(f"Tensor names are strings (or similar), not {name!r}.")
        op_name, colon, index = name.rpartition(":")
        if not colon or not index.isdigit():
            raise ValueError(
                f"The name '{name}' looks like an (invalid) Operation name, not a "
                'Tensor. Tensor names must be of the form "<op_name>:<output_index>".'
            )
        node = self._nodes.get(op_name)
        if node is None or int(index) >= len(node.outputs):
            reason = (
                f"The operation, '{op_name}', does not exist in the graph."
                if node is None
                else f"The operation, '{op_name}', exists but only has "
                f"{len(node.outputs)} outputs."
            )
            raise KeyError(
                f"The name '{name}' refers to a Tensor which does not exist. {reason}"
            )
        return node.outputs[int(index)]

    def as_graph_element(self, obj, allow_tensor=True, allow_operation=True):
        """The tensor or operation that `obj` is or names. Raises as the look-ups do."""
        convert = getattr(obj, "_as_graph_element", None)
        if convert is not None:
            obj = convert()
        if isinstance(obj, str | bytes):
            name = obj.decode() if isinstance(obj, bytes) else obj
            if ":" in name and allow_tensor:
                return self.get_tensor_by_name(name)
            if allow_operation:
                return self.get_operation_by_name(name)
            return self.get_tensor_by_name(name)
        if isinstance(obj, Tensor) and allow_tensor:
            if obj.graph is not self:
                raise ValueError(f"Tensor {obj} is not an element of this graph.")
            return obj
        if isinstance(obj, Node) and allow_operation:
            if obj.graph is not self:
                raise ValueError(f"Operation {obj!r} is not an element of this graph.")
            return obj
        kinds = ["Tensor"] * allow_tensor + ["Operation"] * allow_operation
        what = "Operation" if isinstance(obj, Node) else type(obj).__name__
        raise TypeError(f"Can not convert a {what} into a {' or '.join(kinds)}.")

    # --- what runs may name -----------------------------------------------------------

    def is_fetchable(self, tensor_or_op) -> bool:
        return id(self.as_graph_element(tensor_or_op)) not in self._unfetched

    def is_feedable(self, tensor) -> bool:
        return id(self.as_graph_element(tensor)) not in self._unfed

    def prevent_fetching(self, op) -> None:
        """Let no run fetch the operation `op` or what it gives."""
        node = self.as_graph_element(op)
        barred = [node, *getattr(node, "outputs", ())]
        self._unfetched.update((id(item), item) for item in barred)

    def prevent_feeding(self, tensor) -> None:
        """Let no run feed `tensor`."""
        found = self.as_graph_element(tensor)
        self._unfed[id(found)] = found

    # --- collections ----------------------------------------------------------------

    def add_to_collection(self, name, value) -> None:
        self._check_open("to a collection")
        self._collections.setdefault(name, []).append(value)

    def add_to_collections(self, names, value) -> None:
        names = (names,) if isinstance(names, str) else dict.fromkeys(names)
        for name in names:
            self.add_to_collection(name, value)

    def get_collection(self, name, scope: str | None = None) -> list:
        """A copy of the collection; `scope` keeps items whose name it matches."""
        items = list(self._collections.get(name, []))
        if scope is None:
            return items
        pattern = re.compile(scope)
        return [i for i in items if hasattr(i, "name") and pattern.match(i.name)]

    def get_collection_ref(self, name) -> list:
        return self._collections.setdefault(name, [])

    def get_all_collection_keys(self) -> list:
        return [k for k in self._collections if isinstance(k, str)]

    @property
    def collections(self) -> list:
        return list(self._collections)

    def clear_collection(self, name) -> None:
        self._collections.pop(name, None)

    # --- entering, writing ------------------------------------------------------------

    def as_default(self):
        """A context manager: calls land in this graph."""
        return context.entered(self)

    def as_graph_def(self, from_version=None, add_shapes: bool = False):
        """This graph as TensorFlow's GraphDef protocol buffer."""
        return serializer().graph_def(self, add_shapes=add_shapes)

    def _add_node_for_import(self, op, name, bound, shapes, control) -> Node:
        node = self._add(op, name, bound, shapes, user_line())
        node.control_inputs = control
        self._names.setdefault(name.lower(), 1)
        return node
