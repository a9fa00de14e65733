"""`DenseFeatures`: a dict of raw features as one matrix, by feature columns."""

from __future__ import annotations

from typing import Any

from penstock.api.feature_column_base import Dense
from penstock.api.feature_column_config import columns_from, config_of
from penstock.ir.op import TABLE
from penstock.keras.layer import Layer


class DenseFeatures(Layer):
    """`{name: [batch, ...]}` -> [batch, sum of widths], in the order of names.

    Raises ValueError for columns that are not dense: wrap categorical ones in
    `indicator_column` or `embedding_column`.
    """

    def __init__(self, feature_columns, trainable=True, name=None, partitioner=None,
                 **kwargs):  # fmt: skip
        super().__init__(name=name, trainable=trainable, autocast=False, **kwargs)
        columns = feature_columns
        if isinstance(columns, dict):
            columns = list(columns.values())
        self._columns = sorted(_listed(columns), key=lambda column: column.name)
        _check(self._columns)
        self._tables: dict[str, Any] = {}
        self._given = feature_columns

    def build(self, input_shape):
        for column in self._columns:
            table = column.table
            if table is not None and table.name not in self._tables:
                weight = self.add_weight(
                    f"{table.name}/embedding_weights", shape=table.shape,
                    initializer=table.initializer, trainable=table.trainable,
                )  # fmt: skip
                self._tables[table.name] = weight
        super().build(input_shape)

    def call(self, features, cols_to_output_tensors=None, training=None):
        if not isinstance(features, dict):
            raise ValueError(
                "We expected a dictionary here. Instead we got: "
                f"{type(features).__name__}. Call the layer with {{name: values}}."
            )
        parts = []
        for column in self._columns:
            table = column.table and self._tables[column.table.name]
            rows = column.rows(features, table)
            parts.append(TABLE["Reshape"](rows, [-1, column.width]))
            if cols_to_output_tensors is not None:
                cols_to_output_tensors[column] = parts[-1]
        return TABLE["ConcatV2"](parts, 1) if len(parts) > 1 else parts[0]

    def compute_output_shape(self, input_shape):
        return None, sum(column.width for column in self._columns)

    def get_config(self):
        columns = [config_of(column) for column in self._columns]
        return {**super().get_config(), "feature_columns": columns, "partitioner": None}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        return cls(columns_from(config.pop("feature_columns")), **config)


def _listed(columns) -> list:
    return list(columns) if isinstance(columns, list | tuple) else [columns]


def _check(columns) -> None:
    seen: dict[str, Any] = {}
    for column in columns:
        if not isinstance(column, Dense):
            raise ValueError(
                f"Items of feature_columns must be a <class 'DenseColumn'>. You can "
                f"wrap a categorical column with an embedding_column or "
                f"indicator_column. Given: {column}"
            )
        if column.name in seen:
            raise ValueError(
                f"Duplicate feature column name found for columns: {column} and "
                f"{seen[column.name]}. This usually means that these columns refer to "
                "same base feature. Either one must be discarded or a duplicated but "
                "renamed item must be inserted in features dict."
            )
        seen[column.name] = column
