"""The gradient of max pooling of float32 images on the CPU, in one pass.

A window whose largest element is NaN passes nothing on.
"""

from __future__ import annotations

import numpy as np

from penstock.ir.op import TABLE
from penstock.kernels import native
from penstock.ops import nn_pool
from penstock.ops.xla import jax, jnp


def _takes(orig_input, orig_output, grad, **attrs) -> bool:
    arrays = (orig_input, orig_output, grad)
    if attrs["data_format"] != "NHWC" or any(a.dtype != np.float32 for a in arrays):
        return False
    dims = (*orig_input.shape, *orig_output.shape)
    if len(dims) != 8 or None in dims or 0 in dims:
        return False
    ksize, strides = attrs["ksize"], attrs["strides"]
    alone = (ksize[0], ksize[3], strides[0], strides[3]) == (1, 1, 1, 1)
    return alone and native.available()


@TABLE["MaxPoolGrad"].kernel("cpu", takes=_takes)
def _(orig_input, orig_output, grad, *, ksize, strides, padding, **attrs):
    pads = nn_pool.window_pads(
        orig_input, ksize, strides, padding, attrs["explicit_paddings"], "NHWC"
    )
    before = [pair[0] for pair in pads]
    geometry = [*ksize[1:3], *strides[1:3], *before[1:3]]
    call = jax.ffi.ffi_call(
        native.target("max_pool_gradient"),
        jax.ShapeDtypeStruct(orig_input.shape, jnp.float32),
        vmap_method="sequential",
    )
    return call(orig_input, orig_output, grad, geometry=np.array(geometry, np.int64))
