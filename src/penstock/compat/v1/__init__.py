"""The 1.x face: what `import tensorflow as tf` gives to a program of those years.

import penstock.compat.v1 as tf
"""

import sys
from importlib import import_module

from penstock.api import namespace, sparse_elementwise
from penstock.compat.v1.tree import TREE
from penstock.v1 import default_graph
from penstock.v1.version import __git_version__, __version__  # noqa: F401

default_graph.activate()
import_module("penstock.api.operators")
namespace.grow(sys.modules[__name__], "tf", TREE, sparse_elementwise.adapted)
newaxis = None
