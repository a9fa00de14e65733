"""`tf.contrib.layers`: one call for a training step, and summaries of many tensors."""

from __future__ import annotations

from penstock.api import clip
from penstock.api.control_flow import with_dependencies
from penstock.api.scopes import tensor
from penstock.v1 import train
from penstock.v1.global_step import get_or_create_global_step
from penstock.v1.graph_keys import GraphKeys, get_collection
from penstock.v1.variable_lists import trainable_variables
from penstock.v1.variable_scope import variable_scope

OPTIMIZER_CLS_NAMES = {
    "Adagrad": train.AdagradOptimizer,
    "Adam": train.AdamOptimizer,
    "Ftrl": train.FtrlOptimizer,
    "Momentum": lambda learning_rate: train.MomentumOptimizer(learning_rate, 0.9),
    "RMSProp": train.RMSPropOptimizer,
    "SGD": train.GradientDescentOptimizer,
}

OPTIMIZER_SUMMARIES = [
    "learning_rate", "loss", "gradients", "gradient_norm", "global_gradient_norm"
]  # fmt: skip


def optimize_loss(
    loss, global_step, learning_rate, optimizer, gradient_noise_scale=None,
    gradient_multipliers=None, clip_gradients=None, learning_rate_decay_fn=None,
    update_ops=None, variables=None, name=None, summaries=None,
    colocate_gradients_with_ops=False, increment_global_step=True,
):  # fmt: skip
    """A step down `loss`, whose value it gives; `optimizer`: a name, class or object.

    Raises ValueError for an unknown optimizer name.
    """
    del gradient_noise_scale, summaries, colocate_gradients_with_ops
    with variable_scope(name, "OptimizeLoss"):
        step = global_step if global_step is not None else get_or_create_global_step()
        updates = update_ops
        if updates is None:
            updates = get_collection(GraphKeys.UPDATE_OPS)
        if updates:
            loss = with_dependencies(list(updates), loss)
        if learning_rate is not None and learning_rate_decay_fn is not None:
            learning_rate = learning_rate_decay_fn(tensor(learning_rate), step)
        made = _optimizer(optimizer, learning_rate)
        pairs = made.compute_gradients(
            loss, trainable_variables() if variables is None else variables
        )
        if gradient_multipliers:
            pairs = [(_times(g, v, gradient_multipliers), v) for g, v in pairs]
        if callable(clip_gradients):
            pairs = clip_gradients(pairs)
        elif clip_gradients is not None:
            grads, names = zip(*pairs, strict=True)
            clipped, _ = clip.clip_by_global_norm(list(grads), clip_gradients)
            pairs = list(zip(clipped, names, strict=True))
        applied = made.apply_gradients(
            pairs, global_step=step if increment_global_step else None, name="train"
        )
        return with_dependencies([applied], loss)


def _times(gradient, variable, factors):
    factor = factors.get(variable, factors.get(variable.name))
    return gradient if gradient is None or factor is None else gradient * factor


def _optimizer(given, learning_rate):
    if isinstance(given, str):
        if given not in OPTIMIZER_CLS_NAMES:
            raise ValueError(
                f"Optimizer name should be one of [{', '.join(OPTIMIZER_CLS_NAMES)}], "
                f"you provided {given}."
            )
        return OPTIMIZER_CLS_NAMES[given](learning_rate=learning_rate)
    if isinstance(given, train.Optimizer):
        return given
    if isinstance(given, type):
        return given(learning_rate=learning_rate)
    return given(learning_rate) if learning_rate is not None else given()


def summarize_tensor(tensor, tag=None):
    """A histogram of `tensor`, or its value where it is a scalar."""
    from penstock.v1 import summary

    name = tag or tensor.op.name
    scalar = tensor.shape.rank == 0
    return (summary.scalar if scalar else summary.histogram)(name, tensor)


def summarize_activation(op):
    """The share of zeros and a histogram of an activation."""
    from penstock.api.nn import zero_fraction
    from penstock.v1 import summary

    if op.op.type in ("Relu", "Softplus", "Relu6"):
        summary.scalar(f"{op.op.name}/zeros", zero_fraction(op))
    return summary.histogram(f"{op.op.name}/activation", op)


def summarize_tensors(tensors, summarizer=summarize_tensor) -> list:
    return [summarizer(t) for t in tensors]


def summarize_collection(collection, name_filter=None, summarizer=summarize_tensor):
    """A summary for each tensor of `collection` whose name matches `name_filter`."""
    import re

    found = get_collection(collection)
    if name_filter is not None:
        found = [t for t in found if re.match(name_filter, t.op.name)]
    return summarize_tensors(found, summarizer)


def summarize_variables(name_filter=None, summarizer=summarize_tensor):
    return summarize_collection(GraphKeys.GLOBAL_VARIABLES, name_filter, summarizer)


def summarize_weights(name_filter=None, summarizer=summarize_tensor):
    return summarize_collection(GraphKeys.WEIGHTS, name_filter, summarizer)


def summarize_biases(name_filter=None, summarizer=summarize_tensor):
    return summarize_collection(GraphKeys.BIASES, name_filter, summarizer)


def summarize_activations(name_filter=None, summarizer=summarize_activation):
    return summarize_collection(GraphKeys.ACTIVATIONS, name_filter, summarizer)
