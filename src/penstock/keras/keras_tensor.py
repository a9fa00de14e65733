"""`KerasTensor`: a symbolic tensor of the functional API."""

from __future__ import annotations

from penstock.ir.tensor import Tensor


class KerasTensor(Tensor):
    """A tensor of the scratch graph. As `tf.keras.KerasTensor`.

    Functions and operators on it become layers; `symbolic.py` attaches them.
    """

    __slots__ = ()

    def _layer(self):
        """The layer that made it; None inside a layer's call."""
        found = self._node.graph.made_by.get(id(self))
        return None if found is None else found[0].layer

    @property
    def name(self) -> str:
        given = self._node.graph.names.get(id(self))
        return given or f"{self._node.name}:{self.value_index}"

    def __repr__(self):
        layer = self._layer()
        if layer is None:
            return super().__repr__()
        return (
            f"<KerasTensor: shape={self.shape} dtype={self.dtype.name} "
            f"(created by layer '{layer.name}')>"
        )

    def __str__(self):
        layer = self._layer()
        if layer is None:
            return super().__str__()
        given = self._node.graph.names.get(id(self))
        named = "None" if given is None else f"'{given}'"
        return (
            f"KerasTensor(type_spec=TensorSpec(shape={self.shape}, "
            f"dtype=tf.{self.dtype.name}, name={named}), name='{self.name}', "
            f"description=\"created by layer '{layer.name}'\")"
        )
