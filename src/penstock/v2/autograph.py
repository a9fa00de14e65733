"""`tf.autograph`: accepted; no source is rewritten here."""

from __future__ import annotations


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


def set_loop_options(*args, **kwargs) -> None:
    """Accepted: loops need no options here."""


__all__ = ["do_not_convert", "set_loop_options", "set_verbosity", "to_graph", "trace"]
