"""`EagerTensor`: a tensor with a value, known already or computed when looked at."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from penstock.core.convert import whole
from penstock.core.dtypes import DType, string
from penstock.core.errors import InvalidArgumentError
from penstock.core.shapes import Dims, TensorShape
from penstock.ir.tensor import Tensor

#: Arrays on a device are fetched for an index only up to this many elements.
_SMALL = 1 << 16


def _plain(index) -> bool:
    """Whether Python numbers alone say which part is meant."""
    if isinstance(index, tuple):
        return all(map(_plain, index))
    if isinstance(index, slice):
        return all(
            part is None or type(part) is int
            for part in (index.start, index.stop, index.step)
        )
    return type(index) is int or index is None or index is Ellipsis


class EagerTensor(Tensor):
    """A value of the 2.x face. As `tf.Tensor` under eager execution."""

    __slots__ = ("_entered", "_slot", "_value", "_window", "cell")

    is_eager = True
    _node = None  # type: ignore[assignment]
    value_index = 0

    def __init__(self, dtype: DType, dims: Dims, value: Any = None):
        self.dtype = dtype
        self.dims = dims
        self.variable_dims = None
        self._value = value
        self._window: Any = None
        self._slot = -1
        self._entered = 0  # how often this array was the input of a window

    # --- looking --------------------------------------------------------------------

    def array(self) -> Any:
        """The value as NumPy or JAX holds it, computed now if it was not."""
        value = self._value
        if value is None:
            value = self._window.look(self)
        return value

    def numpy(self):
        """The value as a NumPy array, or scalar for shape ()."""
        array = np.asarray(self.array())
        if array.ndim:
            return array.copy()
        return array.item() if self.dtype is string else array[()]

    def _numpy(self) -> np.ndarray:
        """The value as an array that must not be written to."""
        return np.asarray(self.array())

    def known_value(self) -> np.ndarray | None:
        """The value if it has been computed; what shape rules may look at."""
        return None if self._value is None else np.asarray(self._value)

    def __array__(self, dtype=None, copy=None):
        array = np.array(self.array())
        return array if dtype is None else array.astype(dtype)

    def __bool__(self):
        return bool(self._numpy())

    def __int__(self):
        return int(self._scalar())

    def __float__(self):
        return float(self._scalar())

    def __complex__(self):
        return complex(self._scalar())

    def __index__(self):
        return self._scalar().__index__()

    def __round__(self, digits=None):
        array: Any = self.numpy()
        return round(array, digits) if digits else round(float(self))

    def _scalar(self):
        array = self._numpy()
        if array.size != 1:
            raise TypeError("only length-1 arrays can be converted to Python scalars")
        return array.reshape(())[()]

    def __len__(self):
        if not self.shape.rank:
            raise TypeError("Scalar tensor has no `len()`")
        return int(self.dims[0])

    def __iter__(self):
        if self.dims is not None and not self.dims:
            raise TypeError("Cannot iterate over a scalar tensor")
        self.array()  # once for all rows
        return (self[i] for i in range(self.__len__()))

    def __getitem__(self, index):
        from penstock.runtime.eager.recorder import RECORDER

        if not RECORDER.tapes:
            part = self._part(index)
            if part is not None:
                return part
        return super().__getitem__(index)  # type: ignore[misc]

    def _part(self, index) -> EagerTensor | None:
        """`self[index]` for plain indices where the value is at hand, else None.

        Nothing is recorded, so no tape may be watching. Raises InvalidArgumentError
        for an index out of bounds.
        """
        value = self._value
        if value is None or not _plain(index):
            return None
        if not isinstance(value, np.ndarray):
            if self._size() > _SMALL:
                return None
            value = np.asarray(value)
        try:
            part = whole(value[index])
        except IndexError as error:
            raise InvalidArgumentError(
                None, None, f"slice {error} of shape {self.shape}. [Op:StridedSlice]"
            ) from None
        return EagerTensor(self.dtype, part.shape, part)

    def _size(self) -> int:
        return math.prod(self.dims or ())

    def __format__(self, spec):
        return format(self.numpy(), spec)

    def __reduce__(self):
        return _rebuilt, (np.array(self.array()), self.dtype.name)

    def __deepcopy__(self, memo):
        return EagerTensor(self.dtype, self.dims, self.array())

    __copy__ = lambda self: self  # noqa: E731

    def tolist(self):
        return self.numpy().tolist()

    # --- what a symbolic tensor has -------------------------------------------------

    @property
    def shape(self) -> TensorShape:
        if self.dims is None:
            self.array()
        return TensorShape(self.dims)

    def get_shape(self) -> TensorShape:
        return self.shape

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def device(self) -> str:
        from penstock.runtime.devices import name_of

        value = self.array()
        return name_of(None if isinstance(value, np.ndarray) else value.device)

    backing_device = device

    @property
    def name(self) -> str:
        raise AttributeError(
            "Tensor.name is undefined when eager execution is enabled."
        )

    @property
    def op(self):
        raise AttributeError("Tensor.op is undefined when eager execution is enabled.")

    @property
    def graph(self):
        raise AttributeError(
            "Tensor.graph is undefined when eager execution is enabled."
        )

    def consumers(self):
        raise NotImplementedError("consumers is undefined under eager execution.")

    def eval(self, feed_dict=None, session=None):
        raise NotImplementedError(
            "eval is not supported when eager execution is enabled, is .numpy() what "
            "you're looking for?"
        )

    def set_shape(self, shape) -> None:
        if not self.shape.is_compatible_with(shape):
            raise ValueError(
                f"Tensor's shape {self.shape} is not compatible with supplied shape "
                f"{TensorShape(shape)}."
            )

    def cpu(self):
        return self

    def gpu(self, gpu_index: int = 0):
        return self

    def _text(self) -> str:
        if self.dtype.base_dtype.name in ("resource", "variant"):
            return f"<{self.dtype.name}>"
        text = np.array2string(self._numpy()) if self.dims else str(self.numpy())
        return _below(text)

    def __str__(self):
        return f"tf.Tensor({self._text()}, shape={self.shape}, dtype={self.dtype.name})"

    def _numpy_repr(self) -> str:
        """As TensorFlow shows a value: Python's numbers, NumPy's arrays."""
        array = self._numpy()
        return _below(repr(array) if array.ndim else repr(array.item()))

    def __repr__(self):
        return (
            f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, "
            f"numpy={self._numpy_repr()}>"
        )


_new = EagerTensor.__new__


def pending(spec: tuple[DType, Dims], window: Any, slot: int) -> EagerTensor:
    """A tensor that `window` will compute at `slot`; made often, so made fast."""
    tensor = _new(EagerTensor)
    tensor.dtype, tensor.dims = spec
    tensor.variable_dims = None
    tensor._value = None
    tensor._window = window
    tensor._slot = slot
    return tensor


def _below(text: str) -> str:
    """Text of several lines begins on a line of its own."""
    return "\n" + text if "\n" in text else text


def _rebuilt(array: np.ndarray, dtype: str) -> EagerTensor:
    from penstock.core.dtypes import as_dtype

    return EagerTensor(as_dtype(dtype), array.shape, array)
