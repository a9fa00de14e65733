"""What the layers of `tf.contrib.layers` share.

Variables are named `weights` and `biases`, and are in MODEL_VARIABLES.
"""

from __future__ import annotations

import weakref

from penstock.ir.tensor import Tensor
from penstock.v1.contrib_initializers import xavier_initializer
from penstock.v1.graph_keys import GraphKeys, add_to_collections
from penstock.v1.initializers import zeros_initializer
from penstock.v1.variable_scope import variable_scope

XAVIER, ZEROS = xavier_initializer(), zeros_initializer()
_RENAMED = {
    "kernel": "weights", "bias": "biases", "depthwise_kernel": "depthwise_weights",
    "pointwise_kernel": "pointwise_weights",
}  # fmt: skip


def model_variable_getter(true_getter, name, *args, **kwargs):
    """Names as contrib gives them, and the collection of model variables."""
    *outer, last = name.split("/")
    renamed = "/".join([*outer, str(_RENAMED.get(last, last))])
    keys = kwargs.get("collections") or [GraphKeys.GLOBAL_VARIABLES]
    kwargs["collections"] = [*keys, GraphKeys.MODEL_VARIABLES]
    return true_getter(renamed, *args, **kwargs)


def layer_scope(scope, default: str, reuse=None):
    return variable_scope(
        scope, default_name=default, reuse=reuse, custom_getter=model_variable_getter
    )


def collected(variables_collections, **variables) -> None:
    for name, made in variables.items():
        keys = variables_collections
        if isinstance(keys, dict):
            keys = keys.get(name)
        if keys and made is not None:
            add_to_collections(keys, made)


def activated(outputs, normalizer_fn, normalizer_params, activation_fn):
    """activation_fn(normalizer_fn(outputs)), each where it is given."""
    if normalizer_fn is not None:
        outputs = normalizer_fn(outputs, **(normalizer_params or {}))
    return outputs if activation_fn is None else activation_fn(outputs)


#: Tensor -> the names under which layers collected it.
_aliases: weakref.WeakKeyDictionary[Tensor, list[str]] = weakref.WeakKeyDictionary()


def named_output(keys, alias: str, outputs):
    if keys:
        _aliases[outputs] = [alias]
        add_to_collections(keys, outputs)
    return outputs


def aliases_of(tensor: Tensor) -> list[str]:
    """The names of a collected tensor, else its operation's."""
    return _aliases.get(tensor) or [tensor.op.name]


def channels_of(data_format: str | None) -> str:
    first = data_format is not None and data_format.startswith("NC")
    return "channels_first" if first and data_format != "NC" else "channels_last"


__all__: list[str] = []  # none of it is a public name
