"""`tf.contrib.layers`: convolutions and pooling."""

from __future__ import annotations

from penstock.api import nn
from penstock.api.scopes import scope as named
from penstock.api.scopes import tensor
from penstock.v1.contrib_framework import add_arg_scope
from penstock.v1.contrib_layers_parts import (
    XAVIER,
    ZEROS,
    activated,
    channels_of,
    collected,
    layer_scope,
    named_output,
)
from penstock.v1.layers import convolutional, pooling


@add_arg_scope
def convolution(
    inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format=None,
    rate=1, activation_fn=nn.relu, normalizer_fn=None, normalizer_params=None,
    weights_initializer=XAVIER, weights_regularizer=None,
    biases_initializer=ZEROS, biases_regularizer=None, reuse=None,
    variables_collections=None, outputs_collections=None, trainable=True, scope=None,
    conv_dims=None,
):  # fmt: skip
    """A convolution in as many dimensions as the inputs have, biases, activation."""
    with layer_scope(scope, "Conv", reuse) as entered:
        inputs = tensor(inputs)
        rank = inputs.shape.rank
        kinds = {
            3: convolutional.Conv1D, 4: convolutional.Conv2D, 5: convolutional.Conv3D
        }  # fmt: skip
        if rank not in kinds or (conv_dims is not None and conv_dims + 2 != rank):
            raise ValueError(
                f"Convolution expects input with rank 3 to 5, got shape {inputs.shape}."
            )
        layer = kinds[rank](
            num_outputs, kernel_size, stride, padding, channels_of(data_format), rate,
            use_bias=normalizer_fn is None and bool(biases_initializer),
            kernel_initializer=weights_initializer, bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer, bias_regularizer=biases_regularizer,
            trainable=trainable, name=entered.name, _scope=entered, _reuse=reuse,
        )  # fmt: skip
        outputs = layer(inputs)
        collected(variables_collections, weights=layer.kernel, biases=layer.bias)
        outputs = activated(outputs, normalizer_fn, normalizer_params, activation_fn)
        return named_output(outputs_collections, entered.name, outputs)


conv1d = convolution1d = convolution
conv2d = convolution2d = convolution
conv3d = convolution3d = convolution


@add_arg_scope
def convolution2d_transpose(
    inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format="NHWC",
    activation_fn=nn.relu, normalizer_fn=None, normalizer_params=None,
    weights_initializer=XAVIER, weights_regularizer=None,
    biases_initializer=ZEROS, biases_regularizer=None, reuse=None,
    variables_collections=None, outputs_collections=None, trainable=True, scope=None,
):  # fmt: skip
    """The gradient of `conv2d` as a layer."""
    with layer_scope(scope, "Conv2d_transpose", reuse) as entered:
        layer = convolutional.Conv2DTranspose(
            num_outputs, kernel_size, stride, padding, channels_of(data_format),
            use_bias=normalizer_fn is None and bool(biases_initializer),
            kernel_initializer=weights_initializer, bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer, bias_regularizer=biases_regularizer,
            trainable=trainable, name=entered.name, _scope=entered, _reuse=reuse,
        )  # fmt: skip
        outputs = layer(tensor(inputs))
        collected(variables_collections, weights=layer.kernel, biases=layer.bias)
        outputs = activated(outputs, normalizer_fn, normalizer_params, activation_fn)
        return named_output(outputs_collections, entered.name, outputs)


conv2d_transpose = convolution2d_transpose


@add_arg_scope
def separable_convolution2d(
    inputs, num_outputs, kernel_size, depth_multiplier=1, stride=1, padding="SAME",
    data_format="NHWC", rate=1, activation_fn=nn.relu, normalizer_fn=None,
    normalizer_params=None, weights_initializer=XAVIER,
    pointwise_initializer=None, weights_regularizer=None,
    biases_initializer=ZEROS, biases_regularizer=None, reuse=None,
    variables_collections=None, outputs_collections=None, trainable=True, scope=None,
):  # fmt: skip
    """Depthwise, then pointwise convolution. Raises ValueError without num_outputs."""
    if num_outputs is None:
        raise ValueError(
            "separable_conv2d needs num_outputs here; use tf.nn.depthwise_conv2d for a "
            "depthwise convolution alone."
        )
    with layer_scope(scope, "SeparableConv2d", reuse) as entered:
        layer = convolutional.SeparableConv2D(
            num_outputs, kernel_size, stride, padding, channels_of(data_format), rate,
            depth_multiplier, None, normalizer_fn is None and bool(biases_initializer),
            weights_initializer, pointwise_initializer or weights_initializer,
            biases_initializer, weights_regularizer, weights_regularizer,
            biases_regularizer, trainable=trainable, name=entered.name, _scope=entered,
            _reuse=reuse,
        )  # fmt: skip
        outputs = layer(tensor(inputs))
        outputs = activated(outputs, normalizer_fn, normalizer_params, activation_fn)
        return named_output(outputs_collections, entered.name, outputs)


separable_conv2d = separable_convolution2d


def _pooling(kind, default: str):
    def pool(
        inputs, kernel_size, stride=2, padding="VALID", data_format="NHWC",
        outputs_collections=None, scope=None,
    ):  # fmt: skip
        with named(scope, default) as full:
            layer = kind(kernel_size, stride, padding, channels_of(data_format))
            outputs = _inline(layer, tensor(inputs))
            return named_output(outputs_collections, full[:-1], outputs)

    pool.__name__ = pool.__qualname__ = default
    pool.__doc__ = f"As `tf.layers.{kind.__name__}`, windows at every `stride`."
    return add_arg_scope(pool)


def _inline(layer, inputs):
    """`layer` without variables, its nodes straight in the scope in force."""
    layer._check(inputs)
    return layer.call(inputs)


max_pool2d = _pooling(pooling.MaxPooling2D, "MaxPool2D")
avg_pool2d = _pooling(pooling.AveragePooling2D, "AvgPool2D")
max_pool3d = _pooling(pooling.MaxPooling3D, "MaxPool3D")
avg_pool3d = _pooling(pooling.AveragePooling3D, "AvgPool3D")


__all__ = [
    "avg_pool2d", "avg_pool3d", "conv1d", "conv2d", "conv2d_transpose", "conv3d",
    "convolution", "convolution1d", "convolution2d", "convolution2d_transpose",
    "convolution3d", "max_pool2d", "max_pool3d", "separable_conv2d",
    "separable_convolution2d"
]  # fmt: skip
