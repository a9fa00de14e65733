"""`tf.audio`: sound from and to WAV files."""

from __future__ import annotations

from typing import Any, NamedTuple

from penstock.ir.op import TABLE


class DecodeWav(NamedTuple):
    """Samples [samples, channels] in [-1, 1), and how many there are in a second."""

    audio: Any
    sample_rate: Any


def decode_wav(contents, desired_channels=-1, desired_samples=-1, name=None):
    """The sound in a 16-bit WAV file's bytes."""
    out = TABLE["DecodeWav"](
        contents, desired_channels=desired_channels, desired_samples=desired_samples,
        name=name,
    )  # fmt: skip
    return DecodeWav(*out)


def encode_wav(audio, sample_rate, name=None):
    """The bytes of a 16-bit WAV file of `audio` [samples, channels]."""
    return TABLE["EncodeWav"](audio, sample_rate, name=name)


__all__ = ["decode_wav", "encode_wav"]
