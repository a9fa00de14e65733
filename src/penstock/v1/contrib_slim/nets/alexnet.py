"""AlexNet without its two towers; Krizhevsky (2014)."""

from __future__ import annotations

from typing import Any

from penstock.api import array, nn
from penstock.api import math_reduce as reduce
from penstock.v1.contrib_framework import arg_scope
from penstock.v1.contrib_regularizers import l2_regularizer
from penstock.v1.contrib_slim import layers
from penstock.v1.contrib_slim.nets.parts import default_image_size, end_points
from penstock.v1.initializers import constant_initializer, truncated_normal_initializer
from penstock.v1.variable_scope import variable_scope


def alexnet_v2_arg_scope(weight_decay=0.0005):
    with arg_scope(
        [layers.conv2d, layers.fully_connected], activation_fn=nn.relu,
        biases_initializer=constant_initializer(0.1),
        weights_regularizer=l2_regularizer(weight_decay),
    ):  # fmt: skip
        with arg_scope([layers.conv2d], padding="SAME"):
            with arg_scope([layers.max_pool2d], padding="VALID") as defaults:
                return defaults


@default_image_size(224)
def alexnet_v2(
    inputs, num_classes=1000, is_training=True, dropout_keep_prob=0.5,
    spatial_squeeze=True, scope="alexnet_v2", global_pool=False,
):  # fmt: skip
    """(logits [batch, num_classes], end points) of images [batch, 224, 224, 3]."""
    with variable_scope(scope, "alexnet_v2", [inputs]) as entered:
        collection = entered.original_name_scope + "_end_points"
        with arg_scope(
            [layers.conv2d, layers.fully_connected, layers.max_pool2d],
            outputs_collections=[collection],
        ):
            net: Any = layers.conv2d(
                inputs, 64, [11, 11], 4, padding="VALID", scope="conv1"
            )
            net = layers.max_pool2d(net, [3, 3], 2, scope="pool1")
            net = layers.conv2d(net, 192, [5, 5], scope="conv2")
            net = layers.max_pool2d(net, [3, 3], 2, scope="pool2")
            for number, width in ((3, 384), (4, 384), (5, 256)):
                net = layers.conv2d(net, width, [3, 3], scope=f"conv{number}")
            net = layers.max_pool2d(net, [3, 3], 2, scope="pool5")
            with arg_scope(
                [layers.conv2d],
                weights_initializer=truncated_normal_initializer(stddev=0.005),
                biases_initializer=constant_initializer(0.1),
            ):
                net = layers.conv2d(net, 4096, [5, 5], padding="VALID", scope="fc6")
                net = layers.dropout(
                    net, dropout_keep_prob, is_training=is_training, scope="dropout6"
                )
                net = layers.conv2d(net, 4096, [1, 1], scope="fc7")
                points = end_points(collection)
                if global_pool:
                    net = reduce.reduce_mean(net, [1, 2], True, name="global_pool")
                    points["global_pool"] = net
                if num_classes:
                    net = layers.dropout(
                        net, dropout_keep_prob, is_training=is_training,
                        scope="dropout7",
                    )  # fmt: skip
                    net = layers.conv2d(
                        net, num_classes, [1, 1], activation_fn=None,
                        normalizer_fn=None,
                        biases_initializer=constant_initializer(0.0), scope="fc8",
                    )  # fmt: skip
                    if spatial_squeeze:
                        net = array.squeeze(net, [1, 2], name="fc8/squeezed")
                    points[entered.name + "/fc8"] = net
            return net, points


__all__ = ["alexnet_v2", "alexnet_v2_arg_scope"]
