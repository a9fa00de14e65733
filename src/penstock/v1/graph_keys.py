"""The names of collections, and the functions that fill and read them."""

from __future__ import annotations

from penstock.v1.default_graph import get_default_graph, root


class GraphKeys:
    """Standard names of graph collections. As `tf.GraphKeys`."""

    GLOBAL_VARIABLES = "variables"
    VARIABLES = "variables"
    LOCAL_VARIABLES = "local_variables"
    METRIC_VARIABLES = "metric_variables"
    MODEL_VARIABLES = "model_variables"
    TRAINABLE_VARIABLES = "trainable_variables"
    SUMMARIES = "summaries"
    QUEUE_RUNNERS = "queue_runners"
    TABLE_INITIALIZERS = "table_initializer"
    ASSET_FILEPATHS = "asset_filepaths"
    MOVING_AVERAGE_VARIABLES = "moving_average_variables"
    REGULARIZATION_LOSSES = "regularization_losses"
    CONCATENATED_VARIABLES = "concatenated_variables"
    SAVERS = "savers"
    WEIGHTS = "weights"
    BIASES = "biases"
    ACTIVATIONS = "activations"
    UPDATE_OPS = "update_ops"
    LOSSES = "losses"
    SAVEABLE_OBJECTS = "saveable_objects"
    RESOURCES = "resources"
    LOCAL_RESOURCES = "local_resources"
    TRAINABLE_RESOURCE_VARIABLES = "trainable_resource_variables"
    INIT_OP = "init_op"
    LOCAL_INIT_OP = "local_init_op"
    READY_OP = "ready_op"
    READY_FOR_LOCAL_INIT_OP = "ready_for_local_init_op"
    SUMMARY_OP = "summary_op"
    GLOBAL_STEP = "global_step"
    EVAL_STEP = "eval_step"
    TRAIN_OP = "train_op"
    COND_CONTEXT = "cond_context"
    WHILE_CONTEXT = "while_context"


def _graph():
    # A branch or loop body adds to the collections of the graph around it.
    return root(get_default_graph())


def add_to_collection(name, value) -> None:
    """Append `value` to the default graph's collection `name`."""
    _graph().add_to_collection(name, value)


def add_to_collections(names, value) -> None:
    """Append `value` to each collection of `names` (one name, or several)."""
    _graph().add_to_collections(names, value)


def get_collection(key, scope=None) -> list:
    """A copy of collection `key`; `scope`, a regular expression, filters by name."""
    return _graph().get_collection(key, scope)


def get_collection_ref(key) -> list:
    """The collection `key` itself: changes to the list change the graph."""
    return _graph().get_collection_ref(key)
