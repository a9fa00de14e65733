"""Activations, and their gradients as ops of their own, as TensorFlow has them."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import FLOATING, REAL
from penstock.core.shapes import merge, merge_size
from penstock.ir.op import TABLE, op
from penstock.ops import rules
from penstock.ops.xla import jax, jnp

_GRAD = "gradients: T, features: T -> backprops: T"
_FEATURES = "features: T -> activations: T"

# SELU's constants: Klambauer et al. (2017).
_ALPHA = 1.6732632423543772
_SCALE = 1.0507009873554805


def _both(a, b, **_):
    return merge(a.dims, b.dims)


def _floating(type: str, signature: str = _FEATURES, **flags):
    return op(
        type,
        signature,
        shape=rules.same_as(0) if signature == _FEATURES else _both,
        where={"T": FLOATING},
        **flags,
    )


@op("Relu", _FEATURES, shape=rules.same_as(0), where={"T": REAL})
def relu(features):
    return jnp.maximum(features, jnp.zeros((), features.dtype))


@op("ReluGrad", _GRAD, shape=_both, where={"T": REAL})
def relu_grad(gradients, features):
    return jnp.where(features > 0, gradients, jnp.zeros((), gradients.dtype))


@relu.gradient
def _(node, dy):
    return relu_grad(dy, node.outputs[0])


@relu_grad.gradient
def _(node, dy):
    features = node.inputs[1]
    return [relu_grad(dy, features), TABLE["ZerosLike"](features)]


@op("Relu6", _FEATURES, shape=rules.same_as(0), where={"T": REAL})
def relu6(features):
    return jnp.clip(features, 0, 6).astype(features.dtype)


@op("Relu6Grad", _GRAD, shape=_both, where={"T": REAL})
def relu6_grad(gradients, features):
    inside = (features > 0) & (features < 6)
    return jnp.where(inside, gradients, jnp.zeros((), gradients.dtype))


@relu6.gradient
def _(node, dy):
    return relu6_grad(dy, node.outputs[0])


@relu6_grad.gradient
def _(node, dy):
    features = node.inputs[1]
    return [relu6_grad(dy, features), TABLE["ZerosLike"](features)]


def _single(number: float, like):
    """A float attribute: TensorFlow keeps these in single precision."""
    return np.float32(number).astype(like.dtype)


@_floating("LeakyRelu")
def leaky_relu(features, *, alpha=0.2):
    return jnp.where(features > 0, features, features * _single(alpha, features))


@_floating("LeakyReluGrad", _GRAD)
def leaky_relu_grad(gradients, features, *, alpha=0.2):
    return jnp.where(features > 0, gradients, gradients * _single(alpha, gradients))


@leaky_relu.gradient
def _(node, dy):
    return leaky_relu_grad(dy, node.inputs[0], alpha=node.attrs["alpha"])


@leaky_relu_grad.gradient
def _(node, dy):
    features, alpha = node.inputs[1], node.attrs["alpha"]
    through = leaky_relu_grad(dy, features, alpha=alpha)
    return [through, TABLE["ZerosLike"](features)]


@_floating("Elu")
def elu(features):
    return jnp.where(features < 0, jnp.expm1(jnp.minimum(features, 0)), features)


@_floating("EluGrad", "gradients: T, outputs: T -> backprops: T")
def elu_grad(gradients, outputs):
    return jnp.where(outputs < 0, gradients * (outputs + 1), gradients)


@elu.gradient
def _(node, dy):
    return elu_grad(dy, node.outputs[0])


@elu_grad.gradient
def _(node, dy):
    gradients, outputs = node.inputs
    below = TABLE["Less"](outputs, TABLE["ZerosLike"](outputs))
    product = TABLE["Mul"](dy, gradients)
    through = TABLE["SelectV2"](below, product, TABLE["ZerosLike"](outputs))
    return [elu_grad(dy, outputs), through]


@_floating("Selu")
def selu(features):
    # TensorFlow takes exp(x) - 1 here, not expm1.
    low = _SCALE * _ALPHA * (jnp.exp(jnp.minimum(features, 0)) - 1)
    return jnp.where(features < 0, low, _SCALE * features).astype(features.dtype)


@_floating("SeluGrad", "gradients: T, outputs: T -> backprops: T")
def selu_grad(gradients, outputs):
    low = gradients * (outputs + _SCALE * _ALPHA)
    return jnp.where(outputs < 0, low, gradients * _SCALE).astype(gradients.dtype)


@selu.gradient
def _(node, dy):
    return selu_grad(dy, node.outputs[0])


@selu_grad.gradient
def _(node, dy):
    gradients, outputs = node.inputs
    below = TABLE["Less"](outputs, TABLE["ZerosLike"](outputs))
    product = TABLE["Mul"](dy, gradients)
    through = TABLE["SelectV2"](below, product, TABLE["ZerosLike"](outputs))
    return [selu_grad(dy, outputs), through]


@_floating("Softplus")
def softplus(features):
    # log(1 + e^x) without overflow: max(x, 0) + log1p(e^-|x|).
    return jnp.logaddexp(features, jnp.zeros((), features.dtype))


@_floating("SoftplusGrad", _GRAD)
def softplus_grad(gradients, features):
    return gradients * jax.nn.sigmoid(features)


@softplus.gradient
def _(node, dy):
    return softplus_grad(dy, node.inputs[0])


@softplus_grad.gradient
def _(node, dy):
    gradients, features = node.inputs
    s = TABLE["Sigmoid"](features)
    slope = TABLE["Mul"](s, TABLE["Sub"](TABLE["OnesLike"](s), s))
    through = TABLE["Mul"](TABLE["Mul"](dy, gradients), slope)
    return [softplus_grad(dy, features), through]


@_floating("Softsign")
def softsign(features):
    return features / (jnp.abs(features) + 1)


@_floating("SoftsignGrad", _GRAD)
def softsign_grad(gradients, features):
    return gradients / jnp.square(jnp.abs(features) + 1)


@softsign.gradient
def _(node, dy):
    return softsign_grad(dy, node.inputs[0])


def _logits_rank(logits, **_):
    return rules.at_least(logits, 1, "logits")


@op("Softmax", "logits: T -> softmax: T", shape=_logits_rank, where={"T": FLOATING})
def softmax(logits):
    return jax.nn.softmax(logits, axis=-1)


@softmax.gradient
def _(node, dy):
    s = node.outputs[0]
    mul, sub, total = TABLE["Mul"], TABLE["Sub"], TABLE["Sum"]
    return mul(sub(dy, total(mul(dy, s), [-1], keep_dims=True)), s)


@op(
    "LogSoftmax",
    "logits: T -> logsoftmax: T",
    shape=_logits_rank,
    where={"T": FLOATING},
)
def log_softmax(logits):
    return jax.nn.log_softmax(logits, axis=-1)


@log_softmax.gradient
def _(node, dy):
    mul, total = TABLE["Mul"], TABLE["Sum"]
    s = TABLE["Exp"](node.outputs[0])
    return TABLE["Sub"](dy, mul(total(dy, [-1], keep_dims=True), s))


@op("L2Loss", "t: T -> output: T", shape=rules.scalar, where={"T": FLOATING})
def l2_loss(t):
    return (jnp.sum(jnp.square(t)) / 2).astype(t.dtype)


@l2_loss.gradient
def _(node, dy):
    return TABLE["Mul"](node.inputs[0], dy)


def _bias_add(value, bias, *, data_format="NHWC", **_):
    channels = rules.ranked(bias, 1, "bias")
    dims = rules.at_least(value, 2, "value")
    if dims is None:
        return None
    at = 1 if data_format == "NCHW" else len(dims) - 1
    return (*dims[:at], merge_size(dims[at], channels[0]), *dims[at + 1 :])


@op("BiasAdd", "value: T, bias: T -> output: T", shape=_bias_add)
def bias_add(value, bias, *, data_format="NHWC"):
    if data_format == "NCHW":
        bias = bias.reshape((1, -1) + (1,) * (value.ndim - 2))
    return value + bias


def _bias_add_grad(out_backprop, *, data_format="NHWC", **_):
    if out_backprop.dims is None:
        return (None,)
    return (out_backprop.dims[1 if data_format == "NCHW" else -1],)


@op("BiasAddGrad", "out_backprop: T -> output: T", shape=_bias_add_grad)
def bias_add_grad(out_backprop, *, data_format="NHWC"):
    channel = 1 if data_format == "NCHW" else out_backprop.ndim - 1
    others = tuple(a for a in range(out_backprop.ndim) if a != channel)
    return jnp.sum(out_backprop, axis=others)


@bias_add.gradient
def _(node, dy):
    return [dy, bias_add_grad(dy, data_format=node.attrs["data_format"])]


@bias_add_grad.gradient
def _(node, dy):
    zeros = TABLE["ZerosLike"](node.inputs[0])
    return bias_add(zeros, dy, data_format=node.attrs["data_format"])
