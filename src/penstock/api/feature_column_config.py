"""Feature columns as nested dicts, and back: how layers that hold them are saved."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from penstock.api import feature_column as kinds
from penstock.api.feature_column_base import Column
from penstock.api.feature_column_make import TruncatedNormal
from penstock.core.dtypes import DType, as_dtype


def config_of(column: Column) -> dict[str, Any]:
    """{"class_name", "config"} of a column and of those that it is made of."""
    config = {f.name: _plain(getattr(column, f.name)) for f in fields(column)}  # type: ignore
    return {"class_name": type(column).__name__, "config": config}


def _plain(value) -> Any:
    if isinstance(value, Column):
        return config_of(value)
    if isinstance(value, DType):
        return value.name
    if isinstance(value, tuple | list):
        return tuple(map(_plain, value))
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    return value


def columns_from(configs) -> list[Column]:
    """The columns of `config_of`'s dicts; columns stay as they are."""
    return [_made(config) for config in configs]


def _made(config) -> Any:
    if isinstance(config, tuple | list):
        return tuple(map(_made, config))
    if not isinstance(config, dict) or "class_name" not in config:
        return config
    kind = getattr(kinds, config["class_name"], None)
    values = config["config"]
    if kind is None:  # where the values of a table begin
        return TruncatedNormal(values["stddev"])
    made = {name: _made(value) for name, value in values.items()}
    if isinstance(made.get("dtype"), str):
        made["dtype"] = as_dtype(made["dtype"])
    return kind(**made)
