"""`History`: what the functional API tells of a layer: its inputs and outputs."""

from __future__ import annotations

from penstock.keras import scratch, tracking


class History(tracking.Open):
    """The symbolic calls that a layer has had, its nodes.

    As `tf.keras.layers.Layer`, with the messages of tf_keras 2.21.
    """

    name: str
    _calls_made: list[scratch.LayerCall]

    @property
    def inbound_nodes(self) -> list[scratch.LayerCall]:
        return self._calls_made

    _inbound_nodes = inbound_nodes

    @property
    def input(self):
        """The first call's; AttributeError before it."""
        if not self._calls_made:
            raise AttributeError(
                f"Layer {self.name} is not connected, no input to return."
            )
        return self.get_input_at(0)

    @property
    def output(self):
        if not self._calls_made:
            raise AttributeError(f"Layer {self.name} has no inbound nodes.")
        return self.get_output_at(0)

    def get_input_at(self, node_index: int):
        return _one(self._call(node_index, "input").input_tensors)

    def get_output_at(self, node_index: int):
        return _one(self._call(node_index, "output").outputs)

    def get_input_shape_at(self, node_index: int):
        return _shapes(self._call(node_index, "input shape").input_tensors)

    def get_output_shape_at(self, node_index: int):
        return _shapes(self._call(node_index, "output shape").outputs)

    def _call(self, index: int, side: str) -> scratch.LayerCall:
        calls = self._calls_made
        if not calls:
            raise RuntimeError(
                f"The layer {self.name} has never been called and thus has no "
                f"defined {side}."
            )
        if not index < len(calls):
            raise ValueError(
                f"Asked to get {side} at node {index}, but the layer has only "
                f"{len(calls)} inbound nodes."
            )
        return calls[index]

    @property
    def input_shape(self):
        """Of all calls alike; AttributeError where they differ."""
        return self._shared_shape([c.input_tensors for c in self._calls_made], "input")

    @property
    def output_shape(self):
        return self._shared_shape([c.outputs for c in self._calls_made], "output")

    def _shared_shape(self, calls: list[list], side: str):
        shapes = [_shapes(tensors) for tensors in calls]
        if not shapes:
            note = (
                " Note that the `input_shape` property is only available for "
                "Functional and Sequential models."
            )
            raise AttributeError(
                f'The layer "{self.name}" has never been called and thus has no '
                f"defined {side} shape.{note if side == 'input' else ''}"
            )
        if any(shape != shapes[0] for shape in shapes):
            raise AttributeError(
                f'The layer "{self.name}" has multiple inbound nodes, with different '
                f'{side} shapes. Hence the notion of "{side} shape" is ill-defined for '
                f"the layer. Use `get_{side}_shape_at(node_index)` instead."
            )
        return shapes[0]


def _one(items: list):
    return items[0] if len(items) == 1 else items


def _shapes(tensors: list):
    return _one([tuple(t.shape.as_list()) for t in tensors])
