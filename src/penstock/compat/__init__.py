"""The faces by TensorFlow's names for them, and what kept both Pythons apart."""

from penstock.core.shapes import dimension_at_index, dimension_value
from penstock.core.text import (
    as_bytes,
    as_str,
    as_str_any,
    as_text,
    bytes_or_text_types,
    complex_types,
    forward_compatible,
    integral_types,
    path_to_str,
    real_types,
)

__all__ = [
    "as_bytes", "as_str", "as_str_any", "as_text", "bytes_or_text_types",
    "complex_types", "dimension_at_index", "dimension_value", "forward_compatible",
    "integral_types", "path_to_str", "real_types",
]  # fmt: skip


def __getattr__(name: str):
    """`tf.compat.v1` asked of the 2.x face, which then stays the chosen one."""
    if name in ("v1", "v2"):
        import importlib

        from penstock.ir import context
        from penstock.v2.landing import activate

        if not context.chosen():
            activate()
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
