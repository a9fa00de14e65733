"""The compiled kernels: found, loaded and made known to XLA at their first use.

PENSTOCK_KERNELS=off leaves them out; every op then runs its plain body.
"""

from __future__ import annotations

import ctypes
import functools
import os
import threading

from penstock.kernels.build import Unavailable, compiled
from penstock.ops.xla import jax

HANDLERS = (
    "conv_forward", "conv_input_gradient", "conv_filter_gradient",
    "lstm", "lstm_gradient", "matrix_product", "max_pool_gradient", "philox_words",
    "small_product",
)  # fmt: skip
#: How often OpenMP's threads look for work before they sleep: spinning longer takes
#: the cores from XLA's own threads between two kernels.
_SPINS = "3000"
#: XLA refuses a name that is registered twice.
_once = threading.Lock()


def available() -> bool:
    """Whether the kernels can run here; the first call may compile them."""
    return _loaded()[0] is not None


def told() -> str:
    """One line for `penstock doctor`: where they are, or why there are none."""
    library, line = _loaded()
    return f"native, {line}" if library is not None else f"none: {line}"


def library() -> ctypes.CDLL:
    """The loaded library. Call it only where `available()`."""
    found = _loaded()[0]
    assert found is not None
    return found


def target(handler: str) -> str:
    """The name under which XLA knows `handler`.

    It carries the digest of the build: compiled programs that were kept on disk never
    meet kernels of another version.
    """
    return f"penstock_{handler}_{_loaded()[1].rpartition('-')[2].removesuffix('.so')}"


def _loaded() -> tuple[ctypes.CDLL | None, str]:
    """(the library or None, its path or the reason)."""
    with _once:
        return _load()


@functools.cache
def _load() -> tuple[ctypes.CDLL | None, str]:
    if os.environ.get("PENSTOCK_KERNELS", "").lower() in ("off", "0", "no"):
        return None, "switched off by PENSTOCK_KERNELS"
    try:
        path = str(compiled())
        library = _open(path)
    except (Unavailable, OSError) as error:
        return None, str(error)
    digest = path.rpartition("-")[2].removesuffix(".so")
    for handler in HANDLERS:
        jax.ffi.register_ffi_target(
            f"penstock_{handler}_{digest}",
            jax.ffi.pycapsule(getattr(library, handler)),
            platform="cpu",
        )
    return library, path


def _open(path: str) -> ctypes.CDLL:
    """Load the library; libgomp reads its setting while it is loaded, and only then."""
    name = "GOMP_SPINCOUNT"
    unset = name not in os.environ and "OMP_WAIT_POLICY" not in os.environ
    if unset:
        os.environ[name] = _SPINS
    try:
        return ctypes.CDLL(path)
    finally:
        if unset:
            del os.environ[name]
