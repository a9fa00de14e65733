"""Penstock: TensorFlow programs of every era, compiled by XLA.

import penstock as tf             # the 2.x face: eager tensors, GradientTape, Keras
import penstock.compat.v1 as tf   # the 1.x face: graphs, placeholders, Session
"""

import sys

from penstock.api import namespace
from penstock.v2 import version as _version
from penstock.v2.landing import offer
from penstock.v2.tree import TREE


def _adapted(name, found):
    """Public functions take RaggedTensors too."""
    from penstock.api.ragged_dispatch import adapted

    return adapted(name, found)


offer()
namespace.grow(sys.modules[__name__], "tf", TREE, _adapted)
newaxis = None
__version__ = _version.__version__
