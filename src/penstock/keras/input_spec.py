"""`InputSpec`: what a layer's input must look like."""

from __future__ import annotations

from penstock.core import nest
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import as_dims


class InputSpec:
    """Rank, dtype, shape and sizes of axes. As `tf.keras.layers.InputSpec`."""

    def __init__(self, dtype=None, shape=None, ndim=None, max_ndim=None, min_ndim=None,
                 axes=None, allow_last_axis_squeeze=False, name=None):  # fmt: skip
        self.dtype = None if dtype is None else as_dtype(dtype).name
        self.shape = None if shape is None else as_dims(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.name = name
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.axes = {int(k): v for k, v in (axes or {}).items()}

    def __repr__(self):
        parts = [
            f"{k}={v!r}"
            for k, v in vars(self).items()
            if v not in (None, False) and v != {}
        ]
        return f"InputSpec({', '.join(parts)})"


def check(spec, inputs, layer_name: str) -> None:
    """Raises ValueError where `inputs` do not fit `spec`, naming the layer."""
    specs = nest.flatten(spec)
    tensors = nest.flatten(inputs)
    if len(specs) != len(tensors):
        raise ValueError(
            f'Layer "{layer_name}" expects {len(specs)} input(s), but it received '
            f"{len(tensors)} input tensors. Inputs received: {tensors}"
        )
    for index, (one, tensor) in enumerate(zip(specs, tensors, strict=True)):
        if one is None or getattr(tensor, "dims", None) is None:
            continue
        problem = _problem(one, tensor.dims)
        if problem:
            raise ValueError(
                f'Input {index} of layer "{layer_name}" is incompatible with the layer'
                f": {problem}. Full shape received: {tuple(tensor.dims)}"
            )


def _problem(spec: InputSpec, dims) -> str | None:
    rank = len(dims)
    if spec.ndim is not None and rank != spec.ndim and not spec.allow_last_axis_squeeze:
        if spec.shape is not None:
            return f"expected shape={spec.shape}, found shape={tuple(dims)}"
        return f"expected ndim={spec.ndim}, found ndim={rank}"
    if spec.max_ndim is not None and rank > spec.max_ndim:
        return f"expected max_ndim={spec.max_ndim}, found ndim={rank}"
    if spec.min_ndim is not None and rank < spec.min_ndim:
        return f"expected min_ndim={spec.min_ndim}, found ndim={rank}"
    for axis, value in spec.axes.items():
        if (
            value is not None
            and -rank <= axis < rank
            and dims[axis] not in (value, None)
        ):
            return (
                f"expected axis {axis} of input shape to have value {value}, but "
                f"received input with shape {tuple(dims)}"
            )
    if spec.shape is not None:
        for wanted, got in zip(spec.shape, dims, strict=False):
            if wanted is not None and got is not None and wanted != got:
                return f"expected shape={spec.shape}, found shape={tuple(dims)}"
    return None
