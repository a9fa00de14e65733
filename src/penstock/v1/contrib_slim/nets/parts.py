"""What networks share: end points by name, the size of their images."""

from __future__ import annotations

from typing import Any

from penstock.v1.contrib_layers_utils import convert_collection_to_dict as end_points


def default_image_size(size: int):
    """Decorator: the network says for which images it was published."""

    def mark(network: Any):
        network.default_image_size = size
        return network

    return mark


__all__ = ["default_image_size", "end_points"]
