"""Residual networks that normalise before each layer: He et al. (2016b)."""

from __future__ import annotations

from typing import Any

from penstock.api import nn
from penstock.v1.contrib_framework import add_arg_scope, arg_scope
from penstock.v1.contrib_slim import layers
from penstock.v1.contrib_slim.nets import resnet_utils
from penstock.v1.contrib_slim.nets.parts import end_points
from penstock.v1.contrib_slim.nets.resnet_utils import resnet_arg_scope
from penstock.v1.contrib_slim.nets.resnet_v1 import head, of, units
from penstock.v1.variable_scope import variable_scope


@add_arg_scope
def bottleneck(
    inputs, depth, depth_bottleneck, stride, rate=1, outputs_collections=None,
    scope=None,
):  # fmt: skip
    """shortcut + 1x1, 3x3, 1x1 of the normalised and activated inputs."""
    with variable_scope(scope, "bottleneck_v2", [inputs]) as entered:
        before = layers.batch_norm(inputs, activation_fn=nn.relu, scope="preact")
        if depth == inputs.shape.as_list()[-1]:
            shortcut = resnet_utils.subsample(inputs, stride, "shortcut")
        else:
            shortcut = layers.conv2d(
                before, depth, [1, 1], stride=stride, normalizer_fn=None,
                activation_fn=None, scope="shortcut",
            )  # fmt: skip
        residual = layers.conv2d(
            before, depth_bottleneck, [1, 1], stride=1, scope="conv1"
        )
        residual = resnet_utils.conv2d_same(
            residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2"
        )
        residual = layers.conv2d(
            residual, depth, [1, 1], stride=1, normalizer_fn=None, activation_fn=None,
            scope="conv3",
        )  # fmt: skip
        output = shortcut + residual
        return layers.collected_output(outputs_collections, entered.name, output)


def resnet_v2(
    inputs, blocks, num_classes=None, is_training=True, global_pool=True,
    output_stride=None, include_root_block=True, spatial_squeeze=True, reuse=None,
    scope=None,
):  # fmt: skip
    """(net or logits, end points) of the given `blocks`."""
    with variable_scope(scope, "resnet_v2", [inputs], reuse=reuse) as entered:
        collection = entered.original_name_scope + "_end_points"
        with (
            arg_scope([layers.conv2d, bottleneck], outputs_collections=collection),
            arg_scope([layers.batch_norm], is_training=is_training),
        ):
            net: Any = inputs
            if include_root_block:
                if output_stride is not None:
                    if output_stride % 4:
                        raise ValueError(
                            "The output_stride needs to be a multiple of 4."
                        )
                    output_stride //= 4
                # The first unit normalises and activates what comes from here.
                with arg_scope([layers.conv2d], activation_fn=None, normalizer_fn=None):
                    net = resnet_utils.conv2d_same(net, 64, 7, stride=2, scope="conv1")
                net = layers.max_pool2d(net, [3, 3], stride=2, scope="pool1")
            net = resnet_utils.stack_blocks_dense(
                net, blocks, output_stride, collection
            )
            net = layers.batch_norm(net, activation_fn=nn.relu, scope="postnorm")
            points = end_points(collection)
            return head(net, points, entered, num_classes, global_pool, spatial_squeeze)


def resnet_v2_block(scope, base_depth, num_units, stride):
    return units(bottleneck, scope, base_depth, num_units, stride)


resnet_v2_50 = of(resnet_v2, bottleneck, (3, 4, 6, 3), "resnet_v2_50")
resnet_v2_101 = of(resnet_v2, bottleneck, (3, 4, 23, 3), "resnet_v2_101")
resnet_v2_152 = of(resnet_v2, bottleneck, (3, 8, 36, 3), "resnet_v2_152")
resnet_v2_200 = of(resnet_v2, bottleneck, (3, 24, 36, 3), "resnet_v2_200")

__all__ = [
    "bottleneck", "resnet_arg_scope", "resnet_v2", "resnet_v2_101", "resnet_v2_152",
    "resnet_v2_200", "resnet_v2_50", "resnet_v2_block",
]  # fmt: skip
