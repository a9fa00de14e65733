"""What both residual networks are built of: blocks of units, strides kept in check."""

from __future__ import annotations

from typing import Any, NamedTuple

from penstock.api import array, nn
from penstock.v1.contrib_framework import arg_scope
from penstock.v1.contrib_initializers import variance_scaling_initializer
from penstock.v1.contrib_regularizers import l2_regularizer
from penstock.v1.contrib_slim import layers
from penstock.v1.graph_keys import GraphKeys
from penstock.v1.variable_scope import variable_scope


class Block(NamedTuple):
    """Units under one `scope`: `unit_fn(net, **arguments)` for each of `args`."""

    scope: str
    unit_fn: Any
    args: list[dict[str, Any]]


def subsample(inputs, factor, scope=None):
    """Every `factor`-th pixel."""
    if factor == 1:
        return inputs
    return layers.max_pool2d(inputs, [1, 1], stride=factor, scope=scope)


def conv2d_same(inputs, num_outputs, kernel_size, stride, rate=1, scope=None):
    """A convolution padded alike on both sides, whatever its stride."""
    if stride == 1:
        return layers.conv2d(
            inputs, num_outputs, kernel_size, stride=1, rate=rate, padding="SAME",
            scope=scope,
        )  # fmt: skip
    effective = kernel_size + (kernel_size - 1) * (rate - 1)
    before = (effective - 1) // 2
    sides = [before, effective - 1 - before]
    inputs = array.pad(inputs, [[0, 0], sides, sides, [0, 0]])
    return layers.conv2d(
        inputs, num_outputs, kernel_size, stride=stride, rate=rate, padding="VALID",
        scope=scope,
    )  # fmt: skip


def stack_blocks_dense(net, blocks, output_stride=None, outputs_collections=None):
    """`blocks` one after the other; beyond `output_stride` they dilate instead.

    Raises ValueError where the stride cannot be reached.
    """
    stride, rate = 1, 1
    for block in blocks:
        with variable_scope(block.scope, "block", [net]) as entered:
            for number, unit in enumerate(block.args, 1):
                if output_stride is not None and stride > output_stride:
                    raise ValueError("The target output_stride cannot be reached.")
                with variable_scope(f"unit_{number}", values=[net]):
                    if output_stride is not None and stride == output_stride:
                        net = block.unit_fn(net, rate=rate, **{**unit, "stride": 1})
                        rate *= unit.get("stride", 1)
                    else:
                        net = block.unit_fn(net, rate=1, **unit)
                        stride *= unit.get("stride", 1)
            net = layers.collected_output(outputs_collections, entered.name, net)
    if output_stride is not None and stride != output_stride:
        raise ValueError("The target output_stride cannot be reached.")
    return net


def resnet_arg_scope(
    weight_decay=0.0001, batch_norm_decay=0.997, batch_norm_epsilon=1e-5,
    batch_norm_scale=True, activation_fn=nn.relu, use_batch_norm=True,
    batch_norm_updates_collections=GraphKeys.UPDATE_OPS,
):  # fmt: skip
    """The defaults of residual networks' layers."""
    normal = {
        "decay": batch_norm_decay,
        "epsilon": batch_norm_epsilon,
        "scale": batch_norm_scale,
        "updates_collections": batch_norm_updates_collections,
        "fused": None,
    }
    with arg_scope(
        [layers.conv2d], weights_regularizer=l2_regularizer(weight_decay),
        weights_initializer=variance_scaling_initializer(), activation_fn=activation_fn,
        normalizer_fn=layers.batch_norm if use_batch_norm else None,
        normalizer_params=normal,
    ):  # fmt: skip
        with arg_scope([layers.batch_norm], **normal):
            with arg_scope([layers.max_pool2d], padding="SAME") as defaults:
                return defaults


__all__ = [
    "Block", "conv2d_same", "resnet_arg_scope", "stack_blocks_dense", "subsample",
]  # fmt: skip
