"""The version that programs see: of the TensorFlow era this face stands for."""

__version__ = VERSION = "2.16.1"
GIT_VERSION = "v2.16.1-penstock"
COMPILER_VERSION = "penstock"
GRAPH_DEF_VERSION = 1645
__all__ = ["COMPILER_VERSION", "GIT_VERSION", "GRAPH_DEF_VERSION", "VERSION"]
