"""`tf.Variable` of 1.x: what all variables share, and reference variables."""

from __future__ import annotations

from typing import Any

from penstock.core.dtypes import as_dtype
from penstock.core.shapes import TensorShape
from penstock.ir import context, sessions
from penstock.ir.convert import as_tensor
from penstock.ir.tensor import Reference, Tensor
from penstock.ops import state as ops
from penstock.ops.source import identity
from penstock.v1.default_graph import get_default_graph
from penstock.v1.graph_keys import GraphKeys
from penstock.v1.initialized import guarded, initialized_value
from penstock.v1.scopes import init_scope
from penstock.v1.slice_info import SaveSliceInfo
from penstock.v1.variable_operators import attach, attach_parts

_resource_default = False


def enable_resource_variables() -> None:
    """Make `tf.Variable` a resource variable where nothing else is said."""
    global _resource_default
    _resource_default = True


def disable_resource_variables() -> None:
    global _resource_default
    _resource_default = False


def resource_variables_enabled() -> bool:
    return _resource_default


class Variable:
    """State of a graph that a session keeps between runs. As `tf.Variable` of 1.x.

    `initial_value` is a tensor, what converts to one, or a function without
    arguments that gives one; `dtype` None takes its dtype. The variable joins
    `collections` (GLOBAL_VARIABLES by default), and TRAINABLE_VARIABLES where
    `trainable`. With `validate_shape=False` the shape may change. `use_resource`
    chooses a resource variable, whose reads are snapshots. Raises ValueError where
    the initial value is missing or its shape unknown.
    """

    __array_priority__ = 100

    def __new__(cls, *args, use_resource=None, **kwargs):
        kind: Any = cls
        if kind is Variable:
            if context.executing_eagerly():
                return _eager(*args, **kwargs)
            if use_resource is None:
                use_resource = _scope_wants_resource()
            from penstock.v1.resource_variables import ResourceVariable

            kind = ResourceVariable if use_resource else RefVariable
        return object.__new__(kind)

    def __init__(
        self,
        initial_value=None,
        trainable=None,
        collections=None,
        validate_shape=True,
        caching_device=None,
        name=None,
        variable_def=None,
        dtype=None,
        expected_shape=None,
        import_scope=None,
        constraint=None,
        use_resource=None,
        synchronization=None,
        aggregation=None,
        shape=None,
    ):
        del caching_device, expected_shape, use_resource
        self._constraint = constraint
        self._save_slice_info = None
        self.synchronization, self.aggregation = synchronization, aggregation
        if variable_def is not None:
            if initial_value is not None:
                raise ValueError(
                    "variable_def and initial_value are mutually exclusive."
                )
            self._init_from_proto(variable_def, import_scope)
            return
        if constraint is not None and not callable(constraint):
            raise ValueError("The `constraint` argument must be a callable.")
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        self._trainable = True if trainable is None else bool(trainable)
        keys = _collections(collections, self._trainable)
        with init_scope():
            self._graph = get_default_graph()
            with self._graph.name_scope(name or "Variable") as scope:
                dtype = None if dtype is None else as_dtype(dtype)
                self._create(initial_value, scope, dtype, validate_shape, shape)
            self._graph.add_to_collections(keys, self)

    # --- what it is ---------------------------------------------------------------

    _tensor: Any  # the reference, or the resource handle
    _snapshot: Any
    _initializer_op: Any
    _initial_value: Any

    def _create(self, initial_value, scope, dtype, validate_shape, shape) -> None:
        """Make the nodes: first value, variable, assignment, read."""
        raise NotImplementedError

    def _write(self, kind, value, use_locking, name, read_value):
        raise NotImplementedError

    def value(self) -> Tensor:
        """The value as a tensor, for use in the graph."""
        raise NotImplementedError

    @property
    def dtype(self):
        raise NotImplementedError

    @property
    def shape(self) -> TensorShape:
        raise NotImplementedError

    @property
    def name(self) -> str:
        return self._tensor.name

    @property
    def op(self):
        return self._tensor.op

    @property
    def graph(self):
        return self._tensor.graph

    @property
    def device(self) -> str:
        return self._tensor.device

    @property
    def trainable(self) -> bool:
        return self._trainable

    @property
    def constraint(self):
        return self._constraint

    @property
    def initializer(self):
        """The operation that gives the variable its initial value."""
        return self._initializer_op

    @property
    def initial_value(self) -> Tensor:
        return self._initial_value

    @property
    def _shared_name(self) -> str:
        return self._tensor.op.name

    def get_shape(self) -> TensorShape:
        return self.shape

    def initialized_value(self) -> Tensor:
        """The value, or the initial value while the variable has none."""
        return initialized_value(self)

    def eval(self, session=None):
        """The value in `session`, by default the entered one."""
        return sessions.of(self.graph, session, self).run(self)

    def load(self, value, session=None) -> None:
        """Set the value in `session` without adding to the graph."""
        session = session if session is not None else sessions.current()
        if session is None:
            raise ValueError(
                "Either session argument should be provided or default session "
                "should be established."
            )
        session.set_variable(self, value)

    def ref(self) -> Reference:
        """A hashable stand-in, for dictionaries and sets."""
        return Reference(self)

    experimental_ref = ref

    def _dense_tensor(self, dtype=None, name=None) -> Tensor:
        del dtype, name
        return self.value()

    def __iter__(self):
        raise TypeError("'Variable' object is not iterable.")

    def __bool__(self):
        return bool(self.value())

    def __eq__(self, other):
        if not Tensor.equality:
            return self is other
        return self.value() == other

    def __ne__(self, other):
        if not Tensor.equality:
            return self is not other
        return self.value() != other

    def __hash__(self):
        if Tensor.equality:
            raise TypeError(
                "Variable is unhashable. Instead, use variable.ref() as the key."
            )
        return id(self)

    def __repr__(self):
        shape = "<unknown>" if self.shape.rank is None else _as_tuple(self.shape)
        return f"<tf.Variable '{self.name}' shape={shape} dtype={self.dtype.name}>"

    SaveSliceInfo = SaveSliceInfo

    def _set_save_slice_info(self, info) -> None:
        self._save_slice_info = info

    # --- assignments ----------------------------------------------------------------

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Set to `value`; gives the variable afterwards, or the operation."""
        return self._write("assign", value, use_locking, name, read_value)

    def assign_add(self, delta, use_locking=False, name=None, read_value=True):
        return self._write("assign_add", delta, use_locking, name, read_value)

    def assign_sub(self, delta, use_locking=False, name=None, read_value=True):
        return self._write("assign_sub", delta, use_locking, name, read_value)

    def count_up_to(self, limit):
        """Add 1; gives the value before. OutOfRangeError once `limit` is reached."""
        from penstock.v1.assign import count_up_to

        return count_up_to(self, limit)

    def to_proto(self, export_scope=None):
        """This variable as a VariableDef, None where outside `export_scope`."""
        from penstock.saving.variable_def import to_proto

        return to_proto(self, export_scope)

    @staticmethod
    def from_proto(variable_def, import_scope=None) -> Any:
        return Variable(
            variable_def=variable_def,
            import_scope=import_scope,
            use_resource=variable_def.is_resource,
        )

    def _init_from_proto(self, proto, scope) -> None:
        self._graph = graph = get_default_graph()

        def find(name):
            full = f"{scope}/{name}" if scope else name
            return graph.as_graph_element(full)

        self._tensor = find(proto.variable_name)
        self._initializer_op = find(proto.initializer_name)
        self._snapshot = find(proto.snapshot_name)
        value = proto.initial_value_name
        self._initial_value = find(value) if value else None
        self._trainable = proto.trainable
        if proto.HasField("save_slice_info_def"):
            info = proto.save_slice_info_def
            self._save_slice_info = Variable.SaveSliceInfo(
                info.full_name, info.full_shape, info.var_offset, info.var_shape
            )


class RefVariable(Variable):
    """A variable that is a reference: its reads show what is there when they run."""

    def _create(self, initial_value, scope, dtype, validate_shape, shape) -> None:
        name = scope[:-1]
        if callable(initial_value) and not isinstance(initial_value, Tensor):
            with self._graph.name_scope("Initializer"):
                initial_value = as_initial(initial_value(), dtype, "initial_value")
            value = initial_value
        else:
            value = as_initial(initial_value, dtype, "initial_value")
        dims = value.shape if validate_shape else TensorShape(shape)
        require_shape(value, validate_shape)
        self._initial_value = value
        self._tensor = ops.variable_v2(
            dtype=value.dtype.base_dtype, shape=dims, name=name + "/"
        )
        assigned = ops.assign(
            self._tensor,
            guarded(value, name),
            validate_shape=validate_shape,
            name=scope + "Assign/",
        )
        self._initializer_op = assigned.op
        self._snapshot = identity(self._tensor, name=scope + "read/")

    @property
    def dtype(self):
        return self._tensor.dtype

    @property
    def shape(self) -> TensorShape:
        return self._tensor.shape

    def set_shape(self, shape) -> None:
        self._tensor.set_shape(shape)
        self._snapshot.set_shape(shape)

    def value(self) -> Tensor:
        return self._snapshot

    def read_value(self) -> Tensor:
        return identity(self._tensor, name="read")

    def _ref(self) -> Tensor:
        return self._tensor

    def _as_graph_element(self) -> Tensor:
        return self._tensor

    def _write(self, kind, value, use_locking, name, read_value):
        op = getattr(ops, kind)
        out = op(self._tensor, value, use_locking=bool(use_locking), name=name)
        return out if read_value else out.op


def _eager(initial_value=None, trainable=None, collections=None, *args, **given):
    """A variable that holds its value itself, under `tf.enable_eager_execution`."""
    from penstock.api.variable import Variable as EagerVariable

    del collections
    for name in ("collections", "expected_shape", "validate_shape", "caching_device"):
        given.pop(name, None)
    if callable(initial_value):
        initial_value = initial_value()
    return EagerVariable(initial_value, trainable, *args, **given)


def _scope_wants_resource() -> bool:
    from penstock.v1.variable_scope import get_variable_scope

    wanted = get_variable_scope().use_resource
    return _resource_default if wanted is None else wanted


def _collections(given, trainable: bool) -> list:
    if given is None:
        given = [GraphKeys.GLOBAL_VARIABLES]
    if not isinstance(given, list | tuple | set):
        raise ValueError(
            "collections argument to Variable constructor must be a list, tuple, or "
            f"set. Got {given!r} of type {type(given).__name__}."
        )
    keys = list(given)
    if trainable and GraphKeys.TRAINABLE_VARIABLES not in keys:
        keys.append(GraphKeys.TRAINABLE_VARIABLES)
    return keys


def as_initial(value, dtype, name: str) -> Tensor:
    """An initial value as a tensor; ValueError for one of another dtype."""
    tensor = as_tensor(context.landing(), value, dtype, name)
    if dtype is not None and tensor.dtype.base_dtype is not dtype.base_dtype:
        raise ValueError(
            f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype "
            f"{tensor.dtype.name}: {tensor!r}. Use tf.cast."
        )
    return tensor


def require_shape(value: Tensor, validate_shape: bool) -> None:
    """Raises ValueError where the initial value's shape is unknown and matters."""
    if validate_shape and value.dims is None:
        raise ValueError(
            f"initial_value must have a shape specified: {value!r}. Give it one with "
            "set_shape, or pass validate_shape=False."
        )


def _as_tuple(shape: TensorShape) -> str:
    sizes = ["?" if d is None else str(d) for d in shape.as_list()]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"


attach(Variable, lambda variable: variable.value())
attach_parts(Variable)
