"""`History`: what the functional API tells of a layer: its inputs and outputs."""

from __future__ import annotations

from penstock.keras import scratch, tracking


class History(tracking.Open):
    """The symbolic calls that a layer has had."""

    name: str
    _calls_made: list[scratch.LayerCall]

    def _history(self, side: str):
        if not self._calls_made:
            raise AttributeError(
                f"Layer {self.name} is not connected, no {side} to return."
            )
        if len(self._calls_made) > 1:
            raise AttributeError(
                f"Layer {self.name} has multiple inbound nodes, hence the notion of "
                f'"layer {side}" is ill-defined. '
                f"Use `get_{side}_at(node_index)` instead."
            )
        return self._calls_made[0]

    @property
    def input(self):
        return _one(self._history("input").input_tensors)

    @property
    def output(self):
        return _one(self._history("output").outputs)

    def get_input_at(self, node_index: int):
        return _one(self._calls_made[node_index].input_tensors)

    def get_output_at(self, node_index: int):
        return _one(self._calls_made[node_index].outputs)

    @property
    def input_shape(self):
        return _one(
            [tuple(t.shape.as_list()) for t in self._history("input").input_tensors]
        )

    @property
    def output_shape(self):
        return _one([tuple(t.shape.as_list()) for t in self._history("output").outputs])


def _one(items: list):
    return items[0] if len(items) == 1 else items
