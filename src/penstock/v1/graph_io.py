"""Graphs to and from GraphDef, by 1.x's names."""

from __future__ import annotations

from penstock.saving.graph_import import import_graph_def
from penstock.saving.graph_io import write_graph

__all__ = ["import_graph_def", "write_graph"]
