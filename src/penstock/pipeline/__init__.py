"""Data sets as descriptions over NumPy: sources, transforms, index plans.

Knows no graph and no engine. `Dataset` is the fluent face over frozen nodes; the
tf-named class derives from it and hands in functions from NumPy to NumPy.
"""

from penstock.pipeline.dataset import AUTOTUNE, Dataset
from penstock.pipeline.node import INFINITE, UNKNOWN, Node
from penstock.pipeline.options import Options
from penstock.pipeline.plan import IndexPlan
from penstock.pipeline.spec import ArraySpec, DatasetSpec

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
