"""Gradients as optimizers take them: present, whole, and tensors."""

from __future__ import annotations

import warnings

import numpy as np

from penstock.api.scopes import tensor
from penstock.ir.indexed_slices import IndexedSlices


def with_gradients(pairs):
    """Pairs that have a gradient. Raises ValueError where none has one."""
    kept = [(g, v) for g, v in pairs if g is not None]
    if pairs and not kept:
        names = [v.name for _, v in pairs]
        raise ValueError(
            f"No gradients provided for any variable: {names}. Is every variable used "
            "to compute the loss, inside the tape?"
        )
    if len(kept) < len(pairs):
        names = [v.name for g, v in pairs if g is None]
        warnings.warn(
            f"Gradients do not exist for variables {names} when minimizing the loss. "
            "If you're using `model.compile()`, did you forget to provide a `loss` "
            "argument?",
            stacklevel=3,
        )
    return kept


def dense(grad, variable):
    """A gradient as a whole tensor; rows named twice are added up."""
    if not isinstance(grad, IndexedSlices):
        return grad
    shape = variable.shape.as_list()
    if grad.dense_shape is None:
        grad = IndexedSlices(
            grad.values, grad.indices, tensor(np.array(shape, np.int32))
        )
    whole = grad._dense_tensor()
    whole.set_shape(shape)
    return whole


def as_eager(grad, variable):
    grad = dense(grad, variable)
    if not hasattr(grad, "dims"):
        grad = tensor(grad, variable.dtype.base_dtype)
    return grad
