"""Data sets as descriptions over NumPy: sources, transforms, index plans.

Knows no graph and no engine. `Dataset` is the fluent face over frozen nodes; the
tf-named class derives from it and hands in functions from NumPy to NumPy.
"""

from penstock.data.dataset import AUTOTUNE, Dataset
from penstock.data.node import INFINITE, UNKNOWN, Node
from penstock.data.options import Options
from penstock.data.plan import IndexPlan
from penstock.data.spec import ArraySpec, DatasetSpec

__all__ = [
    "AUTOTUNE",
    "INFINITE",
    "UNKNOWN",
    "ArraySpec",
    "Dataset",
    "DatasetSpec",
    "IndexPlan",
    "Node",
    "Options",
]
