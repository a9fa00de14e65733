"""`keras.dtype_policies`: policies from names and configs, and back."""

from __future__ import annotations

from typing import Any

from penstock.keras.backend_config import Policy, policy


def get(identifier) -> Policy:
    """The policy of a name, a config or itself."""
    return policy(identifier)


def serialize(dtype_policy: Policy) -> dict[str, Any]:
    """As Keras 3 stores it."""
    return {
        "module": "keras", "class_name": "DTypePolicy",
        "config": dtype_policy.get_config(), "registered_name": None,
    }  # fmt: skip


def deserialize(config, custom_objects=None) -> Policy:
    del custom_objects
    return policy(config)
