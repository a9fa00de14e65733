"""The arithmetic of windows: sizes, strides and padding in each dimension of space."""

from __future__ import annotations

from typing import Any


def channels_last(data_format: str) -> bool:
    return data_format[-1] == "C"


def spatial(values, data_format: str) -> tuple[Any, ...]:
    """The entries of a per-dimension attribute that belong to space."""
    return tuple(values[1:-1] if channels_last(data_format) else values[2:])


def explicit_pads(padding: str, explicit_paddings, data_format: str):
    """`padding` as XLA takes it: a word, or (before, after) per spatial dimension."""
    if padding != "EXPLICIT":
        return padding
    pairs = list(zip(explicit_paddings[::2], explicit_paddings[1::2], strict=True))
    return spatial(pairs, data_format)


def window_output(size, window, stride, dilation, padding, pads: Any = None) -> Any:
    """Output size along one dimension, as TensorFlow pads. None if it is unknown."""
    if size is None or window is None:
        return None
    reach = (window - 1) * dilation + 1
    if padding == "SAME":
        return -(-size // stride)
    if padding == "EXPLICIT":
        size = size + pads[0] + pads[1]
    return max(0, (size - reach) // stride + 1)


def window_outputs(
    dims, window, strides, padding, data_format, dilations=None, explicit_paddings=()
) -> tuple[Any, ...]:
    """Output sizes of space for an input of `dims`; `window` is of space alone.

    The other arguments are attributes as a node keeps them, per dimension of the input.
    """
    space = spatial(dims, data_format)
    step = spatial(strides, data_format)
    spread = spatial(dilations, data_format) if dilations else (1,) * len(space)
    pads = explicit_pads(padding, explicit_paddings, data_format)
    if padding != "EXPLICIT":
        pads = (None,) * len(space)
    return tuple(
        window_output(n, k, s, d, padding, around)
        for n, k, s, d, around in zip(space, window, step, spread, pads, strict=True)
    )


def same_pads(size: int, window: int, stride: int, dilation: int) -> tuple[int, int]:
    """SAME padding (before, after): the odd one goes after."""
    reach = (window - 1) * dilation + 1
    total = max((-(-size // stride) - 1) * stride + reach - size, 0)
    return total // 2, total - total // 2


def all_pads(sizes, window, strides, padding, explicit, data_format, dilations):
    """(before, after) for each spatial dimension."""
    space = spatial(sizes, data_format)
    if padding == "EXPLICIT":
        return explicit_pads(padding, explicit, data_format)
    if padding == "VALID":
        return ((0, 0),) * len(space)
    return tuple(
        same_pads(n, window[i], spatial(strides, data_format)[i],
                  spatial(dilations, data_format)[i])
        for i, n in enumerate(space)
    )  # fmt: skip
