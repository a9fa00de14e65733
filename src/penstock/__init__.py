"""Penstock: TensorFlow programs of every era, compiled by XLA.

import penstock as tf             # the 2.x face: eager tensors, GradientTape, Keras
import penstock.compat.v1 as tf   # the 1.x face: graphs, placeholders, Session
"""

import sys

from penstock.api import namespace
from penstock.v2 import version as _version
from penstock.v2.landing import offer
from penstock.v2.tree import TREE

offer()
namespace.grow(sys.modules[__name__], "tf", TREE)
newaxis = None
__version__ = _version.__version__
