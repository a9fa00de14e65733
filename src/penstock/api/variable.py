"""`Variable`: a value that programs change in place, under eager execution.

Outside functions a variable is a cell holding an eager tensor; an assignment puts
another tensor there. Inside a traced function it is a resource handle that is read
and assigned by nodes.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from penstock.api.operators import attach
from penstock.api.slicing import assign_slice, parse
from penstock.api.variable_initial import initial_tensor
from penstock.api.variable_scatter import SparseUpdates
from penstock.api.variable_sliced import sliced
from penstock.core.dtypes import DType, as_dtype
from penstock.core.errors import ShapeError
from penstock.core.shapes import TensorShape, as_dims, compatible, show
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ir.tensor import Reference, Tensor
from penstock.runtime.eager.recorder import RECORDER
from penstock.runtime.eager.tensor import EagerTensor

_uids = itertools.count()


#: The value of every handle: what it names is its `cell`. An array of objects is not
#: seen by Python's collector, and would keep a variable that it held for ever.
_HANDLE = np.empty((), object)


class Variable(SparseUpdates):
    """A changeable tensor. As `tf.Variable` under eager execution.

    Raises ValueError without an initial value, or where a value assigned later is
    shaped otherwise.
    """

    __array_priority__ = 100
    #: Ops that are given one of these read it.
    cell_value = True
    _own_dims: Any

    def __init__(
        self, initial_value=None, trainable=None, validate_shape=True,
        caching_device=None, name=None, variable_def=None, dtype=None,
        import_scope=None, constraint=None, synchronization=None, aggregation=None,
        shape=None,
    ):  # fmt: skip
        if initial_value is None:
            raise ValueError(
                "The `initial_value` arg to `tf.Variable` must be specified except "
                "when you are not providing a `variable_def`."
            )
        self._uid = next(_uids)
        self._trainable = True if trainable is None else bool(trainable)
        self._name = name or "Variable"
        if type(self) is Variable and context.executing_eagerly() and RECORDER.scope:
            self._name = f"{RECORDER.scope}/{self._name}"
        self.constraint = constraint
        self.synchronization, self.aggregation = synchronization, aggregation
        kind = None if dtype is None else as_dtype(dtype)
        value = initial_tensor(initial_value, kind)
        self._dtype: DType = value.dtype.base_dtype
        self._own_dims = value.dims if shape is None else as_dims(shape)
        self._tensor: EagerTensor = value
        self._handle = EagerTensor(as_dtype("resource"), (), _HANDLE)
        self._handle.variable_dims = TensorShape(self._own_dims)
        self._handle.cell = self
        watcher = context.landing()
        made = getattr(watcher, "variable_made", None)
        if made is not None:
            made(self)

    # --- what it is -------------------------------------------------------------------

    @property
    def name(self) -> str:
        return f"{self._name}:0"

    @property
    def _shared_name(self) -> str:
        return self._name

    @property
    def dtype(self) -> DType:
        return self._dtype

    @property
    def shape(self) -> TensorShape:
        return TensorShape(self._own_dims)

    def get_shape(self) -> TensorShape:
        return self.shape

    @property
    def trainable(self) -> bool:
        return self._trainable

    @property
    def device(self) -> str:
        return self._tensor.device

    @property
    def handle(self) -> Tensor:
        return self._resource()

    @property
    def op(self):
        return self._handle.op

    @property
    def graph(self):
        return self._handle.graph

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def ref(self) -> Reference:
        return Reference(self)

    experimental_ref = ref

    # --- reading ----------------------------------------------------------------------

    def _resource(self) -> Tensor:
        """The handle, as a tensor of the graph that is being traced, if any."""
        where = context.landing()
        return self._handle if where.eager else where.own(self._handle)

    _ref = _resource

    def _dense_tensor(self, dtype=None, name=None) -> Tensor:
        """The value now; what ops take when they are given a variable."""
        where = context.landing()
        if not where.eager:
            return TABLE["ReadVariableOp"](where.own(self._handle), dtype=self._dtype)
        tensor = self._tensor
        if tensor._value is None:
            RECORDER.before_read(self, tensor)
        for tape in RECORDER.window.tapes:
            tape.variable_read(self, tensor)
        return tensor

    def value(self) -> Tensor:
        return self._dense_tensor()

    def read_value(self) -> Tensor:
        return self._dense_tensor()

    def numpy(self):
        if not context.executing_eagerly():
            raise NotImplementedError(
                "numpy() is only available when eager execution is enabled."
            )
        return self._tensor.numpy()

    def eval(self, session=None):
        return self.numpy()

    def initialized_value(self):
        return self._dense_tensor()

    def is_initialized(self, name=None):
        return as_tensor(context.landing(), True, None, name)

    @property
    def initial_value(self):
        raise RuntimeError("This property is not supported when eager execution is on.")

    # --- assigning ------------------------------------------------------------------

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Take `value` [same shape]. Returns the variable."""
        return self._put("AssignVariableOp", value, name, read_value)

    def assign_add(self, delta, use_locking=False, name=None, read_value=True):
        return self._put("AssignAddVariableOp", delta, name, read_value)

    def assign_sub(self, delta, use_locking=False, name=None, read_value=True):
        return self._put("AssignSubVariableOp", delta, name, read_value)

    def _put(self, op_type: str, value, name, read_value):
        where = context.landing()
        tensor = as_tensor(where, value, self._dtype, None)
        kind = tensor.dtype
        if kind is not self._dtype and kind.base_dtype is not self._dtype:
            raise ValueError(
                f"Cannot assign a value of dtype {tensor.dtype.name} to variable "
                f"'{self.name}' of dtype {self._dtype.name}. Use tf.cast."
            )
        if op_type == "AssignVariableOp" and not compatible(
            self._own_dims, tensor.dims
        ):
            raise ValueError(
                f"Cannot assign value to variable ' {self.name}': Shape mismatch.The "
                f"variable shape {self.shape}, and the assigned value shape "
                f"{tensor.shape} are incompatible."
            )
        if not where.eager:
            node = TABLE[op_type](where.own(self._handle), tensor, dtype=self._dtype)
            return self if read_value else node
        if op_type == "AssignVariableOp":
            new = tensor if isinstance(tensor, EagerTensor) else where.own(tensor)
            if new._value is None:
                # The program may hold it too: a tape must not take it for the variable.
                with RECORDER.untaped():
                    new = TABLE["Identity"](new)
        else:
            old = self._tensor
            if old._value is None:
                RECORDER.before_read(self, old)
            op = TABLE["AddV2" if op_type == "AssignAddVariableOp" else "Sub"]
            if RECORDER.window.tapes:
                # The old value is read to be replaced: no tape should see it.
                with RECORDER.untaped():
                    new = op(old, tensor)
            else:
                new = op(old, tensor)
            if new.dims != old.dims:
                raise ShapeError(
                    f"Cannot add a value of shape {show(tensor.dims)} to variable "
                    f"'{self.name}' of shape {self.shape}."
                )
        self._set(new)
        return self

    def _assign_part(self, index, value):
        """`self[index] = value`."""
        where = context.landing()
        if not where.eager:
            assign_slice(self, index, value)
            return self
        begin, end, strides, masks = parse(index)
        new = TABLE["TensorStridedSliceUpdate"](
            self._dense_tensor(), begin, end, strides,
            as_tensor(where, value, self._dtype, None), **masks,
        )  # fmt: skip
        return self.assign(new)

    def _set(self, tensor: EagerTensor) -> None:
        """Hold `tensor` from now on. The one place where the value changes."""
        # A tensor that others see must not be taken for this variable by a tape.
        if tensor._value is not None:
            tensor = EagerTensor(tensor.dtype, tensor.dims, tensor._value)
        self._tensor = tensor

    def __iadd__(self, other):
        raise _in_place("+", "assign_add")

    def __isub__(self, other):
        raise _in_place("-", "assign_sub")

    def __imul__(self, other):
        raise _in_place("*", "assign")

    def __itruediv__(self, other):
        raise _in_place("/", "assign")

    # --- as Python sees it ----------------------------------------------------------

    def __array__(self, dtype=None, copy=None):
        return self._tensor.__array__(dtype)

    def __int__(self):
        return int(self._tensor)

    def __float__(self):
        return float(self._tensor)

    def __bool__(self):
        return bool(self._dense_tensor())

    def __len__(self):
        return self._tensor.__len__()

    def __index__(self):
        return self._tensor.__index__()

    def __iter__(self):
        return iter(self._dense_tensor())

    def __format__(self, spec):
        return format(self.numpy() if not self.shape.rank else str(self), spec)

    def __hash__(self):
        if Tensor.equality:
            raise TypeError(
                "Variable is unhashable. Instead, use variable.ref() as the key."
            )
        return id(self)

    def __eq__(self, other):
        if not Tensor.equality:
            return self is other
        return self._dense_tensor() == other

    def __ne__(self, other):
        if not Tensor.equality:
            return self is not other
        return self._dense_tensor() != other

    def __repr__(self):
        head = f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}"
        if not context.executing_eagerly():
            return head + ">"
        return f"{head}, numpy={self._tensor._numpy_repr()}>"

    __str__ = __repr__

    def __deepcopy__(self, memo):
        return Variable(
            self._tensor.numpy(), trainable=self._trainable, name=self._name,
            dtype=self._dtype, constraint=self.constraint,
        )  # fmt: skip

    def __reduce__(self):
        return _restored, (self.numpy(), self._trainable, self._name)

    def _copy_trackable_to_cpu(self, *_args, **_kwargs):
        return None


def _in_place(sign: str, method: str) -> RuntimeError:
    return RuntimeError(
        f"`variable {sign}= value` with `tf.Variable`s is not supported. Use "
        f"`variable.{method}(value)` to modify the variable, or `out = variable {sign} "
        "value` if you need to get a new output Tensor."
    )


attach(Variable)
setattr(Variable, "__getitem__", sliced)  # noqa: B010 (after `attach`'s own)


def _restored(value, trainable, name) -> Variable:
    return Variable(value, trainable=trainable, name=name)
