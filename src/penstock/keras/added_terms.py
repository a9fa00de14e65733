"""Losses and metrics of a functional model that are no outputs, as layers."""

from __future__ import annotations

from typing import Any

from penstock.keras.layer import Layer


class AddLoss(Layer):
    """Passes its input on and adds it to the loss. What `model.add_loss(t)` makes."""

    def __init__(self, unconditional=False, **kwargs):
        super().__init__(**{"autocast": False, **kwargs})
        self.unconditional = unconditional
        self.built = True

    def call(self, inputs):
        self.add_loss(inputs)
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "unconditional": self.unconditional}


class AddMetric(Layer):
    """Passes its input on and reports it. What `model.add_metric(t)` makes."""

    def __init__(self, aggregation="mean", metric_name=None, **kwargs):
        super().__init__(**{"autocast": False, **kwargs})
        self.aggregation, self.metric_name = aggregation, metric_name
        self.built = True

    def call(self, inputs):
        self.add_metric(inputs, name=self.metric_name, aggregation=self.aggregation)
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(), "aggregation": self.aggregation,
            "metric_name": self.metric_name,
        }  # fmt: skip
