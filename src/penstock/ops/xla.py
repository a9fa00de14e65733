"""JAX, imported at the first computation rather than with the package.

Op bodies say `from penstock.ops.xla import jax, jnp, lax`; building a graph then
costs no import of JAX (0.5 s).
"""

from __future__ import annotations

import contextlib
import importlib
import os
import platform
import sys
from collections.abc import Generator
from typing import Any


def _configure(jax) -> None:
    # TensorFlow computes in int64 and float64 where programs say so.
    jax.config.update("jax_enable_x64", True)
    if "JAX_CPU_ENABLE_ASYNC_DISPATCH" not in os.environ:
        # Handing a step to another thread takes longer than most steps do, and a
        # program looks at each (docs/adr/0009-results-nobody-looks-at.md).
        jax.config.update("jax_cpu_enable_async_dispatch", False)
    directory = os.environ.get("PENSTOCK_COMPILE_CACHE", cache_folder("xla"))
    if directory and not jax.config.jax_compilation_cache_dir:
        jax.config.update("jax_compilation_cache_dir", directory)
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def _forbid_fusing() -> None:
    """Keep the CPU from fusing a multiplication with an addition.

    A fused operation rounds once, TensorFlow's kernels round twice: last digits would
    differ in one of four results (docs/adr/0005-no-fused-multiply-add.md). XLA reads
    its flags when JAX starts; what the user says there has precedence.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    if "jax" in sys.modules or platform.machine().lower() not in ("x86_64", "amd64"):
        return
    if "xla_cpu_max_isa" not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} --xla_cpu_max_isa=AVX".strip()


def cache_folder(name: str) -> str:
    """Where things of one kind are kept between processes; it may not exist yet."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(home, "penstock", name)


def backend() -> str:
    """What compiled steps run on: "cpu", "gpu" or "tpu"."""
    return jax.default_backend()


@contextlib.contextmanager
def _numpy_left_alone() -> Generator[None, None, None]:
    """Keep the program's place in `np.random`: importing JAX draws numbers from it."""
    random = sys.modules.get("numpy.random")
    state = None if random is None else random.get_state()
    yield
    if random is not None:
        random.set_state(state)


class _Lazy:
    """A module that is imported when its first attribute is asked for."""

    def __init__(self, name: str):
        self.__dict__["_module_name"] = name

    def __getattr__(self, attribute: str) -> Any:
        global _ready
        if not _ready:
            _forbid_fusing()
            with _numpy_left_alone():
                import jax as real

            _configure(real)
            _ready = True
        value = getattr(importlib.import_module(self._module_name), attribute)
        self.__dict__[attribute] = value  # the next look-up finds it at once
        return value


_ready = False
jax: Any = _Lazy("jax")
jnp: Any = _Lazy("jax.numpy")
lax: Any = _Lazy("jax.lax")
