"""`tf.data.experimental.make_csv_dataset`: batches of columns by name."""

from __future__ import annotations

import csv
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from penstock.api.dataset import AUTOTUNE, Dataset
from penstock.api.elements import as_arrays
from penstock.core import dtypes
from penstock.pipeline import files

#: What a column is tried as, in order; a text where nothing else fits.
_KINDS = (dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64, dtypes.string)


def make_csv_dataset(
    file_pattern, batch_size, column_names=None, column_defaults=None, label_name=None,
    select_columns=None, field_delim=",", use_quote_delim=True, na_value="",
    header=True, num_epochs=None, shuffle=True, shuffle_buffer_size=10000,
    shuffle_seed=None, prefetch_buffer_size=None, num_parallel_reads=None,
    sloppy=False, num_rows_for_inference=100, compression_type=None,
    ignore_errors=False, encoding="utf-8",
) -> Dataset:  # fmt: skip
    """Batches of CSV files: a dict of columns, or (dict, label column).

    Types that are not given are inferred from the first `num_rows_for_inference` rows
    of each file (all for None); an empty field gets zero or "". Without `num_epochs`
    it goes on for ever, in whole batches. Raises ValueError for columns that are not
    there.
    """
    names = list(files.matching(as_arrays(file_pattern)))
    table = _Table(names, field_delim, use_quote_delim, compression_type or "", header)
    columns = list(column_names or table.names())
    if len(set(columns)) != len(columns):
        raise ValueError("Cannot have duplicate column names.")
    chosen = _chosen(columns, select_columns)
    if label_name is not None and label_name not in [columns[i] for i in chosen]:
        raise ValueError(
            "`label_name` provided must be one of the columns: "
            f"{[columns[i] for i in chosen]}. Received: {label_name}."
        )
    if column_defaults is None:
        rows = table.rows(num_rows_for_inference)
        column_defaults = _inferred(rows, chosen, na_value)
    if len(column_defaults) != len(chosen):
        raise ValueError(
            f"{len(column_defaults)} column_defaults for {len(chosen)} columns."
        )
    shown = [columns[i] for i in chosen]
    kinds = tuple(_default(given) for given in column_defaults)
    listed = Dataset.list_files(file_pattern, shuffle=shuffle, seed=shuffle_seed)
    node = files.Csv(
        listed.node, kinds, compression_type or "", header, field_delim,
        use_quote_delim, na_value, None if chosen == _all(columns) else tuple(chosen),
    )  # fmt: skip
    data: Dataset = Dataset(node)
    if ignore_errors:
        data = data.ignore_errors()
    if shuffle:
        data = data.shuffle(shuffle_buffer_size, shuffle_seed)
    if num_epochs != 1:
        data = data.repeat(num_epochs)
    data = data.batch(batch_size, drop_remainder=num_epochs is None)
    data = data.map(lambda *values: _named(shown, values, label_name))
    ahead = AUTOTUNE if prefetch_buffer_size is None else prefetch_buffer_size
    return data.prefetch(ahead)


class _Table:
    """CSV files as rows of texts."""

    def __init__(self, paths, delimiter: str, quoted: bool, compression: str, header):
        if not paths:
            raise ValueError("make_csv_dataset: no file matches the pattern.")
        self._paths, self._compression, self._header = paths, compression, header
        quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
        self._form: Any = {"delimiter": delimiter, "quoting": quoting}

    def _read(self, path) -> Iterator[list[str]]:
        with files.open_text(path, self._compression) as text:
            yield from csv.reader(text, **self._form)

    def names(self) -> list[str]:
        if not self._header:
            raise ValueError("Cannot infer column names without a header line.")
        found = [next(self._read(path), []) for path in self._paths]
        for path, other in zip(self._paths, found, strict=True):
            if other != found[0]:
                raise ValueError(
                    f"All input CSV files must have the same column names in the "
                    f"header row. File {path} has different column names."
                )
        return found[0]

    def rows(self, most: int | None) -> Iterator[list[str]]:
        """The first `most` rows of every file."""
        for path in self._paths:
            rows = self._read(path)
            if self._header:
                next(rows, None)
            for count, row in enumerate(rows):
                if most is not None and count >= most:
                    break
                yield row


def _all(columns: list[str]) -> list[int]:
    return list(range(len(columns)))


def _chosen(columns: list[str], selected: Sequence | None) -> list[int]:
    """Positions of the columns asked for, by name or number, in the file's order."""
    if selected is None:
        return _all(columns)
    for one in selected:
        if not isinstance(one, int) and one not in columns:
            raise ValueError(
                f"Column {one} specified in `select_columns` must be of one of the "
                f"columns: {columns}."
            )
    return sorted(i if isinstance(i, int) else columns.index(i) for i in selected)


def _inferred(rows: Iterator[list[str]], chosen: list[int], missing: str) -> list:
    kinds = [0] * len(chosen)
    for row in rows:
        for at, column in enumerate(chosen):
            text = row[column]
            if text in ("", missing):
                continue
            while not _fits(text, _KINDS[kinds[at]]):
                kinds[at] += 1
    return [[b""] if _KINDS[k] is dtypes.string else [_KINDS[k].np.type(0)]
            for k in kinds]  # fmt: skip


def _fits(text: str, kind) -> bool:
    if kind is dtypes.string:
        return True
    try:
        if kind.is_integer:
            return abs(int(text)) <= np.iinfo(kind.np).max
        return abs(float(text)) <= np.finfo(kind.np).max
    except ValueError:
        return False


def _default(given):
    """A dtype (the field must be there) or the value for an empty field."""
    return given if isinstance(given, dtypes.DType) else as_arrays(given)


def _named(names: list[str], values: tuple, label: str | None):
    features = OrderedDict(zip(names, values, strict=True))
    if label is None:
        return features
    return features, features.pop(label)


__all__ = ["make_csv_dataset"]
