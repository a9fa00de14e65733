"""`tf.autograph`: what the rewriting of functions shows; its options are accepted."""

from __future__ import annotations

from penstock.api.rewriting import code_of


def do_not_convert(func=None):
    """`func` as it is. Also a decorator."""
    return (lambda f: f) if func is None else func


def set_verbosity(level, alsologtostdout=False) -> None:
    """Accepted."""


def trace(*args) -> None:
    """Print `args`."""
    print(*args)


def to_graph(entity, recursive=True, experimental_optional_features=None):
    """`entity` as it is: it runs as it stands."""
    return entity


def to_code(entity, recursive=True, experimental_optional_features=None) -> str:
    """The source that function `entity` is rewritten to. As TensorFlow's in purpose,
    not in its text."""
    return code_of(getattr(entity, "python_function", entity))


def set_loop_options(*args, **kwargs) -> None:
    """Accepted: loops need no options here."""


__all__ = [
    "do_not_convert",
    "set_loop_options",
    "set_verbosity",
    "to_code",
    "to_graph",
    "trace",
]
