"""The layers that slim's networks are written with: those of `tf.contrib.layers`."""

# ruff: noqa: F401
from penstock.v1.contrib_layers import (
    bias_add,
    dropout,
    embed_sequence,
    flatten,
    fully_connected,
    maxout,
    one_hot_encoding,
    repeat,
    softmax,
    stack,
)
from penstock.v1.contrib_layers_conv import (
    avg_pool2d,
    avg_pool3d,
    conv1d,
    conv2d,
    conv2d_transpose,
    conv3d,
    convolution,
    convolution2d,
    convolution2d_transpose,
    convolution3d,
    max_pool2d,
    max_pool3d,
    separable_conv2d,
    separable_convolution2d,
)
from penstock.v1.contrib_layers_norm import batch_norm, layer_norm, unit_norm
from penstock.v1.contrib_layers_parts import named_output as collected_output

__all__ = [
    "avg_pool2d", "avg_pool3d", "batch_norm", "bias_add", "conv1d", "conv2d",
    "conv2d_transpose", "conv3d", "convolution", "convolution2d",
    "convolution2d_transpose", "convolution3d", "dropout", "embed_sequence", "flatten",
    "fully_connected", "layer_norm", "max_pool2d", "max_pool3d", "maxout",
    "one_hot_encoding", "repeat", "separable_conv2d", "separable_convolution2d",
    "softmax", "stack", "unit_norm",
]  # fmt: skip
