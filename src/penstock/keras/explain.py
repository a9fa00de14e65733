"""Errors of compiled steps in a program's own terms."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import numpy as np

from penstock.core import nest
from penstock.core.errors import InvalidArgumentError

_LABELS = re.compile(r"outside the valid range of \[0, (\d+)\)")


@contextlib.contextmanager
def explaining(targets) -> Iterator[None]:
    """While this lasts, errors tell which label of `targets` (arrays) was the cause."""
    try:
        yield
    except InvalidArgumentError as error:
        raise explained(error, targets) from None


def explained(error: InvalidArgumentError, targets) -> InvalidArgumentError:
    """`error`, with the label that caused it where `targets` (arrays) hold one."""
    found = _LABELS.search(str(error))
    if found is None or targets is None:
        return error
    classes = int(found[1])
    for array in nest.flatten(targets):
        values = np.asarray(array)
        if not np.issubdtype(values.dtype, np.number):
            continue
        wrong = values[(values < 0) | (values >= classes)]
        if wrong.size:
            needed = int(values.max()) + 1
            wider = f"give the last layer at least {needed} units, or "
            return InvalidArgumentError(
                None, getattr(error, "node_def", None),
                f"Received a label value of {wrong.flat[0]:g} which is outside the "
                f"valid range of [0, {classes}). Labels are class numbers from 0: "
                f"{wider if needed > classes else ''}renumber them.",
            )  # fmt: skip
    return error
