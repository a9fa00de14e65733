"""Summaries of 1.x as ops: each gives a serialized Summary for an event file."""

from __future__ import annotations

import io
import wave
from typing import Any

import numpy as np

from penstock.core.errors import InvalidArgumentError
from penstock.formats import events, messages
from penstock.ir.op import STOPS, op
from penstock.ops import rules
from penstock.ops.image_files import encode_png

_HOST: dict[str, Any] = {"shape": rules.scalar, "gradient": STOPS, "host": True}
#: Pixels that are NaN or infinite, as [red, green, blue, alpha].
_BAD_COLOR = np.array([255, 0, 0, 255], np.uint8)


def _text(tag) -> str:
    return np.asarray(tag, object).item().decode()


def _serialized(*values) -> np.ndarray:
    return np.array(events.summary(*values).SerializeToString(), object)


@op("ScalarSummary", "tags: string, values: T -> summary: string", **_HOST)
def scalar_summary(tags, values):
    tags, values = np.asarray(tags, object), np.asarray(values)
    if tags.shape != values.shape:
        hint = f" (tag '{_text(tags)}')" if tags.size == 1 else ""
        raise InvalidArgumentError(
            f"tags and values are not the same shape: {list(tags.shape)} != "
            f"{list(values.shape)}{hint}. Summarize one number: reduce it first."
        )
    pairs = zip(tags.ravel(), values.ravel(), strict=True)
    return _serialized(*[events.scalar(_text(t), v) for t, v in pairs])


@op("HistogramSummary", "tag: string, values: T -> summary: string", **_HOST)
def histogram_summary(tag, values):
    name, values = _text(tag), np.asarray(values)
    if np.isnan(values).any():
        raise InvalidArgumentError(f"Nan in summary histogram for: {name}")
    if np.isinf(values).any():
        raise InvalidArgumentError(f"Infinity in Histogram for: {name}")
    return _serialized(events.histogram(name, values))


def _picture_shape(tag, tensor, **_):
    rules.ranked(tensor, 4, "The pictures of a summary")
    return ()


@op(
    "ImageSummary",
    "tag: string, tensor: T -> summary: string",
    shape=_picture_shape,
    gradient=STOPS,
    host=True,
)
def image_summary(tag, tensor, *, max_images=3, bad_color=_BAD_COLOR):
    name, pictures = _text(tag), np.asarray(tensor)
    if pictures.ndim != 4 or pictures.shape[3] not in (1, 3, 4):
        raise InvalidArgumentError(
            "Tensor must be 4-D with last dim 1, 3, or 4, not "
            f"{list(pictures.shape)}. Reshape it to [batch, height, width, channels]."
        )
    values = []
    for i, picture in enumerate(pictures[:max_images]):
        shown = f"{name}/image" if max_images == 1 else f"{name}/image/{i}"
        height, width, channels = picture.shape
        encoded = encode_png.body(_as_pixels(picture, np.asarray(bad_color))).item()
        values.append(events.image(shown, encoded, height, width, channels))
    return _serialized(*values)


def _as_pixels(picture: np.ndarray, bad_color: np.ndarray) -> np.ndarray:
    """`picture` as uint8: floats stretched to 255, around 127 where some are below 0.

    A pixel with a NaN or infinity becomes `bad_color`.
    """
    if picture.dtype == np.uint8:
        return picture
    values = picture.astype(np.float32)
    fine = np.isfinite(values).all(axis=-1)
    low = min(values[fine].min(initial=np.inf), np.inf)
    high = max(values[fine].max(initial=-np.inf), -np.inf)
    if low < 0:
        largest = max(abs(low), abs(high))
        scale, offset = (0.0 if largest < 1e-6 else 127.0 / largest), 128.0
    else:
        scale, offset = (0.0 if high < 1e-6 else 255.0 / high), 0.0
    with np.errstate(invalid="ignore"):
        pixels = (values * np.float32(scale) + np.float32(offset)).astype(np.uint8)
    pixels[~fine] = bad_color.astype(np.uint8)[: picture.shape[-1]]
    return pixels


@op(
    "AudioSummaryV2",
    "tag: string, tensor: float32, sample_rate: float32 -> summary: string",
    **_HOST,
)
def audio_summary(tag, tensor, sample_rate, *, max_outputs=3):
    name, clips = _text(tag), np.asarray(tensor)
    if clips.ndim == 2:
        clips = clips[..., None]
    if clips.ndim != 3:
        raise InvalidArgumentError(
            f"Tensor must be 3-D or 2-D, got: {list(np.shape(tensor))}"
        )
    rate, values = float(sample_rate), []
    for i, clip in enumerate(clips[:max_outputs]):
        shown = f"{name}/audio" if max_outputs == 1 else f"{name}/audio/{i}"
        frames, channels = clip.shape
        encoded = _wav(clip, int(rate))
        values.append(events.audio(shown, encoded, rate, channels, frames))
    return _serialized(*values)


def _wav(clip: np.ndarray, rate: int) -> bytes:
    """A WAV file of 16 bits; `clip` [frames, channels] in [-1, 1]."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(clip.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        samples = np.clip(np.rint(clip * 32768.0), -32768, 32767)
        file.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


@op(
    "TensorSummaryV2",
    "tag: string, tensor: T, serialized_summary_metadata: string -> summary: string",
    **_HOST,
)
def tensor_summary(tag, tensor, serialized_summary_metadata):
    data = np.asarray(serialized_summary_metadata, object).item()
    metadata = messages.parse(messages.SummaryMetadata, data, "summary metadata")
    return _serialized(events.tensor(_text(tag), np.asarray(tensor), metadata))


@op("MergeSummary", "inputs: N*string -> summary: string", **_HOST)
def merge_summary(inputs):
    merged, seen = messages.Summary(), set()
    for data in inputs:
        part = messages.parse(
            messages.Summary, np.asarray(data, object).item(), "a merged summary"
        )
        for value in part.value:
            if value.tag in seen:
                raise InvalidArgumentError(
                    f"Duplicate tag {value.tag} found in summary inputs"
                )
            seen.add(value.tag)
        merged.value.extend(part.value)
    return np.array(merged.SerializeToString(), object)
