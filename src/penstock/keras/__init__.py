"""`tf.keras`: Keras 2's habits and Keras 3's names, on one implementation."""

import sys

from penstock.api import namespace
from penstock.keras.places import TREE

namespace.grow(sys.modules[__name__], "tf.keras", TREE)
__version__ = "2.15.0"
