"""`Sample`: one call of an op. NumPy only: TensorFlow's recorder reads it too.

    Sample("MatMul", [f32(2, 3), f32(3, 4)], {"transpose_b": False})

Inputs stand in the op's order, attributes carry TensorFlow's names; types are strings
(`{"DstT": "int32"}`). The values of a row depend on that row alone, so that adding
rows leaves what was recorded for the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ml_dtypes
import numpy as np

_SEED = 20160101


class _Stream:
    """Random numbers that start again at every row."""

    def __init__(self):
        self.restart()

    def restart(self) -> None:
        self.rng = np.random.RandomState(_SEED)


_stream = _Stream()


@dataclass(frozen=True, eq=False)
class Sample:
    """One call of op `op`, and how closely its results must meet TensorFlow's.

    rtol, atol  closer or looser than the dtype's usual tolerance; `why` gives reason
    grad        False: do not ask for gradients
    vjp         False: a kink or a rule of TensorFlow's own; only its values count
    value       False: results vary (random), only dtype and shapes are compared
    """

    op: str
    inputs: Sequence[Any] = ()
    attrs: Mapping[str, Any] = field(default_factory=dict)
    rtol: float | None = None
    atol: float | None = None
    why: str = ""
    grad: bool = True
    vjp: bool = True
    value: bool = True

    def __post_init__(self):
        _stream.restart()

    @property
    def key(self) -> str:
        """Names what was recorded for this very call."""
        digest = hashlib.sha256(repr(sorted(self.attrs.items())).encode())
        for array in self.arrays():
            digest.update(f"{array.dtype}{array.shape}".encode())
            raw = repr(array.tolist()) if array.dtype == object else array.tobytes()
            digest.update(raw.encode() if isinstance(raw, str) else raw)
        return f"{self.op}-{digest.hexdigest()[:12]}"

    def arrays(self) -> list[np.ndarray]:
        """The inputs, lists spread out."""
        return [
            np.asarray(array)
            for item in self.inputs
            for array in (item if isinstance(item, list) else [item])
        ]


def is_fixed(array: np.ndarray) -> bool:
    """Whether the input is a constant of the graph: what may fix a shape or an axis."""
    return array.dtype.kind in "iu" and array.ndim < 2


def seed_like(dtype, shape, position: int) -> np.ndarray:
    """The incoming gradient of output number `position`."""
    rng = np.random.RandomState(_SEED + 1 + position)
    dtype = np.dtype(dtype)
    raw = rng.uniform(-1, 1, shape)
    if dtype.kind == "c":
        raw = raw + 1j * rng.uniform(-1, 1, shape)
    return np.asarray(raw).astype(dtype)


def uniform(low, high, *shape, dtype=np.float32) -> np.ndarray:
    return np.asarray(_stream.rng.uniform(low, high, shape)).astype(dtype)


def f32(*shape) -> np.ndarray:
    """Standard normal float32, away from zero: few functions have kinks there."""
    raw = _stream.rng.normal(size=shape)
    return np.asarray(np.where(np.abs(raw) < 0.05, 0.5, raw)).astype(np.float32)


def f64(*shape) -> np.ndarray:
    return np.asarray(_stream.rng.normal(size=shape))


def f16(*shape) -> np.ndarray:
    return f32(*shape).astype(np.float16)


def bf16(*shape) -> np.ndarray:
    return f32(*shape).astype(ml_dtypes.bfloat16)


def c64(*shape) -> np.ndarray:
    raw = _stream.rng.normal(size=shape) + 1j * _stream.rng.normal(size=shape)
    return np.asarray(raw).astype(np.complex64)


def c128(*shape) -> np.ndarray:
    return np.asarray(
        _stream.rng.normal(size=shape) + 1j * _stream.rng.normal(size=shape)
    )


def ints(low, high, *shape, dtype=np.int32) -> np.ndarray:
    """Integers in [low, high)."""
    return np.asarray(_stream.rng.randint(low, high, shape)).astype(dtype)


def bools(*shape) -> np.ndarray:
    return np.asarray(_stream.rng.randint(0, 2, shape)).astype(bool)


def a32(values) -> np.ndarray:
    return np.array(values, np.float32)


def i32(values) -> np.ndarray:
    return np.array(values, np.int32)


def i64(values) -> np.ndarray:
    return np.array(values, np.int64)


def texts(values) -> np.ndarray:
    """Strings, as the bytes TensorFlow keeps."""
    array = np.array(values, dtype=object)
    out = np.empty(array.shape, dtype=object)
    for index, item in np.ndenumerate(array):
        out[index] = item.encode() if isinstance(item, str) else item
    return out
