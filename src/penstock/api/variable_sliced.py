"""`variable[index]`: a tensor that can be assigned to."""

from __future__ import annotations

from typing import Any

from penstock.ir.tensor import Tensor
from penstock.runtime.eager.tensor import EagerTensor


class _Sliced:
    """`variable[index]`: a tensor that can be assigned to."""

    __slots__ = ()
    _of: Any

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Put `value` into this part of the variable. Returns the variable."""
        variable, index = self._of
        return variable._assign_part(index, value)

    def assign_add(self, value, use_locking=False, name=None, read_value=True):
        return self.assign(self + value)

    def assign_sub(self, value, use_locking=False, name=None, read_value=True):
        return self.assign(self - value)


class SlicedEagerTensor(_Sliced, EagerTensor):
    __slots__ = ()

    @property
    def _of(self):
        return self.cell


class SlicedTensor(_Sliced, Tensor):
    __slots__ = ("_of",)


def sliced(variable, index):
    """The part `index` of `variable`, knowing where it is from."""
    tensor = variable._dense_tensor()[index]
    if type(tensor) is EagerTensor:
        tensor.__class__ = SlicedEagerTensor  # made just now: nobody else has it
        tensor.cell = (variable, index)
        return tensor
    if not isinstance(tensor, Tensor) or isinstance(tensor, EagerTensor):
        return tensor
    made = SlicedTensor(tensor._node, tensor.value_index, tensor.dtype, tensor.dims)
    made._of = (variable, index)
    tensor._node.outputs[tensor.value_index] = made
    return made
