"""`Input` and `InputLayer`: where data enters a functional or sequential model."""

from __future__ import annotations

from typing import Any

from penstock.core.dtypes import as_dtype
from penstock.keras import backend_config as config
from penstock.keras import names, scratch
from penstock.keras import symbolic as _symbolic  # noqa: F401  (operators)
from penstock.keras.layer import Layer


class InputLayer(Layer):
    """Holds one `Input` tensor. As `tf.keras.layers.InputLayer`.

    batch_input_shape: the shape with the batch first, None where it varies.
    """

    def __init__(self, input_shape=None, batch_size=None, dtype=None, input_tensor=None,
                 sparse=None, name=None, ragged=None, batch_input_shape=None,
                 batch_shape=None, shape=None, **kwargs):  # fmt: skip
        name = name or names.unique("input", zero_based=False)
        super().__init__(dtype=dtype or config.floatx(), name=name)
        shape = input_shape if input_shape is not None else shape
        full = batch_input_shape or batch_shape
        if full is None and shape is not None:
            full = (batch_size, *((shape,) if isinstance(shape, int) else tuple(shape)))
        self.built = True
        self.sparse, self.ragged = bool(sparse), bool(ragged)
        if input_tensor is None:
            if full is None:
                raise ValueError("InputLayer needs a shape: input_shape=(784,), say.")
            tensor = scratch.placeholder(full, dtype or config.floatx(), name)
            call = scratch.LayerCall(self, (), {}, [tensor])
            scratch.remember(call)
            self._calls_made.append(call)
        else:
            tensor = input_tensor
            full = tuple(tensor.shape.as_list())
            self._calls_made.append(scratch.LayerCall(self, (), {}, [tensor]))
        self._batch_input_shape = tuple(full)

    @property
    def batch_shape(self) -> tuple:
        return self._batch_input_shape

    @property
    def input(self):
        return self.output

    @property
    def input_shape(self):
        return [self._batch_input_shape]

    def call(self, inputs):
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {
            "batch_input_shape": self._batch_input_shape, "dtype": self.dtype,
            "sparse": self.sparse, "ragged": self.ragged, "name": self.name,
        }  # fmt: skip


def Input(
    shape=None, batch_size=None, name=None, dtype=None, sparse=None, tensor=None,
    ragged=None, batch_shape=None, type_spec=None, optional=False,
):  # fmt: skip
    """A symbolic tensor that a functional model starts from. As `tf.keras.Input`.

    `shape` leaves out the batch. Raises ValueError without a shape.
    """
    if batch_shape is None:
        if shape is None:
            raise ValueError("Please provide to Input a `shape` or a `tensor`.")
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        batch_shape = (batch_size, *shape)
    layer = InputLayer(
        batch_input_shape=tuple(batch_shape), dtype=dtype and as_dtype(dtype).name,
        name=name,
    )  # fmt: skip
    return layer.output
