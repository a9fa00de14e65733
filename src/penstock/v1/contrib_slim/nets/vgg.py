"""VGG: stacks of small convolutions; Simonyan and Zisserman (2015)."""

from __future__ import annotations

from typing import Any

from penstock.api import math_reduce as reduce
from penstock.api import nn
from penstock.v1.contrib_framework import arg_scope
from penstock.v1.contrib_regularizers import l2_regularizer
from penstock.v1.contrib_slim import layers
from penstock.v1.contrib_slim.nets.parts import default_image_size, end_points
from penstock.v1.initializers import zeros_initializer
from penstock.v1.variable_scope import variable_scope


def vgg_arg_scope(weight_decay=0.0005):
    """The defaults of VGG's layers; enter it with `slim.arg_scope`."""
    with arg_scope(
        [layers.conv2d, layers.fully_connected], activation_fn=nn.relu,
        weights_regularizer=l2_regularizer(weight_decay),
        biases_initializer=zeros_initializer(),
    ):  # fmt: skip
        with arg_scope([layers.conv2d], padding="SAME") as defaults:
            return defaults


def _network(
    inputs, counts, num_classes, is_training, keep_prob, spatial_squeeze, scope, name,
    fc_padding, global_pool,
):  # fmt: skip
    with variable_scope(scope, name, [inputs]) as entered:
        collection = entered.original_name_scope + "_end_points"
        with arg_scope(
            [layers.conv2d, layers.fully_connected, layers.max_pool2d],
            outputs_collections=collection,
        ):
            net: Any = inputs
            widths = (64, 128, 256, 512, 512)
            for block, (count, width) in enumerate(zip(counts, widths, strict=True), 1):
                net = layers.repeat(
                    net, count, layers.conv2d, width, [3, 3], scope=f"conv{block}"
                )
                net = layers.max_pool2d(net, [2, 2], scope=f"pool{block}")
            net = layers.conv2d(net, 4096, [7, 7], padding=fc_padding, scope="fc6")
            net = layers.dropout(
                net, keep_prob, is_training=is_training, scope="dropout6"
            )
            net = layers.conv2d(net, 4096, [1, 1], scope="fc7")
            points = end_points(collection)
            if global_pool:
                net = reduce.reduce_mean(net, [1, 2], True, name="global_pool")
                points["global_pool"] = net
            if num_classes:
                net = layers.dropout(
                    net, keep_prob, is_training=is_training, scope="dropout7"
                )
                net = layers.conv2d(
                    net, num_classes, [1, 1], activation_fn=None,
                    normalizer_fn=None, scope="fc8",
                )  # fmt: skip
                if spatial_squeeze:
                    from penstock.api import array

                    net = array.squeeze(net, [1, 2], name="fc8/squeezed")
                points[entered.name + "/fc8"] = net
            return net, points


def _of(counts, default: str):
    @default_image_size(224)
    def network(
        inputs, num_classes=1000, is_training=True, dropout_keep_prob=0.5,
        spatial_squeeze=True, scope=default, fc_conv_padding="VALID", global_pool=False,
    ):  # fmt: skip
        """(logits [batch, num_classes], end points) of images [batch, 224, 224, 3]."""
        return _network(
            inputs, counts, num_classes, is_training, dropout_keep_prob,
            spatial_squeeze, scope, default, fc_conv_padding, global_pool,
        )  # fmt: skip

    network.__name__ = default
    return network


vgg_a = _of((1, 1, 2, 2, 2), "vgg_a")
vgg_16 = _of((2, 2, 3, 3, 3), "vgg_16")
vgg_19 = _of((2, 2, 4, 4, 4), "vgg_19")
vgg_d, vgg_e = vgg_16, vgg_19


__all__ = ["vgg_16", "vgg_19", "vgg_a", "vgg_arg_scope", "vgg_d", "vgg_e"]
