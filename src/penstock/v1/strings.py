"""The 1.x spellings of string functions."""

from __future__ import annotations

from penstock.api import strings as api
from penstock.api import strings_split
from penstock.core.dtypes import float32, uint8
from penstock.v1.nn import given


def decode_raw(
    input_bytes=None, out_type=uint8, little_endian=True, name=None, bytes=None
):
    """As `tf.decode_raw`; `bytes` is the old name of `input_bytes`."""
    data = given("input_bytes", input_bytes, "bytes", bytes)
    return api.decode_raw(data, out_type, little_endian, name=name)


def reduce_join(
    inputs, axis=None, keep_dims=None, separator="", name=None,
    reduction_indices=None, keepdims=None,
):  # fmt: skip
    """As `tf.strings.reduce_join`; old names of `axis` and `keepdims`."""
    axis = given("axis", axis, "reduction_indices", reduction_indices)
    keep = given("keepdims", keepdims, "keep_dims", keep_dims)
    return api.reduce_join(inputs, axis, bool(keep), separator, name)


def string_to_number(string_tensor=None, out_type=float32, name=None, input=None):
    """As `tf.strings.to_number`; `string_tensor` is the old name of `input`."""
    text = given("string_tensor", string_tensor, "input", input)
    return api.to_number(text, out_type, name)


to_number = string_to_number


def string_split(
    source, sep=None, skip_empty=True, delimiter=None, result_type="SparseTensor",
    name=None,
):  # fmt: skip
    """The parts of each string between any characters of `sep`, sparse or ragged.

    `sep` is " " by default; `delimiter` is its old name. Raises ValueError for
    another result type.
    """
    mark = given("sep", sep, "delimiter", delimiter)
    found = api.string_split(source, " " if mark is None else mark, skip_empty, name)
    return _as(found, result_type)


def split(
    input=None, sep=None, maxsplit=-1, result_type="SparseTensor", source=None,
    name=None,
):  # fmt: skip
    """The words of each string; `source` is the old name of `input`."""
    text = given("input", input, "source", source)
    if result_type == "RaggedTensor":
        return strings_split.split(text, sep, maxsplit, name)
    return _as(api.split_sparse(text, sep, maxsplit, name), result_type)


def _as(sparse, result_type: str):
    if result_type == "SparseTensor":
        return sparse
    if result_type == "RaggedTensor":
        from penstock.api.ragged import RaggedTensor

        return RaggedTensor.from_sparse(sparse)
    raise ValueError(
        "result_type must be 'SparseTensor' or 'RaggedTensor', received "
        f"{result_type!r}."
    )


__all__ = [
    "decode_raw", "reduce_join", "split", "string_split", "string_to_number",
    "to_number",
]  # fmt: skip
