"""Eager mode: a graph that runs when you look.

An op appends to the *window* of its thread and returns at once. The window is compiled
and computed, as one call, when a value is needed: `numpy()`, `print`, `bool`, a host
op, or a variable read at a place that has read it since it was assigned. Windows
that repeat walk the same path of a tree (`trail`), so nothing is inferred, keyed or
compiled twice.
"""

from penstock.runtime.eager.recorder import RECORDER


def landing():
    """The recorder of this thread: where calls land under eager execution."""
    return RECORDER


__all__ = ["RECORDER", "landing"]
