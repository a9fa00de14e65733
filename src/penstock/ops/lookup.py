"""Looking up keys in tables that live on the host."""

from __future__ import annotations

import numpy as np

from penstock.ir.op import STOPS, op


class Table(dict):
    """Keys to values, hashed by identity: a node's attribute."""

    __hash__ = object.__hash__  # type: ignore[assignment]
    __eq__ = object.__eq__  # type: ignore[assignment]


def _found_dims(keys, default, **_):
    return (
        None
        if default.dims is None or keys.dims is None
        else ((*keys.dims, *default.dims))
    )


@op(
    "LookupTableFindV2",
    "keys: Tin, default: Tout -> values: Tout",
    shape=_found_dims,
    attrs={"table": None},
    gradient=STOPS,
    host=True,
    stateful=True,
)
def lookup_table_find(keys, default, *, table):
    """For each key the value that `table`, a mapping, has for it, or the default."""
    keys, default = np.asarray(keys), np.asarray(default)
    out = np.empty((*keys.shape, *default.shape), default.dtype)
    for index, key in np.ndenumerate(keys):
        out[index] = table.get(_plain(key), default[()])
    return out


@op(
    "LookupTableInsertV2",
    "keys: Tin, values: Tout ->",
    shape=lambda *_, **__: [],
    attrs={"table": None},
    gradient=STOPS,
    host=True,
    stateful=True,
)
def lookup_table_insert(keys, values, *, table):
    keys, values = np.asarray(keys), np.asarray(values)
    for index, key in np.ndenumerate(keys):
        table[_plain(key)] = values[index]
    return ()


@op(
    "LookupTableRemoveV2",
    "keys: Tin ->",
    shape=lambda *_, **__: [],
    attrs={"table": None},
    gradient=STOPS,
    host=True,
    stateful=True,
)
def lookup_table_remove(keys, *, table):
    for key in np.ravel(keys):
        table.pop(_plain(key), None)
    return ()


@op(
    "LookupTableSizeV2",
    "-> size: int64",
    shape=lambda **_: (),
    attrs={"table": None},
    gradient=STOPS,
    host=True,
    stateful=True,
)
def lookup_table_size(*, table):
    return np.int64(len(table))


def _plain(key):
    return key.item() if isinstance(key, np.generic) else key
