"""The weights of layers: variables read in the layer's compute dtype."""

from __future__ import annotations

import threading
from contextlib import contextmanager

from penstock.api.variable import Variable
from penstock.core.dtypes import DType
from penstock.ir.op import TABLE
from penstock.keras.graph_weights import program_graph, stand_in


class _Casting(threading.local):
    wanted: DType | None = None


_casting = _Casting()


@contextmanager
def casting(wanted: DType | None):
    """Inside a `with`, floating weights are read as `wanted` (None: as they are)."""
    before, _casting.wanted = _casting.wanted, wanted
    try:
        yield
    finally:
        _casting.wanted = before


class LayerVariable(Variable):
    """A weight. Under a mixed precision policy, a layer's `call` reads it narrowed."""

    autocast = True

    def _dense_tensor(self, dtype=None, name=None):
        graph = program_graph()
        if graph is None:
            value = super()._dense_tensor(dtype, name)
        else:
            value = stand_in(self, graph).value()
        wanted = _casting.wanted
        if wanted is None or not self.autocast or wanted is self._dtype:
            return value
        return TABLE["Cast"](value, DstT=wanted) if self._dtype.is_floating else value

    @property
    def _ref(self):
        graph = program_graph()
        return self._resource if graph is None else stand_in(self, graph)._ref

    def _put(self, op_type: str, value, name, read_value):
        graph = program_graph()
        if graph is None:
            return super()._put(op_type, value, name, read_value)
        kind = _ASSIGNMENTS[op_type]
        return getattr(stand_in(self, graph), kind)(
            value, name=name, read_value=read_value
        )

    def _as_graph_element(self):
        graph = program_graph()
        return None if graph is None else stand_in(self, graph)._as_graph_element()

    @property
    def graph_variable(self):
        """What stands for it in the 1.x program's graph; itself elsewhere."""
        graph = program_graph()
        return self if graph is None else stand_in(self, graph)


_ASSIGNMENTS = {
    "AssignVariableOp": "assign",
    "AssignAddVariableOp": "assign_add",
    "AssignSubVariableOp": "assign_sub",
}
