"""Resource variables: a handle, read and assigned by nodes of their own."""

from __future__ import annotations

from penstock.core.shapes import TensorShape
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.tensor import Tensor
from penstock.ops import state as ops
from penstock.ops.source import identity
from penstock.v1.initialized import guarded
from penstock.v1.variables import Variable, as_initial, require_shape


class ResourceVariable(Variable):
    """A variable behind a handle: each read is a snapshot at its place in the run."""

    def _create(self, initial_value, scope, dtype, validate_shape, shape) -> None:
        name = scope[:-1]
        with self._graph.name_scope("Initializer"):
            if callable(initial_value) and not isinstance(initial_value, Tensor):
                initial_value = initial_value()
            value = as_initial(initial_value, dtype, "initial_value")
        require_shape(value, validate_shape)
        self._initial_value = value
        dims = TensorShape(shape) if shape is not None else value.shape
        kind = value.dtype.base_dtype
        self._tensor = ops.var_handle(
            dtype=kind, shape=dims, shared_name=name, name=name + "/"
        )
        self._tensor.variable_dims = dims
        self._is_initialized = ops.var_is_initialized(
            self._tensor, name=scope + "IsInitialized/VarIsInitializedOp/"
        )
        self._initializer_op = ops.assign_variable(
            self._tensor, guarded(value, name), dtype=kind, name=scope + "Assign/"
        )
        self._snapshot = ops.read_variable(
            self._tensor, dtype=kind, name=scope + "Read/ReadVariableOp/"
        )

    def _init_from_proto(self, proto, scope) -> None:
        super()._init_from_proto(proto, scope)
        self._tensor.variable_dims = self._tensor.op.get_attr("shape")

    @property
    def handle(self) -> Tensor:
        return self._tensor

    @property
    def dtype(self):
        return self._tensor.op.attrs["dtype"]

    @property
    def shape(self) -> TensorShape:
        return TensorShape(self._tensor.variable_dims)

    def set_shape(self, shape) -> None:
        self._tensor.variable_dims = self.shape.merge_with(shape)
        self._snapshot.set_shape(shape)

    def value(self) -> Tensor:
        return ops.read_variable(self._tensor, dtype=self.dtype)

    def read_value(self) -> Tensor:
        where = context.landing()
        with where.name_scope("Read"):
            read = ops.read_variable(self._tensor, dtype=self.dtype)
        return identity(read)

    def is_initialized(self, name=None) -> Tensor:
        return ops.var_is_initialized(self._tensor, name=name)

    def _as_graph_element(self) -> Tensor:
        return self._snapshot

    def _ref(self) -> Tensor:
        return self._tensor

    def _write(self, kind, value, use_locking, name, read_value):
        del use_locking
        value = as_tensor(context.landing(), value, self.dtype, None)
        self.shape.assert_is_compatible_with(value.shape)
        done = getattr(ops, f"{kind}_variable")(
            self._tensor, value, dtype=self.dtype, name=name
        )
        return self.after(done) if read_value else done

    def after(self, operation) -> ResourceVariable:
        """This variable as it is once `operation` ran."""
        return AssignedVariable(self, operation)


class AssignedVariable(ResourceVariable):
    """What an assignment to a resource variable gives: reads come after it."""

    def __new__(cls, *_):
        return object.__new__(cls)

    def __init__(self, variable: ResourceVariable, operation):
        self.__dict__.update(variable.__dict__)
        self._after = operation
        with context.landing().control_dependencies([operation]):
            self._snapshot = ops.read_variable(self._tensor, dtype=self.dtype)

    @property
    def op(self):
        return self._after

    def value(self) -> Tensor:
        with context.landing().control_dependencies([self._after]):
            return super().value()

    def eval(self, session=None):
        return self._snapshot.eval(session=session)
