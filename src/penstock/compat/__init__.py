"""The faces by TensorFlow's names for them, and what kept both Pythons apart."""

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
    "complex_types", "forward_compatible", "integral_types", "path_to_str",
    "real_types",
]  # fmt: skip
