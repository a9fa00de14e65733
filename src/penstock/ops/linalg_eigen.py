"""Eigenvalues of general matrices, by LAPACK on the host."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import complex64
from penstock.ir.op import STOPS, op
from penstock.ops import rules


def _eigen(input, **_):
    dims = input.dims
    if dims is None:
        return [None, None]
    if len(dims) < 2:
        rules.ranked(input, 2, "Eig: input")
    return [dims[:-1], dims]


@op(
    "Eig", "input: T -> e: Tout, v: Tout",
    shape=_eigen, gradient=STOPS, host=True,
)  # fmt: skip
def eig(input, *, compute_v=True, Tout=complex64):
    if not compute_v:
        values = np.linalg.eigvals(input).astype(Tout.np)
        return values, np.zeros(0, Tout.np)
    values, vectors = np.linalg.eig(input)
    return values.astype(Tout.np), vectors.astype(Tout.np)
