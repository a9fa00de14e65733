"""Cross entropies that take logits: the loss and its gradient in one op."""

from __future__ import annotations

from penstock.core.dtypes import FLOATING, INDEX
from penstock.core.errors import ShapeError
from penstock.core.shapes import broadcast, merge_size, show
from penstock.ir.op import TABLE, op
from penstock.ops import rules
from penstock.ops.xla import jax, jnp


def _dense(features, labels, **_):
    both = broadcast(features.dims, labels.dims)
    if both is not None and len(both) != 2:
        raise ShapeError(
            f"logits and labels must be matrices, received {show(features.dims)} and "
            f"{show(labels.dims)}."
        )
    return [None if both is None else both[:1], both]


@op(
    "SoftmaxCrossEntropyWithLogits",
    "features: T, labels: T -> loss: T, backprop: T",
    shape=_dense,
    where={"T": FLOATING},
)
def softmax_cross_entropy(features, labels):
    """loss [batch] and its gradient [batch, classes] for labels that are weights."""
    log_p = jax.nn.log_softmax(features, axis=-1)
    return -jnp.sum(labels * log_p, axis=-1), jnp.exp(log_p) - labels


@softmax_cross_entropy.gradient
def _(node, dy, dbackprop):
    logits = node.inputs[0]
    mul, expand = TABLE["Mul"], TABLE["ExpandDims"]
    grad = mul(expand(dy, -1), node.outputs[1])
    labels_grad = mul(expand(dy, -1), TABLE["Neg"](TABLE["LogSoftmax"](logits)))
    if dbackprop._node.type != "ZerosLike":
        grad = TABLE["AddV2"](grad, _through_softmax(logits, dbackprop))
    return [grad, labels_grad]


def _through_softmax(logits, dy):
    """Second order: the softmax's own derivative applied to `dy`."""
    mul = TABLE["Mul"]
    s = TABLE["Softmax"](logits)
    inner = TABLE["Sum"](mul(dy, s), [-1], keep_dims=True)
    return mul(TABLE["Sub"](dy, inner), s)


def _sparse(features, labels, **_):
    logits = rules.ranked(features, 2, "logits")
    labelled = rules.ranked(labels, 1, "labels")
    batch = merge_size(logits[0], labelled[0])
    return [(batch,), (batch, logits[1])]


def _label_range(features, labels, **_):
    classes = features.shape[-1]
    return (
        (labels >= 0) & (labels < classes),
        f"Received a label value which is outside the valid range of [0, {classes}).",
    )


@op(
    "SparseSoftmaxCrossEntropyWithLogits",
    "features: T, labels: Tlabels -> loss: T, backprop: T",
    shape=_sparse,
    where={"T": FLOATING, "Tlabels": INDEX},
    guard=_label_range,
)
def sparse_softmax_cross_entropy(features, labels):
    """loss [batch] and its gradient [batch, classes] for one class index a row."""
    log_p = jax.nn.log_softmax(features, axis=-1)
    hit = jnp.arange(features.shape[-1], dtype=labels.dtype) == labels[:, None]
    loss = -jnp.sum(jnp.where(hit, log_p, jnp.zeros((), log_p.dtype)), axis=-1)
    return loss, jnp.exp(log_p) - hit.astype(features.dtype)


@sparse_softmax_cross_entropy.gradient
def _(node, dy, dbackprop):
    grad = TABLE["Mul"](TABLE["ExpandDims"](dy, -1), node.outputs[1])
    if dbackprop._node.type != "ZerosLike":
        grad = TABLE["AddV2"](grad, _through_softmax(node.inputs[0], dbackprop))
    return [grad, None]
