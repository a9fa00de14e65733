"""Inputs, labels and weights as one tuple, and apart again."""

from __future__ import annotations

from penstock.core import nest


def pack_x_y_sample_weight(x, y=None, sample_weight=None):
    """(x, y, sample_weight), or fewer; `x` alone unless it is a tuple or dict."""
    if y is not None:
        return (x, y) if sample_weight is None else (x, y, sample_weight)
    return (x,) if nest.is_nested(x) and not isinstance(x, list) else x


def unpack_x_y_sample_weight(data):
    """(x, y, sample_weight) from a batch; those that are not there are None.

    Raises ValueError for more than three parts.
    """
    parts = tuple(data) if isinstance(data, list | tuple) else (data,)
    if not 1 <= len(parts) <= 3:
        raise ValueError(
            "Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, "
            f"sample_weight)`, found: {data}"
        )
    return (*parts, *(None,) * (3 - len(parts)))
