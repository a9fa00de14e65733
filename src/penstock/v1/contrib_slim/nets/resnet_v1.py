"""Residual networks: He, Zhang, Ren and Sun (2016), bottlenecks of three layers."""

from __future__ import annotations

from typing import Any

from penstock.api import array, nn
from penstock.api import math_reduce as reduce
from penstock.v1.contrib_framework import add_arg_scope, arg_scope
from penstock.v1.contrib_slim import layers
from penstock.v1.contrib_slim.nets import resnet_utils
from penstock.v1.contrib_slim.nets.parts import default_image_size, end_points
from penstock.v1.contrib_slim.nets.resnet_utils import resnet_arg_scope
from penstock.v1.variable_scope import variable_scope


@add_arg_scope
def bottleneck(
    inputs, depth, depth_bottleneck, stride, rate=1, outputs_collections=None,
    scope=None, use_bounded_activations=False,
):  # fmt: skip
    """relu(shortcut + 1x1, 3x3, 1x1), each layer normalised before it is activated."""
    with variable_scope(scope, "bottleneck_v1", [inputs]) as entered:
        if depth == inputs.shape.as_list()[-1]:
            shortcut = resnet_utils.subsample(inputs, stride, "shortcut")
        else:
            shortcut = layers.conv2d(
                inputs, depth, [1, 1], stride=stride, activation_fn=None,
                scope="shortcut",
            )  # fmt: skip
        residual = layers.conv2d(
            inputs, depth_bottleneck, [1, 1], stride=1, scope="conv1"
        )
        residual = resnet_utils.conv2d_same(
            residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2"
        )
        residual = layers.conv2d(
            residual, depth, [1, 1], stride=1, activation_fn=None, scope="conv3"
        )
        output = nn.relu(shortcut + residual)
        return layers.collected_output(outputs_collections, entered.name, output)


def resnet_v1(
    inputs, blocks, num_classes=None, is_training=True, global_pool=True,
    output_stride=None, include_root_block=True, spatial_squeeze=True,
    store_non_strided_activations=False, reuse=None, scope=None,
):  # fmt: skip
    """(net or logits, end points) of the given `blocks`."""
    with variable_scope(scope, "resnet_v1", [inputs], reuse=reuse) as entered:
        collection = entered.original_name_scope + "_end_points"
        collecting = [layers.conv2d, bottleneck]
        with (
            arg_scope(collecting, outputs_collections=collection),
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
                net = resnet_utils.conv2d_same(net, 64, 7, stride=2, scope="conv1")
                net = layers.max_pool2d(net, [3, 3], stride=2, scope="pool1")
            net = resnet_utils.stack_blocks_dense(
                net, blocks, output_stride, collection
            )
            points = end_points(collection)
            return head(net, points, entered, num_classes, global_pool, spatial_squeeze)


def head(net: Any, points, entered, num_classes, global_pool, spatial_squeeze):
    """What both kinds of residual network end in."""
    if global_pool:
        net = reduce.reduce_mean(net, [1, 2], name="pool5", keepdims=True)
        points["global_pool"] = net
    if num_classes:
        net = layers.conv2d(
            net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None,
            scope="logits",
        )  # fmt: skip
        points[entered.name + "/logits"] = net
        if spatial_squeeze:
            net = array.squeeze(net, [1, 2], name="SpatialSqueeze")
            points[entered.name + "/spatial_squeeze"] = net
        points["predictions"] = layers.softmax(net, scope="predictions")
    return net, points


def units(bottleneck, scope, base_depth, num_units, stride) -> resnet_utils.Block:
    """A block of bottlenecks; the last of them strides."""
    sizes = {"depth": base_depth * 4, "depth_bottleneck": base_depth}
    plain = {**sizes, "stride": 1}
    return resnet_utils.Block(
        scope, bottleneck, [plain] * (num_units - 1) + [{**sizes, "stride": stride}]
    )


def blocks_of(bottleneck, counts) -> list[resnet_utils.Block]:
    return [
        units(bottleneck, f"block{i}", 64 * 2 ** (i - 1), count, 2 if i < 4 else 1)
        for i, count in enumerate(counts, 1)
    ]


def resnet_v1_block(scope, base_depth, num_units, stride):
    return units(bottleneck, scope, base_depth, num_units, stride)


def of(network, bottleneck, counts, default: str):
    """The published network of so many units."""

    @default_image_size(224)
    def resnet(
        inputs, num_classes=None, is_training=True, global_pool=True,
        output_stride=None, spatial_squeeze=True, reuse=None, scope=default,
    ):  # fmt: skip
        """(logits [batch, num_classes], end points) of images [batch, 224, 224, 3]."""
        return network(
            inputs, blocks_of(bottleneck, counts), num_classes, is_training,
            global_pool, output_stride, True, spatial_squeeze=spatial_squeeze,
            reuse=reuse, scope=scope,
        )  # fmt: skip

    resnet.__name__ = default
    return resnet


resnet_v1_50 = of(resnet_v1, bottleneck, (3, 4, 6, 3), "resnet_v1_50")
resnet_v1_101 = of(resnet_v1, bottleneck, (3, 4, 23, 3), "resnet_v1_101")
resnet_v1_152 = of(resnet_v1, bottleneck, (3, 8, 36, 3), "resnet_v1_152")
resnet_v1_200 = of(resnet_v1, bottleneck, (3, 24, 36, 3), "resnet_v1_200")

__all__ = [
    "bottleneck", "resnet_arg_scope", "resnet_v1", "resnet_v1_101", "resnet_v1_152",
    "resnet_v1_200", "resnet_v1_50", "resnet_v1_block",
]  # fmt: skip
