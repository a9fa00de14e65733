"""Pictures read from and written to bytes, through Pillow; boxes on the host."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from penstock.core.dtypes import int32, uint8
from penstock.core.errors import InvalidArgumentError
from penstock.ir.op import STOPS, op
from penstock.ops import rules

_PICTURES: dict[str, Any] = {"gradient": STOPS, "host": True}
_PIL_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def _opened(contents):
    from PIL import Image

    data = contents.item() if hasattr(contents, "item") else contents
    try:
        picture = Image.open(io.BytesIO(data))
        picture.load()
    except Exception as error:  # Pillow raises many kinds for what is no picture
        raise InvalidArgumentError(
            f"Unable to decode bytes as JPEG, PNG, GIF, or BMP: {error}"
        ) from None
    return picture


def _pixels(picture, channels: int, kind: Any = np.uint8) -> np.ndarray:
    """[rows, columns, channels] of a picture; 0 channels keeps its own number."""
    if picture.mode.startswith("I;16") or picture.mode == "I":
        deep = np.asarray(picture).astype(np.uint16)[..., None]
        return deep if kind == np.uint16 else (deep >> 8).astype(np.uint8)
    if channels:
        picture = picture.convert(_PIL_MODES[channels])
    elif picture.mode not in _PIL_MODES.values():
        alpha = "transparency" in picture.info
        picture = picture.convert("RGBA" if alpha else "RGB")
    array = np.asarray(picture)
    array = array[..., None] if array.ndim == 2 else array
    if kind == np.uint16:
        return array.astype(np.uint16) * 257
    return np.ascontiguousarray(array.astype(np.uint8))


def _frames(picture) -> np.ndarray:
    from PIL import ImageSequence

    parts = [np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(picture)]
    return np.stack(parts)


def _hwc(contents, *, channels=0, **_):
    return (None, None, channels or None)


@op("DecodeJpeg", "contents: string -> image: uint8", shape=_hwc,
    attrs={"ratio": 1, "fancy_upscaling": True, "try_recover_truncated": False,
           "acceptable_fraction": 1.0, "dct_method": ""}, **_PICTURES)  # fmt: skip
def decode_jpeg(contents, *, channels=0):
    return _pixels(_opened(contents), channels)


@op("DecodePng", "contents: string -> image: dtype", shape=_hwc, **_PICTURES)
def decode_png(contents, *, channels=0, dtype=uint8):
    return _pixels(_opened(contents), channels, dtype.np)


@op("DecodeBmp", "contents: string -> image: uint8", shape=_hwc, **_PICTURES)
def decode_bmp(contents, *, channels=0):
    return _pixels(_opened(contents), channels)


@op("DecodeGif", "contents: string -> image: uint8",
    shape=lambda contents, **_: (None, None, None, 3), **_PICTURES)  # fmt: skip
def decode_gif(contents):
    return _frames(_opened(contents))


@op("DecodeImage", "contents: string -> image: dtype",
    shape=lambda contents, **_: None, **_PICTURES)  # fmt: skip
def decode_image(contents, *, channels=0, dtype=uint8, expand_animations=True):
    picture = _opened(contents)
    if picture.format == "GIF":
        array = _frames(picture)
        array = array if expand_animations else array[0]
    else:
        array = _pixels(picture, channels)
    if dtype.is_floating:
        return (array / np.float32(255)).astype(dtype.np)
    return array.astype(dtype.np)


def _saved(array, **options) -> np.ndarray:
    from PIL import Image

    array = np.asarray(array)
    if array.ndim != 3 or array.shape[2] not in _PIL_MODES:
        raise InvalidArgumentError(
            f"image must be [height, width, 1 to 4 channels], received shape "
            f"{list(array.shape)}"
        )
    if array.dtype == np.uint16:
        picture = Image.fromarray(array[..., 0])
    else:
        flat = array[..., 0] if array.shape[2] == 1 else array
        picture = Image.fromarray(flat, _PIL_MODES[array.shape[2]])
    out = io.BytesIO()
    picture.save(out, **options)
    return np.array(out.getvalue(), object)


@op("EncodePng", "image: T -> contents: string", shape=rules.scalar, **_PICTURES)
def encode_png(image, *, compression=-1):
    return _saved(
        image, format="PNG", compress_level=6 if compression < 0 else compression
    )


@op("EncodeJpeg", "image: uint8 -> contents: string", shape=rules.scalar,
    attrs={"format": "", "optimize_size": False, "chroma_downsampling": True,
           "density_unit": "in", "x_density": 300, "y_density": 300,
           "xmp_metadata": ""}, **_PICTURES)  # fmt: skip
def encode_jpeg(image, *, quality=95, progressive=False):
    return _saved(image, format="JPEG", quality=quality, progressive=progressive)


@op("EncodeJpegVariableQuality", "images: uint8, quality: int32 -> contents: string",
    shape=rules.scalar, **_PICTURES)  # fmt: skip
def encode_jpeg_variable_quality(images, quality):
    return _saved(images, format="JPEG", quality=int(quality))


@op("DecodeAndCropJpeg", "contents: string, crop_window: int32 -> image: uint8",
    shape=lambda contents, window, *, channels=0, **_: (None, None, channels or None),
    attrs={"ratio": 1, "fancy_upscaling": True, "try_recover_truncated": False,
           "acceptable_fraction": 1.0, "dct_method": ""}, **_PICTURES)  # fmt: skip
def decode_and_crop_jpeg(contents, crop_window, *, channels=0, **_):
    top, left, height, width = map(int, crop_window)
    return _pixels(_opened(contents), channels)[top : top + height, left : left + width]


@op("ExtractJpegShape", "contents: string -> image_shape: output_type",
    shape=lambda *_, **__: (3,), **_PICTURES)  # fmt: skip
def extract_jpeg_shape(contents, *, output_type=int32):
    picture = _opened(contents)
    return np.array([picture.height, picture.width, len(picture.getbands())],
                    output_type.np)  # fmt: skip


@op(
    "NonMaxSuppressionV3",
    "boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold, "
    "score_threshold: T_threshold -> selected_indices: int32",
    shape=lambda *_, **__: (None,),
    **_PICTURES,
)
def non_max_suppression(boxes, scores, max_output_size, iou_threshold, score_threshold):
    """Boxes by falling score that overlap no chosen one by more than the threshold."""
    low = np.minimum(boxes[:, :2], boxes[:, 2:])
    high = np.maximum(boxes[:, :2], boxes[:, 2:])
    areas = (high - low).prod(1)
    chosen: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if len(chosen) >= int(max_output_size) or scores[i] <= score_threshold:
            break
        both = np.minimum(high[i], high[chosen]) - np.maximum(low[i], low[chosen])
        shared = np.clip(both, 0, None).prod(-1)
        union = areas[i] + areas[chosen] - shared
        ratio = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
        if not (ratio > iou_threshold).any():
            chosen.append(int(i))
    return np.array(chosen, np.int32)
