"""`Tensor`: one output of a node. Values live in a run, or come when looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from penstock.core.dtypes import DType
from penstock.core.shapes import Dims, TensorShape, as_dims, merge
from penstock.ir import sessions

if TYPE_CHECKING:
    from penstock.ir.graph import Graph, Node


class NeedsValue(TypeError):
    """Python asked a symbolic tensor for its value."""


class Tensor:
    """The symbolic result of an operation: `dtype`, partial `shape`, `name`.

    Operators (`+`, `[...]`) are attached by `penstock.api.operators`.
    """

    __slots__ = (
        "__dict__",  # programs hang attributes on tensors, as TensorFlow lets them
        "__weakref__",
        "_node",
        "dims",
        "dtype",
        "value_index",
        "variable_dims",
    )

    #: 2.x compares tensors elementwise with `==`; 1.x compares identity.
    equality = True

    def __init__(self, node: Node, index: int, dtype: DType, dims: Dims):
        self._node: Any = node  # None where an eager tensor has no node
        self.value_index = index
        self.dtype = dtype
        #: A tuple of sizes, None where unknown; None for an unknown rank. `Dims`, but
        #: no checker can follow that a rank was asked for before it is used.
        self.dims: Any = dims
        #: For a resource handle: the shape of the variable it names.
        self.variable_dims: TensorShape | None = None

    @property
    def op(self) -> Node:
        """The `Operation` that computes this tensor."""
        return self._node

    @property
    def graph(self) -> Graph:
        return self._node.graph

    @property
    def name(self) -> str:
        return f"{self._node.name}:{self.value_index}"

    @property
    def device(self) -> str:
        return self._node.device

    @property
    def shape(self) -> TensorShape:
        return TensorShape(self.dims)

    def get_shape(self) -> TensorShape:
        """The static shape; 1.x's spelling of `shape`."""
        return TensorShape(self.dims)

    @property
    def ndim(self) -> int:
        if self.dims is None:
            raise ValueError(f"The rank of {self.name} is not known.")
        return len(self.dims)

    def set_shape(self, shape) -> None:
        """Merge `shape` into the static shape. Raises ValueError where they differ."""
        self.dims = merge(self.dims, as_dims(shape))

    def consumers(self) -> list[Node]:
        return [n for n in self.graph.get_operations() if self in _Identity(n.inputs)]

    def eval(self, feed_dict=None, session=None):
        """This tensor's value in `session`, by default the entered one."""
        return sessions.of(self.graph, session, self).run(self, feed_dict)

    def ref(self) -> Reference:
        """A hashable stand-in, for dictionaries and sets."""
        return Reference(self)

    experimental_ref = ref

    def __repr__(self):
        kind = self.dtype.name
        return f"<tf.Tensor '{self.name}' shape={self.shape} dtype={kind}>"

    def __str__(self):
        shape = "" if self.dims is None else f" shape={self.shape},"
        return f'Tensor("{self.name}",{shape} dtype={self.dtype.name})'

    def _compares_by_value(self) -> bool:
        """Whether `==` is elementwise: under the 2.x face, outside plain graphs."""
        return Tensor.equality and (
            self._node is None or self._node.graph.building_function
        )

    def __hash__(self):
        if self._compares_by_value():
            raise TypeError(
                "Tensor is unhashable. Instead, use tensor.ref() as the key."
            )
        return id(self)

    def __eq__(self, other):
        if not self._compares_by_value():
            return self is other
        return self._equal(other)

    def __ne__(self, other):
        if not self._compares_by_value():
            return self is not other
        return self._not_equal(other)

    def _equal(self, other) -> Any:  # replaced by penstock.api.operators
        return self is other

    def _not_equal(self, other) -> Any:
        return self is not other

    if TYPE_CHECKING:  # attached by penstock.api.operators

        def _operator(self, other: Any) -> Any: ...
        def __neg__(self) -> Any: ...
        def __abs__(self) -> Any: ...
        def __invert__(self) -> Any: ...
        def __getitem__(self, spec: Any) -> Any: ...

        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _operator
        __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _operator
        __mod__ = __rmod__ = __pow__ = __rpow__ = __matmul__ = __rmatmul__ = _operator
        __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = _operator
        __lt__ = __le__ = __gt__ = __ge__ = _operator

    def __bool__(self):
        raise NeedsValue(
            f"Using the symbolic tensor {self.name} as a Python bool is not allowed. "
            "Use `if t is not None:` to test if it is defined, and tf.cond to run "
            "a part of the graph depending on its value."
        )

    def __iter__(self):
        if self.dims is None:
            raise NeedsValue("Cannot iterate over a tensor with unknown rank.")
        if not self.dims:
            raise TypeError("Cannot iterate over a scalar tensor.")
        if self.dims[0] is None:
            raise NeedsValue(
                f"Cannot iterate over {self.name}: its first dimension is unknown. "
                "Use tf.map_fn or tf.while_loop."
            )
        return (self[i] for i in range(self.dims[0]))

    def _no_number(self):
        raise NeedsValue(
            f"The symbolic tensor {self.name} cannot be used as a Python number. "
            "Run it in a Session, or keep it inside tf operations."
        )

    __int__ = __float__ = __complex__ = __index__ = _no_number

    def __len__(self):
        raise NeedsValue(
            f"len is not well defined for the symbolic tensor {self.name}. "
            "Call `x.shape` rather than `len(x)` for shape information."
        )

    def __array__(self, *args, **kwargs):
        raise NotImplementedError(
            f"Cannot convert the symbolic tensor {self.name} to a NumPy array. "
            "Run it in a Session, or keep it inside tf operations."
        )

    __array_priority__ = 100


class Reference:
    """A tensor or variable compared by identity."""

    __slots__ = ("_object",)

    def __init__(self, target):
        self._object = target

    def deref(self):
        return self._object

    def __eq__(self, other):
        return isinstance(other, Reference) and self._object is other._object

    def __hash__(self):
        return id(self._object)

    def __repr__(self):
        return f"<Reference wrapping {self._object!r}>"


class _Identity:
    """`in` by identity, whatever `==` means for tensors."""

    def __init__(self, items):
        self._items = items

    def __contains__(self, wanted):
        return any(item is wanted for item in self._items)
