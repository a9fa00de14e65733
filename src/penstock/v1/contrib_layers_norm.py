"""`tf.contrib.layers`: normalisers."""

from __future__ import annotations

from penstock.api import math_reduce as reduce
from penstock.api import nn
from penstock.api.scopes import scope as named
from penstock.api.scopes import tensor
from penstock.core.errors import UnsupportedError
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.v1.contrib_framework import add_arg_scope, model_variable
from penstock.v1.contrib_layers_parts import (
    channels_of,
    collected,
    model_variable_getter,
    named_output,
)
from penstock.v1.graph_keys import GraphKeys
from penstock.v1.initializers import ones_initializer, zeros_initializer
from penstock.v1.layers import normalization
from penstock.v1.variable_scope import variable_scope


@add_arg_scope
def batch_norm(
    inputs, decay=0.999, center=True, scale=False, epsilon=0.001, activation_fn=None,
    param_initializers=None, param_regularizers=None,
    updates_collections=GraphKeys.UPDATE_OPS, is_training=True, reuse=None,
    variables_collections=None, outputs_collections=None, trainable=True,
    batch_weights=None, fused=None, data_format="NHWC", zero_debias_moving_mean=False,
    scope=None, renorm=False, renorm_clipping=None, renorm_decay=0.99,
    adjustment=None,
):  # fmt: skip
    """Batch normalisation; with `updates_collections` None, averages move in place."""
    if batch_weights is not None or zero_debias_moving_mean:
        raise UnsupportedError(
            "contrib's batch_norm with batch_weights or zero_debias_moving_mean is not "
            "in Penstock."
        )
    first, kept = param_initializers or {}, param_regularizers or {}
    with variable_scope(
        scope, "BatchNorm", reuse=reuse, custom_getter=model_variable_getter
    ) as entered:
        inputs = tensor(inputs)
        layer = normalization.BatchNormalization(
            1 if channels_of(data_format) == "channels_first" else -1, decay, epsilon,
            center, scale, first.get("beta"), first.get("gamma"),
            first.get("moving_mean"), first.get("moving_variance"), kept.get("beta"),
            kept.get("gamma"), renorm=renorm, renorm_clipping=renorm_clipping,
            renorm_momentum=renorm_decay, fused=fused, trainable=trainable,
            adjustment=adjustment, name=entered.name, _scope=entered, _reuse=reuse,
        )  # fmt: skip
        layer.updates_collections = updates_collections
        outputs = layer(inputs, training=is_training)
        collected(variables_collections, beta=layer.beta, gamma=layer.gamma)
        if updates_collections is None and layer.updates:
            with context.landing().control_dependencies(layer.updates):
                outputs = TABLE["Identity"](outputs)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return named_output(outputs_collections, entered.name, outputs)


@add_arg_scope
def layer_norm(
    inputs, center=True, scale=True, activation_fn=None, reuse=None,
    variables_collections=None, outputs_collections=None, trainable=True,
    begin_norm_axis=1, begin_params_axis=-1, scope=None,
):  # fmt: skip
    """Each row normalised by its own mean and variance; Ba et al. (2016)."""
    with variable_scope(scope, "LayerNorm", reuse=reuse) as entered:
        inputs = tensor(inputs)
        rank = inputs.shape.rank
        if rank is None:
            raise ValueError("Inputs of layer_norm must have a known rank.")
        sizes = inputs.shape.as_list()[begin_params_axis:]
        keys = variables_collections or []
        beta = gamma = None
        if center:
            beta = model_variable(
                "beta", sizes, inputs.dtype, zeros_initializer(), trainable=trainable,
                collections=keys,
            )  # fmt: skip
        if scale:
            gamma = model_variable(
                "gamma", sizes, inputs.dtype, ones_initializer(), trainable=trainable,
                collections=keys,
            )  # fmt: skip
        axes = list(range(begin_norm_axis % rank, rank))
        mean, variance = nn.moments(inputs, axes, keepdims=True)
        outputs = nn.batch_normalization(inputs, mean, variance, beta, gamma, 1e-12)
        outputs.set_shape(inputs.shape)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return named_output(outputs_collections, entered.name, outputs)


@add_arg_scope
def unit_norm(inputs, dim, epsilon=1e-7, scope=None):
    """`inputs` scaled to length 1 along `dim`."""
    with named(scope, "UnitNorm"):
        inputs = tensor(inputs)
        total = reduce.reduce_sum(TABLE["Square"](inputs), dim, keepdims=True)
        return TABLE["RealDiv"](inputs, TABLE["Sqrt"](epsilon + total))


__all__ = ["batch_norm", "layer_norm", "unit_norm"]
