"""`tf.contrib.layers`: layers with normaliser and activation in one call.

Variables are named `weights` and `biases`, and are in MODEL_VARIABLES.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.api import array, nn
from penstock.api import math_reduce as reduce
from penstock.api.scopes import scope as named
from penstock.api.scopes import tensor
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.v1.contrib_framework import add_arg_scope, model_variable
from penstock.v1.contrib_initializers import xavier_initializer
from penstock.v1.graph_keys import GraphKeys, add_to_collections
from penstock.v1.initializers import ones_initializer, zeros_initializer
from penstock.v1.layers import convolutional, core, normalization, pooling
from penstock.v1.variable_scope import variable_scope

_XAVIER, _ZEROS = xavier_initializer(), zeros_initializer()
_RENAMED = {
    "kernel": "weights", "bias": "biases", "depthwise_kernel": "depthwise_weights",
    "pointwise_kernel": "pointwise_weights",
}  # fmt: skip


def _getter(true_getter, name, *args, **kwargs):
    """Names as contrib gives them, and the collection of model variables."""
    *outer, last = name.split("/")
    renamed = "/".join([*outer, str(_RENAMED.get(last, last))])
    keys = kwargs.get("collections") or [GraphKeys.GLOBAL_VARIABLES]
    kwargs["collections"] = [*keys, GraphKeys.MODEL_VARIABLES]
    return true_getter(renamed, *args, **kwargs)


def _scope(scope, default: str, reuse=None):
    return variable_scope(
        scope, default_name=default, reuse=reuse, custom_getter=_getter
    )


def _collected(variables_collections, **variables) -> None:
    for name, made in variables.items():
        keys = variables_collections
        if isinstance(keys, dict):
            keys = keys.get(name)
        if keys and made is not None:
            add_to_collections(keys, made)


def _finished(outputs, entered, normalizer_fn, normalizer_params, activation_fn, keys):
    if normalizer_fn is not None:
        outputs = normalizer_fn(outputs, **(normalizer_params or {}))
    if activation_fn is not None:
        outputs = activation_fn(outputs)
    return _named_output(keys, entered.name, outputs)


def _named_output(keys, alias: str, outputs):
    if keys:
        outputs.alias = alias
        add_to_collections(keys, outputs)
    return outputs


@add_arg_scope
def fully_connected(
    inputs, num_outputs, activation_fn=nn.relu, normalizer_fn=None,
    normalizer_params=None, weights_initializer=_XAVIER,
    weights_regularizer=None, biases_initializer=_ZEROS,
    biases_regularizer=None, reuse=None, variables_collections=None,
    outputs_collections=None, trainable=True, scope=None,
):  # fmt: skip
    """activation(inputs · weights + biases); no biases where there is a normaliser."""
    if not isinstance(num_outputs, int):
        raise ValueError(f"num_outputs must be an int, received {num_outputs!r}.")
    with _scope(scope, "fully_connected", reuse) as entered:
        layer = core.Dense(
            num_outputs, use_bias=normalizer_fn is None and bool(biases_initializer),
            kernel_initializer=weights_initializer, bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer, bias_regularizer=biases_regularizer,
            trainable=trainable, name=entered.name, _scope=entered, _reuse=reuse,
        )  # fmt: skip
        outputs = layer(tensor(inputs))
        _collected(variables_collections, weights=layer.kernel, biases=layer.bias)
        return _finished(
            outputs, entered, normalizer_fn, normalizer_params, activation_fn,
            outputs_collections,
        )  # fmt: skip


def _format(data_format: str | None) -> str:
    first = data_format is not None and data_format.startswith("NC")
    return "channels_first" if first and data_format != "NC" else "channels_last"


@add_arg_scope
def convolution(
    inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format=None,
    rate=1, activation_fn=nn.relu, normalizer_fn=None, normalizer_params=None,
    weights_initializer=_XAVIER, weights_regularizer=None,
    biases_initializer=_ZEROS, biases_regularizer=None, reuse=None,
    variables_collections=None, outputs_collections=None, trainable=True, scope=None,
    conv_dims=None,
):  # fmt: skip
    """A convolution in as many dimensions as the inputs have, biases, activation."""
    with _scope(scope, "Conv", reuse) as entered:
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
            num_outputs, kernel_size, stride, padding, _format(data_format), rate,
            use_bias=normalizer_fn is None and bool(biases_initializer),
            kernel_initializer=weights_initializer, bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer, bias_regularizer=biases_regularizer,
            trainable=trainable, name=entered.name, _scope=entered, _reuse=reuse,
        )  # fmt: skip
        outputs = layer(inputs)
        _collected(variables_collections, weights=layer.kernel, biases=layer.bias)
        return _finished(
            outputs, entered, normalizer_fn, normalizer_params, activation_fn,
            outputs_collections,
        )  # fmt: skip


conv1d = convolution1d = convolution
conv2d = convolution2d = convolution
conv3d = convolution3d = convolution


@add_arg_scope
def convolution2d_transpose(
    inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format="NHWC",
    activation_fn=nn.relu, normalizer_fn=None, normalizer_params=None,
    weights_initializer=_XAVIER, weights_regularizer=None,
    biases_initializer=_ZEROS, biases_regularizer=None, reuse=None,
    variables_collections=None, outputs_collections=None, trainable=True, scope=None,
):  # fmt: skip
    """The gradient of `conv2d` as a layer."""
    with _scope(scope, "Conv2d_transpose", reuse) as entered:
        layer = convolutional.Conv2DTranspose(
            num_outputs, kernel_size, stride, padding, _format(data_format),
            use_bias=normalizer_fn is None and bool(biases_initializer),
            kernel_initializer=weights_initializer, bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer, bias_regularizer=biases_regularizer,
            trainable=trainable, name=entered.name, _scope=entered, _reuse=reuse,
        )  # fmt: skip
        outputs = layer(tensor(inputs))
        _collected(variables_collections, weights=layer.kernel, biases=layer.bias)
        return _finished(
            outputs, entered, normalizer_fn, normalizer_params, activation_fn,
            outputs_collections,
        )  # fmt: skip


conv2d_transpose = convolution2d_transpose


@add_arg_scope
def separable_convolution2d(
    inputs, num_outputs, kernel_size, depth_multiplier=1, stride=1, padding="SAME",
    data_format="NHWC", rate=1, activation_fn=nn.relu, normalizer_fn=None,
    normalizer_params=None, weights_initializer=_XAVIER,
    pointwise_initializer=None, weights_regularizer=None,
    biases_initializer=_ZEROS, biases_regularizer=None, reuse=None,
    variables_collections=None, outputs_collections=None, trainable=True, scope=None,
):  # fmt: skip
    """Depthwise, then pointwise convolution. Raises ValueError without num_outputs."""
    if num_outputs is None:
        raise ValueError(
            "separable_conv2d needs num_outputs here; use tf.nn.depthwise_conv2d for a "
            "depthwise convolution alone."
        )
    with _scope(scope, "SeparableConv2d", reuse) as entered:
        layer = convolutional.SeparableConv2D(
            num_outputs, kernel_size, stride, padding, _format(data_format), rate,
            depth_multiplier, None, normalizer_fn is None and bool(biases_initializer),
            weights_initializer, pointwise_initializer or weights_initializer,
            biases_initializer, weights_regularizer, weights_regularizer,
            biases_regularizer, trainable=trainable, name=entered.name, _scope=entered,
            _reuse=reuse,
        )  # fmt: skip
        outputs = layer(tensor(inputs))
        return _finished(
            outputs, entered, normalizer_fn, normalizer_params, activation_fn,
            outputs_collections,
        )  # fmt: skip


separable_conv2d = separable_convolution2d


def _pooling(kind, default: str):
    def pool(
        inputs, kernel_size, stride=2, padding="VALID", data_format="NHWC",
        outputs_collections=None, scope=None,
    ):  # fmt: skip
        with named(scope, default) as full:
            layer = kind(kernel_size, stride, padding, _format(data_format))
            outputs = _inline(layer, tensor(inputs))
            return _named_output(outputs_collections, full[:-1], outputs)

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


@add_arg_scope
def flatten(inputs, outputs_collections=None, scope=None):
    """[batch, ...] -> [batch, the product of the rest]."""
    with named(scope, "Flatten") as full:
        inputs = tensor(inputs)
        if inputs.shape.rank is None or inputs.shape.rank < 2:
            raise ValueError("Inputs must have a least 2 dimensions.")
        outputs = core.flatten(inputs)
        return _named_output(outputs_collections, full[:-1], outputs)


@add_arg_scope
def dropout(
    inputs, keep_prob=0.5, noise_shape=None, is_training=True,
    outputs_collections=None, scope=None, seed=None,
):  # fmt: skip
    """Dropout while `is_training`, a bool or bool tensor."""
    with variable_scope(scope, "Dropout", custom_getter=_getter) as entered:
        layer = core.Dropout(
            1 - keep_prob, noise_shape, seed, name=entered.name, _scope=entered
        )
        outputs = layer(tensor(inputs), training=is_training)
        return _named_output(outputs_collections, entered.name, outputs)


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
    from penstock.core.errors import UnsupportedError

    if batch_weights is not None or zero_debias_moving_mean:
        raise UnsupportedError(
            "contrib's batch_norm with batch_weights or zero_debias_moving_mean is not "
            "in Penstock."
        )
    first = {k: v for k, v in (param_initializers or {}).items()}
    kept = {k: v for k, v in (param_regularizers or {}).items()}
    with variable_scope(
        scope, "BatchNorm", reuse=reuse, custom_getter=_getter
    ) as entered:
        inputs = tensor(inputs)
        layer = normalization.BatchNormalization(
            1 if _format(data_format) == "channels_first" else -1, decay, epsilon,
            center, scale, first.get("beta"), first.get("gamma"),
            first.get("moving_mean"), first.get("moving_variance"), kept.get("beta"),
            kept.get("gamma"), renorm=renorm, renorm_clipping=renorm_clipping,
            renorm_momentum=renorm_decay, fused=fused, trainable=trainable,
            adjustment=adjustment, name=entered.name, _scope=entered, _reuse=reuse,
        )  # fmt: skip
        layer.updates_collections = updates_collections
        outputs = layer(inputs, training=is_training)
        _collected(variables_collections, beta=layer.beta, gamma=layer.gamma)
        if updates_collections is None and layer.updates:
            with context.landing().control_dependencies(layer.updates):
                outputs = TABLE["Identity"](outputs)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return _named_output(outputs_collections, entered.name, outputs)


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
        return _named_output(outputs_collections, entered.name, outputs)


@add_arg_scope
def bias_add(
    inputs, activation_fn=None, initializer=_ZEROS, regularizer=None,
    reuse=None, variables_collections=None, outputs_collections=None, trainable=True,
    data_format="NHWC", scope=None,
):  # fmt: skip
    """Biases added to the last dimension."""
    with variable_scope(scope, "BiasAdd", reuse=reuse) as entered:
        inputs = tensor(inputs)
        first = data_format.startswith("NC")
        size = inputs.shape.as_list()[1 if first else -1]
        biases = model_variable(
            "biases", [size], inputs.dtype, initializer, regularizer, trainable,
            variables_collections,
        )  # fmt: skip
        outputs = nn.bias_add(inputs, biases, "NCHW" if first else "NHWC")
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return _named_output(outputs_collections, entered.name, outputs)


@add_arg_scope
def one_hot_encoding(
    labels, num_classes, on_value=1.0, off_value=0.0, outputs_collections=None,
    scope=None,
):  # fmt: skip
    """Class numbers as rows with one 1."""
    with named(scope, "OneHotEncoding") as full:
        labels = tensor(labels)
        if labels.dtype.base_dtype.name == "int32":
            labels = TABLE["Cast"](labels, DstT="int64")
        outputs = array.one_hot(labels, num_classes, on_value, off_value)
        return _named_output(outputs_collections, full[:-1], outputs)


@add_arg_scope
def softmax(logits, scope=None):
    """Probabilities along the last dimension of `logits`."""
    with named(scope, "softmax"):
        logits = tensor(logits)
        classes = array.shape(logits)[-1]
        flat = nn.softmax(array.reshape(logits, [-1, classes]))
        out = array.reshape(flat, array.shape(logits))
        out.set_shape(logits.shape)
        return out


@add_arg_scope
def maxout(inputs, num_units, axis=-1, scope=None):
    """The largest of each group of channels, `num_units` groups; Goodfellow (2013)."""
    with named(scope, "MaxOut"):
        inputs = tensor(inputs)
        sizes: list[Any] = inputs.shape.as_list()
        axis %= len(sizes)
        channels = sizes[axis]
        if channels is None or channels % num_units:
            raise ValueError(
                f"number of features ({channels}) is not a multiple of num_units "
                f"({num_units})."
            )
        given = array.shape(inputs)
        whole = [given[i] if n is None else n for i, n in enumerate(sizes)]
        whole[axis : axis + 1] = [num_units, channels // num_units]
        outputs = reduce.reduce_max(array.reshape(inputs, whole), axis + 1)
        sizes[axis] = num_units
        outputs.set_shape(sizes)
        return outputs


@add_arg_scope
def unit_norm(inputs, dim, epsilon=1e-7, scope=None):
    """`inputs` scaled to length 1 along `dim`."""
    with named(scope, "UnitNorm"):
        inputs = tensor(inputs)
        total = reduce.reduce_sum(TABLE["Square"](inputs), dim, keepdims=True)
        return TABLE["RealDiv"](inputs, TABLE["Sqrt"](epsilon + total))


def embed_sequence(
    ids, vocab_size=None, embed_dim=None, unique=False, initializer=None,
    regularizer=None, trainable=True, scope=None, reuse=None,
):  # fmt: skip
    """Rows of a table [vocab_size, embed_dim] for ids [batch, steps]."""
    del unique
    if not (reuse or (vocab_size and embed_dim)):
        raise ValueError(
            f"Must specify vocab size and embedding dimension when not reusing. Got "
            f"vocab_size={vocab_size} and embed_dim={embed_dim}"
        )
    with variable_scope(scope, "EmbedSequence", reuse=reuse):
        table = model_variable(
            "embeddings", [vocab_size, embed_dim], initializer=initializer,
            regularizer=regularizer, trainable=trainable,
        )  # fmt: skip
        return nn.embedding_lookup(table, ids)


def repeat(inputs, repetitions: int, layer: Callable, *args, **kwargs):
    """`layer` applied `repetitions` times, scopes "conv1_1", "conv1_2", ..."""
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, "Repeat"):
        outputs = tensor(inputs)
        if scope is None:
            scope = getattr(layer, "__name__", "repeat")
        for i in range(repetitions):
            kwargs["scope"] = f"{scope}_{i + 1}"
            outputs = layer(outputs, *args, **kwargs)
        return outputs


def stack(inputs, layer: Callable, stack_args, **kwargs):
    """`layer` applied once for each of `stack_args`."""
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, "Stack"):
        outputs = tensor(inputs)
        if scope is None:
            scope = getattr(layer, "__name__", "stack")
        for i, given in enumerate(stack_args):
            kwargs["scope"] = f"{scope}_{i + 1}"
            given = given if isinstance(given, list | tuple) else [given]
            outputs = layer(outputs, *given, **kwargs)
        return outputs


def _with_activation(function) -> Callable:
    def connected(*args, **kwargs):
        kwargs.setdefault("activation_fn", function)
        return fully_connected(*args, **kwargs)

    return connected


linear = _with_activation(None)
relu, relu6, elu = map(_with_activation, (nn.relu, nn.relu6, nn.elu))

__all__ = [
    "avg_pool2d", "avg_pool3d", "batch_norm", "bias_add", "conv1d", "conv2d",
    "conv2d_transpose", "conv3d", "convolution", "convolution1d", "convolution2d",
    "convolution2d_transpose", "convolution3d", "dropout", "elu", "embed_sequence",
    "flatten", "fully_connected", "layer_norm", "linear", "max_pool2d", "max_pool3d",
    "maxout", "one_hot_encoding", "relu", "relu6", "repeat", "separable_conv2d",
    "separable_convolution2d", "softmax", "stack", "unit_norm",
]  # fmt: skip
