"""Keras 3's layers that make spectra of series: MelSpectrogram, STFTSpectrogram."""

from __future__ import annotations

import numpy as np

from penstock.api import array, math, signal_cepstra
from penstock.api.scopes import tensor
from penstock.keras import initializers
from penstock.keras.backend_config import epsilon
from penstock.keras.layer import Layer
from penstock.keras.layers.options import given
from penstock.keras.ops.neural import conv
from penstock.keras.ops.spectra import stft


def _decibels(x, least: float):
    return math.log(math.maximum(x, least)) * (10.0 / np.log(10.0))


class MelSpectrogram(Layer):
    """Series [(batch,) samples] as [(batch,) mel bins, pieces], in decibels."""

    def __init__(self, fft_length=2048, sequence_stride=512, sequence_length=None,
                 window="hann", sampling_rate=16000, num_mel_bins=128, min_freq=20.0,
                 max_freq=None, power_to_db=True, top_db=80.0, mag_exp=2.0,
                 min_power=1e-10, ref_power=1.0, **kwargs):  # fmt: skip
        super().__init__(**kwargs)
        self.fft_length, self.sequence_stride = fft_length, sequence_stride
        self.sequence_length = sequence_length or fft_length
        self.window, self.sampling_rate = window, sampling_rate
        self.num_mel_bins, self.min_freq = num_mel_bins, min_freq
        self.max_freq = max_freq or int(sampling_rate / 2)
        self.power_to_db, self.top_db, self.mag_exp = power_to_db, top_db, mag_exp
        self.min_power, self.ref_power = min_power, ref_power

    def call(self, inputs):
        x = math.cast(inputs, "float32")  # transforms have no half precision
        real, imag = stft(x, self.sequence_length, self.sequence_stride,
                          self.fft_length, self.window)  # fmt: skip
        size = math.sqrt(math.square(real) + math.square(imag))
        power = math.pow(size, self.mag_exp)
        bins = signal_cepstra.linear_to_mel_weight_matrix(
            self.num_mel_bins, power.dims[-1], self.sampling_rate, self.min_freq,
            self.max_freq,
        )  # fmt: skip
        mel = math.tensordot(power, math.cast(bins, power.dtype), [[-1], [0]])
        out = array.transpose(mel, [*range(len(mel.dims) - 2), -1 % len(mel.dims),
                                    len(mel.dims) - 2])  # fmt: skip
        if not self.power_to_db:
            return math.cast(out, self.compute_dtype)
        out = _decibels(out, self.min_power)
        out = out - 10.0 * np.log10(max(self.ref_power, self.min_power))
        out = math.maximum(out, math.reduce_max(out) - self.top_db)
        return math.cast(out, self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "fft_length", "sequence_stride", "sequence_length", "window",
                    "sampling_rate", "num_mel_bins", "min_freq", "max_freq",
                    "power_to_db", "top_db", "mag_exp", "min_power", "ref_power"),
        }  # fmt: skip


_MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


class STFTSpectrogram(Layer):
    """Series [batch, samples, channels] as [batch, pieces, channels · bins].

    The transform is a convolution with cosines and sines, which can be trained on.
    """

    def __init__(self, mode="log", frame_length=256, frame_step=None, fft_length=None,
                 window="hann", periodic=False, scaling="density", padding="valid",
                 expand_dims=False, data_format=None, **kwargs):  # fmt: skip
        super().__init__(**kwargs)
        if mode not in _MODES:
            raise ValueError(
                f"Output mode should be one of {_MODES}. Received: mode={mode}"
            )
        self.mode, self.frame_length = mode, frame_length
        self.frame_step = frame_step or frame_length // 2
        self.fft_length = fft_length or frame_length
        self.window, self.periodic, self.scaling = window, periodic, scaling
        self.padding, self.expand_dims = padding, expand_dims
        self.data_format = data_format or "channels_last"

    def build(self, input_shape):
        shape = (self.frame_length, 1, self.fft_length // 2 + 1)
        self.real_kernel = self.imag_kernel = None
        for side in ("real", "imag"):
            if self.mode != ("imag" if side == "real" else "real"):
                kernel = self.add_weight(
                    f"{side}_kernel", shape, initializer=initializers.STFT(
                        side, self.window, self.scaling, self.periodic),
                )  # fmt: skip
                setattr(self, f"{side}_kernel", kernel)
        self.built = True

    def _side(self, x, kernel):
        """[batch, pieces, channels, bins] of series [batch, samples, channels]."""
        parts = [
            conv(x[..., c : c + 1], kernel, self.frame_step, self.padding,
                 "channels_last")
            for c in range(x.dims[-1])
        ]  # fmt: skip
        return array.stack(parts, axis=2)

    def call(self, inputs):
        x = math.cast(inputs, self.compute_dtype)
        first = self.data_format == "channels_first"
        x = array.transpose(x, [0, 2, 1]) if first else x
        sides = [
            None if kernel is None else self._side(x, kernel)
            for kernel in (self.real_kernel, self.imag_kernel)
        ]
        out = self._combined(*sides)  # [batch, pieces, channels, bins]
        if self.expand_dims:
            return array.transpose(out, [0, 2, 1, 3] if first else [0, 1, 3, 2])
        out = array.reshape(out, [-1, out.dims[1], out.dims[2] * out.dims[3]])
        return array.transpose(out, [0, 2, 1]) if first else out

    def _combined(self, real, imag):
        if self.mode == "real":
            return real
        if self.mode == "imag":
            return imag
        if self.mode == "angle":
            return math.atan2(imag, real)
        if self.mode == "stft":
            return array.concat([real, imag], axis=-1)
        power = math.square(real) + math.square(imag)
        if self.mode == "psd":  # a bin stands for its negative frequency too
            once = np.full(power.dims[-1], 2.0)
            once[0] = once[-1] = 1.0
            return power * tensor(once.astype(power.dtype.base_dtype.np))
        size = math.sqrt(power)
        if self.mode == "magnitude":
            return size
        return math.log(math.maximum(size, epsilon()))

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "mode", "frame_length", "frame_step", "fft_length", "window",
                    "periodic", "scaling", "padding", "data_format", "expand_dims"),
        }  # fmt: skip
