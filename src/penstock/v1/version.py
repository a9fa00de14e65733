"""The version that 1.x programs ask for: the last of their era."""

VERSION = __version__ = "1.15.0"
GIT_VERSION = __git_version__ = "v1.15.0-penstock"
COMPILER_VERSION = ""
CXX11_ABI_FLAG = 1
MONOLITHIC_BUILD = 0
#: The GraphDef version that Penstock writes, and those it reads.
GRAPH_DEF_VERSION = 134
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0
