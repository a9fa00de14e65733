"""`tf.contrib.layers`: layers with normaliser and activation in one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.api import array, nn
from penstock.api import math_reduce as reduce
from penstock.api.scopes import scope as named
from penstock.api.scopes import tensor
from penstock.ir.op import TABLE
from penstock.v1.contrib_framework import add_arg_scope, model_variable
from penstock.v1.contrib_layers_parts import (
    XAVIER,
    ZEROS,
    activated,
    collected,
    layer_scope,
    model_variable_getter,
    named_output,
)
from penstock.v1.layers import core
from penstock.v1.variable_scope import variable_scope


@add_arg_scope
def fully_connected(
    inputs, num_outputs, activation_fn=nn.relu, normalizer_fn=None,
    normalizer_params=None, weights_initializer=XAVIER,
    weights_regularizer=None, biases_initializer=ZEROS,
    biases_regularizer=None, reuse=None, variables_collections=None,
    outputs_collections=None, trainable=True, scope=None,
):  # fmt: skip
    """activation(inputs · weights + biases); no biases where there is a normaliser."""
    if not isinstance(num_outputs, int):
        raise ValueError(f"num_outputs must be an int, received {num_outputs!r}.")
    with layer_scope(scope, "fully_connected", reuse) as entered:
        layer = core.Dense(
            num_outputs, use_bias=normalizer_fn is None and bool(biases_initializer),
            kernel_initializer=weights_initializer, bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer, bias_regularizer=biases_regularizer,
            trainable=trainable, name=entered.name, _scope=entered, _reuse=reuse,
        )  # fmt: skip
        outputs = layer(tensor(inputs))
        collected(variables_collections, weights=layer.kernel, biases=layer.bias)
        outputs = activated(outputs, normalizer_fn, normalizer_params, activation_fn)
        return named_output(outputs_collections, entered.name, outputs)


@add_arg_scope
def flatten(inputs, outputs_collections=None, scope=None):
    """[batch, ...] -> [batch, the product of the rest]."""
    with named(scope, "Flatten") as full:
        inputs = tensor(inputs)
        if inputs.shape.rank is None or inputs.shape.rank < 2:
            raise ValueError("Inputs must have a least 2 dimensions.")
        outputs = core.flatten(inputs)
        return named_output(outputs_collections, full[:-1], outputs)


@add_arg_scope
def dropout(
    inputs, keep_prob=0.5, noise_shape=None, is_training=True,
    outputs_collections=None, scope=None, seed=None,
):  # fmt: skip
    """Dropout while `is_training`, a bool or bool tensor."""
    with variable_scope(
        scope, "Dropout", custom_getter=model_variable_getter
    ) as entered:
        layer = core.Dropout(
            1 - keep_prob, noise_shape, seed, name=entered.name, _scope=entered
        )
        outputs = layer(tensor(inputs), training=is_training)
        return named_output(outputs_collections, entered.name, outputs)


@add_arg_scope
def bias_add(
    inputs, activation_fn=None, initializer=ZEROS, regularizer=None,
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
        return named_output(outputs_collections, entered.name, outputs)


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
        return named_output(outputs_collections, full[:-1], outputs)


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
    "bias_add", "dropout", "elu", "embed_sequence", "flatten", "fully_connected",
    "linear", "maxout", "one_hot_encoding", "relu", "relu6", "repeat", "softmax",
    "stack"
]  # fmt: skip
