"""Fourier transforms."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import COMPLEX, complex64, float32
from penstock.core.shapes import Dims, is_static
from penstock.ir.constant import constant_value
from penstock.ir.op import TABLE, op
from penstock.ops import rules
from penstock.ops.math_arithmetic import mul, real_div
from penstock.ops.math_cast import cast
from penstock.ops.xla import jnp

TRANSFORM = "input: Tcomplex -> output: Tcomplex"


def _shape(rank: int):
    def rule(x, **_):
        return rules.at_least(x, rank, "The input of a Fourier transform")

    return rule


def _last(rank: int) -> tuple[int, ...]:
    return tuple(range(-rank, 0))


def _count(x, rank: int, dtype):
    """The number of points of one transform, as a scalar of `dtype`."""
    if is_static(x.dims):
        count = np.prod(x.dims[len(x.dims) - rank :], dtype=np.int64)
        return np.asarray(count).astype(dtype.np)
    sizes = TABLE["StridedSlice"](
        TABLE["Shape"](x, out_type="int32"), [-rank], [0], [1], end_mask=1
    )
    return cast(TABLE["Prod"](sizes, [0]), DstT=dtype)


def _declare(rank: int, suffix: str):
    def forward(input):
        return jnp.fft.fftn(input, axes=_last(rank)).astype(input.dtype)

    def backward(input):
        return jnp.fft.ifftn(input, axes=_last(rank)).astype(input.dtype)

    kinds = {"Tcomplex": COMPLEX}
    fft = op(f"FFT{suffix}", TRANSFORM, shape=_shape(rank), where=kinds)(forward)
    ifft = op(f"IFFT{suffix}", TRANSFORM, shape=_shape(rank), where=kinds)(backward)

    @fft.gradient
    def _(node, dy):
        return mul(ifft(dy), _count(dy, rank, dy.dtype))

    @ifft.gradient
    def _(node, dy):
        return real_div(fft(dy), _count(dy, rank, dy.dtype))

    return fft, ifft


fft, ifft = _declare(1, "")
fft2d, ifft2d = _declare(2, "2D")
fft3d, ifft3d = _declare(3, "3D")


def _real_shape(rank: int, halve: bool):
    def rule(x, fft_length, **_) -> Dims:
        rules.at_least(x, rank, "The input of a Fourier transform")
        if x.dims is None:
            return None
        value = constant_value(fft_length)
        sizes: list[int | None] = [None] * rank if value is None else list(
            map(int, value)
        )  # fmt: skip
        if halve and sizes[-1] is not None:
            sizes[-1] = sizes[-1] // 2 + 1 if sizes[-1] else 0
        return (*x.dims[: len(x.dims) - rank], *sizes)

    return rule


def _declare_real(rank: int, suffix: str):
    def forward(input, fft_length, *, Tcomplex=complex64):
        lengths = tuple(map(int, fft_length))
        return jnp.fft.rfftn(input, lengths, _last(rank)).astype(Tcomplex.np)

    def backward(input, fft_length, *, Treal=float32):
        lengths = tuple(map(int, fft_length))
        return jnp.fft.irfftn(input, lengths, _last(rank)).astype(Treal.np)

    rfft = op(
        f"RFFT{suffix}", "input: Treal, fft_length: int32 -> output: Tcomplex",
        shape=_real_shape(rank, True), static=(1,),
    )(forward)  # fmt: skip
    irfft = op(
        f"IRFFT{suffix}", "input: Tcomplex, fft_length: int32 -> output: Treal",
        shape=_real_shape(rank, False), static=(1,),
    )(backward)  # fmt: skip
    return rfft, irfft


rfft, irfft = _declare_real(1, "")
rfft2d, irfft2d = _declare_real(2, "2D")
rfft3d, irfft3d = _declare_real(3, "3D")


@rfft.gradient
def _(node, dy):
    """Each output is a sum over real inputs: the full transform of dy, real part."""
    x = node.inputs[0]
    wide = dy.dtype.base_dtype
    full = TABLE["Pad"](dy, _tail_padding(x, dy)) if _tail(x, dy) else dy
    back = mul(ifft(full), _count(full, 1, wide))
    return TABLE["Real"](back, Tout=x.dtype.base_dtype), None


def _tail(x, dy) -> int:
    """How many frequencies `dy` lacks to be a full transform of `x`."""
    if x.dims is None or dy.dims is None or None in (x.dims[-1], dy.dims[-1]):
        raise LookupError("The gradient of RFFT needs a known last size.")
    return x.dims[-1] - dy.dims[-1]


def _tail_padding(x, dy):
    paddings = np.zeros((len(dy.dims), 2), np.int32)
    paddings[-1, 1] = _tail(x, dy)
    return paddings


@irfft.gradient
def _(node, dy):
    """Inner frequencies stand for two of the full transform, the ends for one."""
    x, length = node.inputs
    value = constant_value(length)
    if value is None:
        raise LookupError("The gradient of IRFFT needs a constant length.")
    count = int(value[0])
    half = count // 2 + 1
    weights = np.full(half, 2.0 / count, x.dtype.base_dtype.np)
    weights[0] = 1.0 / count
    if count % 2 == 0:
        weights[-1] = 1.0 / count
    return mul(rfft(dy, length, Tcomplex=x.dtype.base_dtype), weights), None
