"""`tf.strings`: joining, splitting, converting, on tensors of byte strings."""

from __future__ import annotations

import numpy as np

from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


def join(inputs, separator="", name=None):
    """The strings of several tensors, joined elementwise."""
    return TABLE["StringJoin"](list(inputs), separator=separator, name=name)


def length(input, name=None, unit="BYTE"):
    """How many bytes (or "UTF8_CHAR"s) each string has."""
    return TABLE["StringLength"](input, unit=unit, name=name)


def substr(input, pos, len, name=None, unit="BYTE"):
    """`len` bytes of each string from `pos` on."""
    return TABLE["Substr"](input, pos, len, unit=unit, name=name)


def lower(input, encoding="", name=None):
    return TABLE["StringLower"](input, encoding=encoding, name=name)


def upper(input, encoding="", name=None):
    return TABLE["StringUpper"](input, encoding=encoding, name=name)


def strip(input, name=None):
    return TABLE["StringStrip"](input, name=name)


def to_number(input, out_type=dtypes.float32, name=None):
    """Each string read as a number. Raises InvalidArgumentError at run time."""
    return TABLE["StringToNumber"](input, out_type=as_dtype(out_type), name=name)


def as_string(
    input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None
):
    """Each number as text."""
    return TABLE["AsString"](
        input, precision=precision, scientific=scientific, shortest=shortest,
        width=width, fill=fill, name=name,
    )  # fmt: skip


def regex_replace(input, pattern, rewrite, replace_global=True, name=None):
    """Each match of `pattern` replaced by `rewrite`, where `\\1` is a group."""
    if isinstance(pattern, str | bytes) and isinstance(rewrite, str | bytes):
        return TABLE["StaticRegexReplace"](
            input, pattern=pattern, rewrite=rewrite, replace_global=replace_global,
            name=name,
        )  # fmt: skip
    return TABLE["RegexReplace"](
        input, pattern, rewrite, replace_global=replace_global, name=name
    )


def regex_full_match(input, pattern, name=None):
    """Whether each string as a whole matches `pattern`."""
    if isinstance(pattern, str | bytes):
        return TABLE["StaticRegexFullMatch"](input, pattern=pattern, name=name)
    return TABLE["RegexFullMatch"](input, pattern, name=name)


def reduce_join(inputs, axis=None, keepdims=False, separator="", name=None):
    """The strings along `axis` (all by default) joined into one."""
    with scope(name, "ReduceJoin"):
        x = tensor(inputs)
        if axis is None:
            axis = np.arange(len(x.dims), dtype=np.int32)[::-1].copy()
        return TABLE["ReduceJoin"](
            x, tensor(axis, dtypes.int32, "Const"), keep_dims=keepdims,
            separator=separator,
        )  # fmt: skip


def to_hash_bucket_strong(input, num_buckets, key, name=None):
    """A number below `num_buckets` for each string, by SipHash under `key`."""
    return TABLE["StringToHashBucketStrong"](
        input, num_buckets=num_buckets, key=list(key), name=name
    )


def to_hash_bucket_fast(input, num_buckets, name=None):
    """A number below `num_buckets` for each string, by FarmHash's Fingerprint64.

    Raises ImportError where the package `cityhash` is missing.
    """
    return TABLE["StringToHashBucketFast"](input, num_buckets=num_buckets, name=name)


def format(template, inputs, placeholder="{}", summarize=3, name=None):
    """`template` with each `{}` replaced by a tensor as `tf.print` writes it."""
    items = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    if template.count(placeholder) != len(items):
        raise ValueError(
            f"{template.count(placeholder)} placeholders for {len(items)} inputs in "
            f"{template!r}."
        )
    return TABLE["StringFormat"](
        items, template=template, placeholder=placeholder, summarize=summarize,
        name=name,
    )  # fmt: skip


def encode_base64(input, pad=False, name=None):
    return TABLE["EncodeBase64"](input, pad=pad, name=name)


def decode_base64(input, name=None):
    return TABLE["DecodeBase64"](input, name=name)


def decode_raw(input_bytes, out_type, little_endian=True, fixed_length=None, name=None):
    """The bytes of each string as numbers of `out_type`, along a new last axis.

    With `fixed_length` strings are cut to so many bytes, or filled up with zeros.
    """
    if fixed_length is not None:
        return TABLE["DecodePaddedRaw"](
            input_bytes, fixed_length, out_type=as_dtype(out_type),
            little_endian=little_endian, name=name,
        )  # fmt: skip
    return TABLE["DecodeRaw"](
        input_bytes, out_type=as_dtype(out_type), little_endian=little_endian, name=name
    )


def decode_csv(
    records, record_defaults, field_delim=",", use_quote_delim=True, na_value="",
    select_cols=None, name=None,
):  # fmt: skip
    """The columns of comma-separated `records`; defaults give dtype and fallback."""
    made = TABLE["DecodeCSV"](
        records, list(record_defaults), field_delim=field_delim,
        use_quote_delim=use_quote_delim, na_value=na_value,
        select_cols=list(select_cols or ()), name=name,
    )  # fmt: skip
    return list(made)


def split_sparse(input, sep=None, maxsplit=-1, name=None):
    """Each string of a vector split at `sep` (white space by default): sparse parts."""
    from penstock.api.sparse import SparseTensor

    with scope(name, "StringSplit"):
        parts = TABLE["StringSplitV2"](
            tensor(input, dtypes.string, "input"),
            tensor("" if sep is None else sep, dtypes.string), maxsplit=maxsplit,
        )  # fmt: skip
    return SparseTensor(*parts)


def string_split(source, delimiter=" ", skip_empty=True, name=None):
    """Each string of a vector split at any character of `delimiter`: sparse parts."""
    from penstock.api.sparse import SparseTensor

    with scope(name, "StringSplit"):
        x = tensor(source, dtypes.string)
        mark = tensor(delimiter, dtypes.string)
        parts = TABLE["StringSplit"](x, mark, skip_empty=skip_empty)
    return SparseTensor(*parts)


def unicode_encode(input, output_encoding, errors="replace", name=None) -> Tensor:
    """Code points along the last axis (rows may differ in length), as strings."""
    with scope(name, "UnicodeEncode"):
        if getattr(input, "is_ragged", False):
            values, splits = input.values, input.row_splits
            if getattr(values, "is_ragged", False):
                return input.with_values(unicode_encode(values, output_encoding))
            return TABLE["UnicodeEncode"](
                values, splits, output_encoding=output_encoding, errors=errors
            )
        x = tensor(input, dtypes.int32)
        shape = TABLE["Shape"](x, out_type=dtypes.int64)
        count = TABLE["Prod"](shape[:-1], [0])
        ends = TABLE["Range"](np.int64(0), count + 1, np.int64(1)) * shape[-1]
        text = TABLE["UnicodeEncode"](
            TABLE["Reshape"](x, [-1]), ends, output_encoding=output_encoding,
            errors=errors,
        )  # fmt: skip
        return TABLE["Reshape"](text, shape[:-1])


def unsorted_segment_join(inputs, segment_ids, num_segments, separator="", name=None):
    """The strings of each segment, joined in order."""
    return TABLE["UnsortedSegmentJoin"](
        tensor(inputs), tensor(segment_ids), tensor(num_segments), separator=separator
    )


string_join = join
string_length = length
string_strip = strip
string_to_number = to_number
