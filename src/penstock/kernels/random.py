"""Uniform float32 draws on the CPU: the same numbers from words drawn natively.

Dropout draws one number for each value it may drop, in every step.
"""

from __future__ import annotations

import math

import numpy as np

from penstock.kernels import native
from penstock.ops import random, sampling
from penstock.ops.xla import jax, jnp

#: Smaller draws stay in XLA's code, where they are fused with what uses them.
_FEWEST = 1024


def words(key, counter, count: int):
    """The next `count` words of the stream: uint32 [count]."""
    call = jax.ffi.ffi_call(
        native.target("philox_words"),
        jax.ShapeDtypeStruct((count,), jnp.uint32),
        vmap_method="sequential",
    )
    return call(key, counter)


def _takes(shape, *, dtype) -> bool:
    dims = random.sizes(shape)
    return dtype.np == np.float32 and math.prod(dims) >= _FEWEST and native.available()


@random.random_uniform.kernel("cpu", takes=_takes)
def _(shape, *, dtype, kept):
    dims = random.sizes(shape)
    key, counter = random.place(kept)
    size = math.prod(dims)
    out = sampling.unit_float32(words(key, counter, size)).reshape(dims)
    return out, random.moved(kept, sampling.reserved(size))
