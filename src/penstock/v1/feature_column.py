"""`tf.feature_column` of 1.x: columns as the input of a graph, or a linear model."""

from __future__ import annotations

from typing import Any

from penstock.api.feature_column_base import Categorical, Column, Dense
from penstock.api.nn_embedding import safe_embedding_lookup_sparse
from penstock.ir.op import TABLE
from penstock.v1.graph_keys import add_to_collection
from penstock.v1.initializers import zeros_initializer
from penstock.v1.variable_scope import get_variable, variable_scope


def _sorted(feature_columns, kind, wrong: str) -> list[Any]:
    columns = feature_columns
    if isinstance(columns, Column):
        columns = [columns]
    columns = list(columns)
    if not columns:
        raise ValueError("feature_columns must not be empty.")
    for column in columns:
        if not isinstance(column, kind):
            raise ValueError(f"{wrong} Given: {column}")
    names = [column.name for column in columns]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"Duplicate feature column name found for columns: {name}")
    return sorted(columns, key=lambda column: column.name)


def _weights(name, shape, initializer, trainable, collections):
    made = get_variable(name, shape, initializer=initializer, trainable=trainable)
    for collection in collections or ():
        add_to_collection(collection, made)
    return made


def input_layer(features, feature_columns, weight_collections=None, trainable=True,
                cols_to_vars=None, cols_to_output_tensors=None):  # fmt: skip
    """Dense columns side by side, [batch, sum of widths], in the order of names.

    Tables of embeddings are `input_layer/NAME/embedding_weights`. Raises ValueError
    for columns that are not dense.
    """
    columns = _sorted(
        feature_columns, Dense, "Items of feature_columns must be a _DenseColumn."
    )
    tables: dict[str, Any] = {}
    parts = []
    with variable_scope(None, default_name="input_layer", values=features.values()):
        for column in columns:
            made: list[Any] = []
            table = column.table
            if table is not None and table.name not in tables:
                with variable_scope(table.name):
                    tables[table.name] = _weights(
                        "embedding_weights", table.shape, table.initializer,
                        table.trainable and trainable, weight_collections,
                    )  # fmt: skip
                made.append(tables[table.name])
            rows = column.rows(features, table and tables[table.name])
            parts.append(TABLE["Reshape"](rows, [-1, column.width]))
            if cols_to_vars is not None:
                cols_to_vars[column] = made
            if cols_to_output_tensors is not None:
                cols_to_output_tensors[column] = parts[-1]
        return TABLE["ConcatV2"](parts, 1, name="concat")


def linear_model(features, feature_columns, units=1, sparse_combiner="sum",
                 weight_collections=None, trainable=True,
                 cols_to_vars=None):  # fmt: skip
    """One weight for each id and number, and a bias: [batch, units], all 0 at first.

    Variables are `linear_model/NAME/weights` and `linear_model/bias_weights`.
    """
    columns = _sorted(
        feature_columns, (Dense, Categorical),
        "Items of feature_columns must be either a _DenseColumn or "
        "_CategoricalColumn.",
    )  # fmt: skip
    zeros, sums = zeros_initializer(), []
    with variable_scope(None, default_name="linear_model", values=features.values()):
        for column in columns:
            by_id = isinstance(column, Categorical)
            size = column.num_buckets if by_id else column.width
            with variable_scope(column.name):
                weights = _weights(
                    "weights", (size, units), zeros, trainable, weight_collections
                )
                sums.append(_weighed(column, features, weights, sparse_combiner))
            if cols_to_vars is not None:
                cols_to_vars[column] = [weights]
        bias = _weights("bias_weights", (units,), zeros, trainable, weight_collections)
        if cols_to_vars is not None:
            cols_to_vars["bias"] = [bias]
        total = TABLE["AddN"](sums)
        return TABLE["BiasAdd"](total, bias, name="weighted_sum")


def _weighed(column, features, weights, combiner: str):
    if isinstance(column, Categorical):
        return safe_embedding_lookup_sparse(
            weights, column.ids(features), column.weights(features), combiner=combiner
        )
    rows = TABLE["Reshape"](column.rows(features), [-1, column.width])
    return TABLE["MatMul"](rows, weights, name="weighted_sum")


__all__ = ["input_layer", "linear_model"]
