"""`tf.strings`: taking strings apart. What each has is a row of a RaggedTensor."""

from __future__ import annotations

import numpy as np

from penstock.api.ragged import RaggedTensor
from penstock.api.scopes import tensor
from penstock.core import dtypes
from penstock.ir.op import TABLE
from penstock.ops import strings_split as ops
from penstock.ops import strings_unicode


def _rows(input, make):
    """`make(vector)` gives flat parts and where rows end; in the shape of `input`."""
    if isinstance(input, RaggedTensor):
        return input.with_flat_values(_rows(input.flat_values, make))
    x = tensor(input, dtypes.string)
    rank = x.shape.rank
    if rank == 0:
        return make(TABLE["ExpandDims"](x, 0))[0]
    flat, splits = make(TABLE["Reshape"](x, [-1]) if rank > 1 else x)  # type: ignore
    out = RaggedTensor(flat, splits)
    for axis in reversed(range(1, rank)):  # type: ignore
        size = x.shape[axis]
        out = RaggedTensor.from_uniform_row_length(out, size, _count(x, axis))
    return out


def _count(x, axis: int) -> int:
    return int(np.prod(x.shape.as_list()[:axis]))


def split(input=None, sep=None, maxsplit=-1, name=None):
    """The words of each string, between `sep` (white space by default)."""
    mark = tensor("" if sep is None else sep, dtypes.string)
    return _rows(input, lambda v: ops.string_words(v, mark, maxsplit=maxsplit))


def bytes_split(input, name=None):
    """The bytes of each string."""
    return _rows(input, ops.string_bytes)


def unicode_decode(input, input_encoding, errors="replace", replacement_char=65533,
                   replace_control_characters=False, name=None):  # fmt: skip
    """The code points of each string, int32."""
    return unicode_decode_with_offsets(
        input, input_encoding, errors, replacement_char, replace_control_characters
    )[0]


def unicode_decode_with_offsets(
    input, input_encoding, errors="replace", replacement_char=65533,
    replace_control_characters=False, name=None,
):  # fmt: skip
    """The code points of each string, and at which byte each begins."""

    def part(which: int):
        def make(vector):
            found = strings_unicode.unicode_decode_with_offsets(
                vector, input_encoding=input_encoding, errors=errors,
                replacement_char=replacement_char,
                replace_control_characters=replace_control_characters,
            )  # fmt: skip
            return found[which], found[0]

        return make

    return _rows(input, part(1)), _rows(input, part(2))


def unicode_split(input, input_encoding, errors="replace", replacement_char=65533,
                  name=None):  # fmt: skip
    """The characters of each string, each a string in the same encoding."""
    points = unicode_decode(input, input_encoding, errors, replacement_char)
    return _as_text(points, input_encoding)


def unicode_split_with_offsets(input, input_encoding, errors="replace",
                               replacement_char=65533, name=None):  # fmt: skip
    """The characters of each string, and at which byte each begins."""
    points, starts = unicode_decode_with_offsets(
        input, input_encoding, errors, replacement_char
    )
    return _as_text(points, input_encoding), starts


def _as_text(points, encoding: str):
    if isinstance(points, RaggedTensor):
        return points.with_flat_values(_as_text(points.flat_values, encoding))
    shape = TABLE["Shape"](points, out_type=dtypes.int64)
    ends = TABLE["Range"](np.int64(0), shape[0] + 1, np.int64(1))
    return TABLE["UnicodeEncode"](
        points, ends, output_encoding=encoding, errors="replace"
    )


def unicode_transcode(
    input, input_encoding, output_encoding, errors="replace", replacement_char=65533,
    replace_control_characters=False, name=None,
):  # fmt: skip
    """Each string in another encoding."""
    return strings_unicode.unicode_transcode(
        input, input_encoding=input_encoding, output_encoding=output_encoding,
        errors=errors, replacement_char=replacement_char,
        replace_control_characters=replace_control_characters,
    )  # fmt: skip


def ngrams(data, ngram_width, separator=" ", pad_values=None, padding_width=None,
           preserve_short_sequences=False, name=None):  # fmt: skip
    """Runs of `ngram_width` (one number or several) strings along the last axis."""
    ragged = isinstance(data, RaggedTensor)
    x = data if ragged else tensor(data, dtypes.string)
    flat = not ragged and x.shape.rank == 1
    if flat:
        x = TABLE["ExpandDims"](x, 0)
    rows = x if ragged else RaggedTensor.from_tensor(x)
    left, right = ("", "") if pad_values is None else (
        pad_values if isinstance(pad_values, tuple | list) else (pad_values, pad_values)
    )  # fmt: skip
    widths = [ngram_width] if isinstance(ngram_width, int) else list(ngram_width)
    made = RaggedTensor(
        *ops.string_ngrams(
            rows.values, rows.row_splits, separator=separator,  # type: ignore
            ngram_widths=tuple(widths), left_pad=left, right_pad=right,
            pad_width=-1 if padding_width is None else padding_width,
            preserve_short_sequences=preserve_short_sequences,
        )
    )  # fmt: skip
    if flat:
        return made[0]
    return made if ragged else made.to_tensor("")


__all__ = [
    "bytes_split", "ngrams", "split", "unicode_decode", "unicode_decode_with_offsets",
    "unicode_split", "unicode_split_with_offsets", "unicode_transcode",
]  # fmt: skip
