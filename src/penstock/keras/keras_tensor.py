"""`KerasTensor`: a symbolic tensor of the functional API."""

from __future__ import annotations

from typing import Any

from penstock.core.dtypes import DType
from penstock.core.shapes import Dims
from penstock.ir.tensor import Tensor


class KerasTensor(Tensor):
    """A tensor of the scratch graph. As `tf.keras.KerasTensor`.

    Functions and operators on it become layers; `symbolic.py` attaches them. What is
    known of it hangs on it, so that a model and its weights go together.
    """

    __slots__ = ("given_name", "logits", "made_by", "outer")

    def __init__(self, node, index: int, dtype: DType, dims: Dims):
        super().__init__(node, index, dtype, dims)
        #: The name that `Input` was given.
        self.given_name: str | None = None
        #: The `LayerCall` that made it, and which of its outputs it is.
        self.made_by: Any = None
        #: What it stands for, where it captures a variable or an eager tensor.
        self.outer: Any = None
        #: What it is the softmax or sigmoid of; see `logits.py`.
        self.logits: Tensor | None = None

    def _layer(self):
        """The layer that made it; None inside a layer's call."""
        return None if self.made_by is None else self.made_by[0].layer

    @property
    def name(self) -> str:
        return self.given_name or f"{self._node.name}:{self.value_index}"

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
        given = self.given_name
        named = "None" if given is None else f"'{given}'"
        return (
            f"KerasTensor(type_spec=TensorSpec(shape={self.shape}, "
            f"dtype=tf.{self.dtype.name}, name={named}), name='{self.name}', "
            f"description=\"created by layer '{layer.name}'\")"
        )
