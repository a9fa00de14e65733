"""`tf.signal`: frames of a signal, their spectra, and back."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from penstock.api.scopes import tensor
from penstock.api.signal import irfft, rfft
from penstock.api.signal_windows import hann_window, vorbis_window
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE


def frame(signal, frame_length, frame_step, pad_end=False, pad_value=0, axis=-1,
          name=None):  # fmt: skip
    """Frames of `frame_length` every `frame_step` along `axis`, as a new axis there.

    The number of samples must be known, or the frame is cut at run time.
    """
    x = tensor(signal)
    rank = len(x.dims)
    axis = axis % rank
    length, step = int(frame_length), int(frame_step)
    size = x.dims[axis]
    if size is None:
        size = TABLE["Shape"](x, out_type=dtypes.int32)[axis]
        count = TABLE["FloorDiv"](size - length, np.int32(step)) + 1
        if pad_end:
            raise ValueError("frame(pad_end=True) needs a known number of samples.")
        starts = TABLE["Range"](np.int32(0), count, np.int32(1)) * step
        at = TABLE["ExpandDims"](starts, 1) + np.arange(length, dtype=np.int32)
        return TABLE["GatherV2"](x, at, axis)
    if pad_end:
        count = -(-size // step)
        more = max(0, length + step * (count - 1) - size)
        room = np.zeros((rank, 2), np.int32)
        room[axis, 1] = more
        x = TABLE["PadV2"](x, room, tensor(pad_value, x.dtype))
    else:
        count = max(0, (size - length) // step + 1)
    at = np.arange(count)[:, None] * step + np.arange(length)
    return TABLE["GatherV2"](x, at.astype(np.int32), axis)


def overlap_and_add(signal, frame_step, name=None):
    """Frames [..., frames, length] added up where they overlap, `frame_step` apart."""
    x = tensor(signal)
    frames, length = x.dims[-2:]
    step = int(frame_step)
    if frames is None or length is None:
        raise ValueError("overlap_and_add needs known numbers of frames and samples.")
    size = (frames - 1) * step + length
    at = (np.arange(frames)[:, None] * step + np.arange(length)).ravel()
    shape = TABLE["Shape"](x, out_type=dtypes.int32)
    flat = TABLE["Reshape"](x, TABLE["ConcatV2"]([shape[:-2], [frames * length]], 0))
    rank = len(x.dims) - 1
    order = [rank - 1, *range(rank - 1)]
    summed = TABLE["UnsortedSegmentSum"](
        TABLE["Transpose"](flat, np.array(order, np.int32)), at.astype(np.int32),
        np.int32(size),
    )  # fmt: skip
    return TABLE["Transpose"](summed, np.array([*range(1, rank), 0], np.int32))


def _fft_length(frame_length: int) -> int:
    return 2 ** math.ceil(math.log2(frame_length))


def stft(signals, frame_length, frame_step, fft_length=None, window_fn=hann_window,
         pad_end=False, name=None):  # fmt: skip
    """The spectrum of each windowed frame: [..., frames, fft_length // 2 + 1]."""
    x = tensor(signals)
    length = int(frame_length)
    frames = frame(x, length, frame_step, pad_end=pad_end)
    if window_fn is not None:
        frames = frames * window_fn(length, dtype=frames.dtype)
    size = _fft_length(length) if fft_length is None else int(fft_length)
    return rfft(frames, [size])


def inverse_stft(stfts, frame_length, frame_step, fft_length=None,
                 window_fn=hann_window, name=None):  # fmt: skip
    """The signal of spectra: frames weighed again and added where they overlap."""
    length, step = int(frame_length), int(frame_step)
    size = _fft_length(length) if fft_length is None else int(fft_length)
    frames = irfft(tensor(stfts), [size])[..., :length]
    if size < length:
        room = np.zeros((len(frames.dims), 2), np.int32)
        room[-1, 1] = length - size
        frames = TABLE["Pad"](frames, room)
    if window_fn is not None:
        frames = frames * window_fn(length, dtype=frames.dtype)
    return overlap_and_add(frames, step)


def inverse_stft_window_fn(frame_step, forward_window_fn=hann_window,
                           name=None) -> Callable:  # fmt: skip
    """The window for `inverse_stft` that undoes `forward_window_fn` in `stft`."""
    step = int(frame_step)

    def window(frame_length, dtype=dtypes.float32):
        length = int(frame_length)
        forward = forward_window_fn(length, dtype=dtype)
        overlaps = -(-length // step)
        room = np.array([[0, overlaps * step - length]], np.int32)
        squares = TABLE["Pad"](TABLE["Square"](forward), room)
        total = TABLE["Sum"](TABLE["Reshape"](squares, [overlaps, step]), [0])
        total = TABLE["Tile"](total, [overlaps])[:length]
        return forward / total

    return window


def mdct(signals, frame_length, window_fn=vorbis_window, pad_end=False, norm=None,
         name=None):  # fmt: skip
    """The modified cosine transform of frames that overlap by half."""
    length = int(frame_length)
    half = length // 2
    frames = frame(tensor(signals), length, half, pad_end=pad_end)
    if window_fn is not None:
        frames = frames * window_fn(length, dtype=frames.dtype)
    out = frames @ _mdct_basis(length, frames.dtype)
    return out * frames.dtype.np.type(np.sqrt(2.0 / half) / 2) if norm else out


def inverse_mdct(mdcts, window_fn=vorbis_window, norm=None, name=None):
    """The signal of `mdct`'s frames."""
    x = tensor(mdcts)
    half = x.dims[-1]
    basis = _mdct_basis(2 * half, x.dtype)
    scale = np.sqrt(2.0 / half) / 2 if norm else 0.5 / half
    frames = TABLE["BatchMatMulV2"](x, tensor(basis.T.copy())) * x.dtype.np.type(scale)
    if window_fn is not None:
        frames = frames * window_fn(2 * half, dtype=frames.dtype)
    return overlap_and_add(frames, half)


def _mdct_basis(length: int, dtype) -> np.ndarray:
    half = length // 2
    n = np.arange(length)[:, None] + 0.5 + half / 2
    k = np.arange(half)[None] + 0.5
    return (2 * np.cos(np.pi / half * n * k)).astype(as_dtype(dtype).np)


__all__ = [
    "frame", "inverse_mdct", "inverse_stft", "inverse_stft_window_fn", "mdct",
    "overlap_and_add", "stft",
]  # fmt: skip
