"""Sound in WAV files of 16-bit PCM, on the host."""

from __future__ import annotations

import io
import wave
from typing import Any

import numpy as np

from penstock.core.errors import InvalidArgumentError
from penstock.ir.op import STOPS, op
from penstock.ops import rules

_HOST: dict[str, Any] = {"gradient": STOPS, "host": True}


@op(
    "DecodeWav", "contents: string -> audio: float32, sample_rate: int32",
    shape=lambda contents, **_: [(None, None), ()], **_HOST,
)  # fmt: skip
def decode_wav(contents, *, desired_channels=-1, desired_samples=-1):
    """[samples, channels] in [-1, 1), cut or filled up with zeros as asked."""
    data = contents.item() if hasattr(contents, "item") else contents
    try:
        with wave.open(io.BytesIO(data)) as file:
            width, channels, rate = (
                file.getsampwidth(), file.getnchannels(), file.getframerate()
            )  # fmt: skip
            raw = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise InvalidArgumentError(
            None, None, f"decode_wav: not a WAV file of PCM samples: {error}"
        ) from None
    if width != 2:
        raise InvalidArgumentError(
            None, None, f"Can only read 16-bit WAV files, but received {8 * width}."
        )
    sound = np.frombuffer(raw, "<i2").reshape(-1, channels) / np.float32(32768)
    samples = len(sound) if desired_samples < 0 else desired_samples
    columns = channels if desired_channels < 0 else desired_channels
    out = np.zeros((samples, columns), np.float32)
    kept = sound[:samples, : min(channels, columns)]
    out[: len(kept), : kept.shape[1]] = kept
    if columns > channels:  # a channel that is not there sounds as the last one does
        out[: len(kept), channels:] = kept[:, -1:]
    return out, np.int32(rate)


@op(
    "EncodeWav", "audio: float32, sample_rate: int32 -> contents: string",
    shape=rules.scalar, **_HOST,
)  # fmt: skip
def encode_wav(audio, sample_rate):
    """The bytes of a WAV file of [samples, channels] in [-1, 1]."""
    sound = np.asarray(audio)
    if sound.ndim != 2:
        raise InvalidArgumentError(
            None, None, f"audio must be 2-dimensional but got shape {list(sound.shape)}"
        )
    pcm = np.clip(np.rint(sound * np.float32(32768)), -32768, 32767).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(int(sample_rate))
        file.writeframes(pcm.tobytes())
    return np.array(out.getvalue(), object)
