"""`tf.contrib.slim`: contrib's layers and argument scopes under one name."""

from __future__ import annotations

from penstock.v1 import contrib_losses as losses
from penstock.v1.contrib_framework import (
    add_arg_scope,
    arg_scope,
    assign_from_checkpoint,
    assign_from_checkpoint_fn,
    get_model_variables,
    get_trainable_variables,
    get_variables,
    get_variables_by_name,
    get_variables_by_suffix,
    get_variables_to_restore,
    model_variable,
    variable,
)
from penstock.v1.contrib_layers import (
    bias_add,
    dropout,
    flatten,
    fully_connected,
    one_hot_encoding,
    repeat,
    softmax,
    stack,
)
from penstock.v1.contrib_layers_conv import (
    avg_pool2d,
    conv1d,
    conv2d,
    conv2d_transpose,
    convolution2d,
    max_pool2d,
    separable_conv2d,
    separable_convolution2d,
)
from penstock.v1.contrib_layers_norm import batch_norm, layer_norm, unit_norm
from penstock.v1.contrib_regularizers import (
    l1_l2_regularizer,
    l1_regularizer,
    l2_regularizer,
)
from penstock.v1.global_step import (
    create_global_step,
    get_global_step,
    get_or_create_global_step,
)
from penstock.v1.variable_lists import trainable_variables


class learning:
    """`slim.learning`: a training step as one operation."""

    @staticmethod
    def create_train_op(
        total_loss, optimizer, global_step=None, update_ops=None,
        variables_to_train=None, transform_grads_fn=None, summarize_gradients=False,
        gate_gradients=1, aggregation_method=None, colocate_gradients_with_ops=False,
        check_numerics=True,
    ):  # fmt: skip
        """The loss, once variables were updated and the global step counted up."""
        from penstock.api.control_flow import with_dependencies
        from penstock.v1.graph_keys import GraphKeys, get_collection

        step = global_step if global_step is not None else get_or_create_global_step()
        updates = update_ops
        if updates is None:
            updates = get_collection(GraphKeys.UPDATE_OPS)
        if updates:
            total_loss = with_dependencies(list(updates), total_loss)
        pairs = optimizer.compute_gradients(
            total_loss,
            trainable_variables() if variables_to_train is None else variables_to_train,
        )
        if transform_grads_fn is not None:
            pairs = transform_grads_fn(pairs)
        applied = optimizer.apply_gradients(pairs, global_step=step)
        return with_dependencies([applied], total_loss)


__all__ = [
    "add_arg_scope", "arg_scope", "assign_from_checkpoint",
    "assign_from_checkpoint_fn", "avg_pool2d", "batch_norm", "bias_add", "conv1d",
    "conv2d", "conv2d_transpose", "convolution2d", "create_global_step", "dropout",
    "flatten", "fully_connected", "get_global_step", "get_model_variables",
    "get_or_create_global_step", "get_trainable_variables", "get_variables",
    "get_variables_by_name", "get_variables_by_suffix", "get_variables_to_restore",
    "l1_l2_regularizer", "l1_regularizer", "l2_regularizer", "layer_norm", "learning",
    "losses", "max_pool2d", "model_variable", "one_hot_encoding", "repeat",
    "separable_conv2d", "separable_convolution2d", "softmax", "stack", "unit_norm",
    "variable",
]  # fmt: skip
