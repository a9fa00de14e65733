"""Samples of layers: class, arguments, input shapes. NumPy only.

`Sample` inputs are drawn in order from one seed; integers are below `below`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Inner:
    """A layer among the arguments of another."""

    layer: str
    arguments: dict[str, Any] = field(default_factory=dict)

    def __repr__(self):
        parts = ", ".join(f"{k}={v!r}" for k, v in self.arguments.items())
        return f"{self.layer}({parts})"


@dataclass(frozen=True)
class LayerSample:
    layer: str
    arguments: dict[str, Any]
    shapes: tuple[tuple[int, ...], ...]
    below: int = 0
    call: dict[str, Any] = field(default_factory=dict)
    many: bool = False  # called on a list of inputs
    positive: bool = False
    states: bool = False  # a cell: called on the first input and a list of the rest
    words: tuple = ()  # strings to be called on
    reference: str = "tf_keras"  # else keras (Keras 3), or nothing: ours alone

    @property
    def key(self) -> str:
        parts = ", ".join(f"{k}={v!r}" for k, v in self.arguments.items())
        more = "".join(f"; {k}={v!r}" for k, v in self.call.items())
        return f"{self.layer}({parts}) {list(self.shapes)}{more}"

    def made(self, layers, **more):
        """The layer, of the module `layers`."""

        def real(value):
            if isinstance(value, Inner):
                return getattr(layers, value.layer)(**value.arguments)
            if isinstance(value, list):
                return [real(v) for v in value]
            return value

        options = {k: real(v) for k, v in self.arguments.items()}
        return getattr(layers, self.layer)(name="sample", **options, **more)

    def called(self, layer, inputs):
        if self.many:
            return layer(inputs, **self.call)
        if self.states:
            return layer(inputs[0], inputs[1:], **self.call)
        return layer(*inputs, **self.call)

    def inputs(self) -> list[np.ndarray]:
        if self.words:
            return [np.array(w) for w in self.words]
        rng = np.random.default_rng(7)
        if self.below:
            return [
                rng.integers(0, self.below, s).astype(np.int32) for s in self.shapes
            ]
        arrays = [rng.normal(size=s).astype(np.float32) for s in self.shapes]
        return [np.abs(a) + 0.1 if self.positive else a for a in arrays]


def weights(shapes) -> list[np.ndarray]:
    """Values for weights of `shapes`: positive, so that they serve as variances too."""
    rng = np.random.default_rng(11)
    return [rng.uniform(0.1, 0.9, s).astype(np.float32) - 0.05 for s in shapes]


def cotangents(shapes) -> list[np.ndarray]:
    rng = np.random.default_rng(13)
    return [rng.normal(size=s).astype(np.float32) for s in shapes]


def _one(layer, shape, /, *, below=0, call=None, **arguments):
    return LayerSample(layer, arguments, (tuple(shape),), below, call or {})


def _several(layer, *shapes, **arguments):
    return LayerSample(layer, arguments, shapes, many=True)


_IMAGE, _SERIES, _VOLUME = (2, 7, 6, 2), (2, 7, 3), (2, 4, 4, 5, 2)
_TRAIN, _STILL = {"training": True}, {"training": False}

CORE = [
    _one("Dense", (3, 4), units=5, activation="relu"),
    _one("Dense", (2, 3, 4), units=5, activation="softmax", use_bias=False),
    _one("Dense", (2, 2, 3, 4), units=2, kernel_regularizer="l2",
         kernel_constraint="max_norm", bias_initializer="ones"),
    _one("Activation", (3, 4), activation="tanh"),
    _one("Flatten", (2, 3, 4)),
    _one("Flatten", (2, 3, 4, 2), data_format="channels_first"),
    _one("Flatten", (5,)),
    _one("Reshape", (2, 6, 4), target_shape=(3, -1)),
    _one("Permute", (2, 3, 4, 5), dims=(3, 1, 2)),
    _one("RepeatVector", (2, 3), n=4),
    _one("Masking", (2, 3, 2), mask_value=0.0),
    _one("Embedding", (2, 5), below=6, input_dim=6, output_dim=3),
    _one("Embedding", (2, 5), below=6, input_dim=6, output_dim=3, mask_zero=True,
         input_length=5),
    _one("ActivityRegularization", (2, 3), l1=0.1, l2=0.2),
    _one("Dropout", (2, 3), rate=0.4),
    _one("Dropout", (2, 3), rate=0.4, noise_shape=(2, 1), seed=3),
    _one("SpatialDropout1D", _SERIES, rate=0.4),
    _one("SpatialDropout2D", _IMAGE, rate=0.4),
    _one("SpatialDropout3D", _VOLUME, rate=0.4),
    _one("GaussianNoise", (2, 3), stddev=0.3),
    _one("GaussianDropout", (2, 3), rate=0.3),
    _one("AlphaDropout", (2, 3), rate=0.3),
]  # fmt: skip

ACTIVATIONS = [
    _one("ReLU", (3, 4)),
    _one("ReLU", (3, 4), max_value=1.0, negative_slope=0.1, threshold=0.2),
    _one("LeakyReLU", (3, 4)),
    _one("LeakyReLU", (3, 4), alpha=0.1),
    _one("ELU", (3, 4), alpha=0.7),
    _one("ThresholdedReLU", (3, 4), theta=0.4),
    _one("Softmax", (3, 4)),
    _one("Softmax", (3, 4, 2), axis=1),
    _one("PReLU", (3, 4)),
    _one("PReLU", (2, 3, 3, 2), shared_axes=[1, 2]),
]

CONVOLUTIONS = [
    _one("Conv1D", _SERIES, filters=4, kernel_size=3, activation="relu"),
    _one("Conv1D", _SERIES, filters=4, kernel_size=2, padding="causal",
         dilation_rate=2),
    _one("Conv1D", (2, 2, 7, 3), filters=4, kernel_size=3, padding="same", strides=2),
    _one("Conv2D", _IMAGE, filters=4, kernel_size=3),
    _one("Conv2D", _IMAGE, filters=4, kernel_size=(2, 3), strides=2, padding="same",
         activation="tanh"),
    _one("Conv2D", _IMAGE, filters=4, kernel_size=2, dilation_rate=(2, 1),
         use_bias=False),
    _one("Conv2D", (2, 6, 6, 4), filters=6, kernel_size=3, groups=2, padding="same"),
    _one("Conv3D", _VOLUME, filters=3, kernel_size=2, strides=(1, 2, 1)),
    _one("Conv1DTranspose", _SERIES, filters=4, kernel_size=3, strides=2),
    _one("Conv2DTranspose", _IMAGE, filters=4, kernel_size=3, strides=2,
         padding="same"),
    _one("Conv2DTranspose", _IMAGE, filters=2, kernel_size=3, strides=(2, 3)),
    _one("Conv2DTranspose", _IMAGE, filters=2, kernel_size=3, strides=2,
         padding="same", output_padding=1),
    _one("Conv3DTranspose", _VOLUME, filters=2, kernel_size=2, strides=2,
         padding="same"),
    _one("DepthwiseConv1D", _SERIES, kernel_size=3, depth_multiplier=2),
    _one("DepthwiseConv2D", _IMAGE, kernel_size=3, padding="same",
         depth_multiplier=2),
    _one("DepthwiseConv2D", _IMAGE, kernel_size=2, strides=2, activation="relu"),
    _one("SeparableConv1D", _SERIES, filters=4, kernel_size=3, padding="causal"),
    _one("SeparableConv2D", _IMAGE, filters=4, kernel_size=3, depth_multiplier=2,
         padding="same"),
]  # fmt: skip

POOLING = [
    _one("MaxPooling1D", _SERIES),
    _one("MaxPooling1D", _SERIES, pool_size=3, strides=2, padding="same"),
    _one("MaxPooling2D", _IMAGE),
    _one("MaxPooling2D", _IMAGE, pool_size=(3, 2), strides=2, padding="same"),
    _one("MaxPooling3D", _VOLUME, pool_size=2),
    _one("AveragePooling1D", _SERIES, pool_size=2, padding="same"),
    _one("AveragePooling2D", _IMAGE, pool_size=(2, 3), strides=(1, 2)),
    _one("AveragePooling3D", _VOLUME),
    _one("GlobalMaxPooling1D", _SERIES),
    _one("GlobalMaxPooling2D", _IMAGE, keepdims=True),
    _one("GlobalMaxPooling3D", _VOLUME),
    _one("GlobalAveragePooling1D", _SERIES),
    _one("GlobalAveragePooling2D", _IMAGE),
    _one("GlobalAveragePooling3D", _VOLUME, data_format="channels_first"),
    _one("ZeroPadding1D", _SERIES, padding=(1, 2)),
    _one("ZeroPadding2D", _IMAGE, padding=((1, 0), (2, 3))),
    _one("ZeroPadding3D", _VOLUME),
    _one("Cropping1D", _SERIES, cropping=(1, 2)),
    _one("Cropping2D", _IMAGE, cropping=((1, 0), (2, 1))),
    _one("Cropping3D", _VOLUME, cropping=1),
    _one("UpSampling1D", _SERIES, size=3),
    _one("UpSampling2D", _IMAGE, size=(2, 3)),
    _one("UpSampling2D", _IMAGE, size=2, interpolation="bilinear"),
    _one("UpSampling3D", _VOLUME),
]

NORMALIZATION = [
    _one("BatchNormalization", (6, 4)),
    _one("BatchNormalization", (6, 4), call=_TRAIN, momentum=0.7),
    _one("BatchNormalization", _SERIES, call=_TRAIN, epsilon=0.01),
    _one("BatchNormalization", _IMAGE),
    _one("BatchNormalization", _IMAGE, call=_TRAIN, scale=False),
    _one("BatchNormalization", _IMAGE, call=_TRAIN, center=False),
    _one("BatchNormalization", _VOLUME, call=_TRAIN),
    _one("BatchNormalization", _SERIES, call=_TRAIN, axis=1),
    _one("LayerNormalization", (3, 4)),
    _one("LayerNormalization", (2, 3, 4), axis=[1, 2], epsilon=1e-5),
    _one("LayerNormalization", (2, 3, 4), center=False),
    _one("GroupNormalization", (2, 3, 3, 6), groups=3),
    _one("GroupNormalization", (2, 5, 4), groups=-1),
    _one("UnitNormalization", (3, 4)),
]

MERGING = [
    _several("Add", (2, 3), (2, 3), (2, 3)),
    _several("Subtract", (2, 3), (2, 3)),
    _several("Multiply", (2, 3), (2, 1)),
    _several("Average", (2, 3), (2, 3)),
    _several("Maximum", (2, 3), (2, 3)),
    _several("Minimum", (2, 3), (2, 3)),
    _several("Concatenate", (2, 3), (2, 4)),
    _several("Concatenate", (2, 3, 4), (2, 2, 4), axis=1),
    _several("Dot", (2, 3), (2, 3), axes=1),
    _several("Dot", (2, 3, 4), (2, 5, 4), axes=(2, 2), normalize=True),
    _several("Dot", (2, 3, 4), (2, 4), axes=(2, 1)),
]

RECURRENT = [
    _one("SimpleRNN", (3, 5, 2), units=4),
    _one("SimpleRNN", (3, 5, 2), units=4, return_sequences=True, go_backwards=True,
         use_bias=False),
    _one("LSTM", (3, 5, 2), units=4),
    _one("LSTM", (3, 5, 2), units=4, return_sequences=True, return_state=True),
    _one("LSTM", (3, 5, 2), units=4, recurrent_activation="hard_sigmoid",
         activation="relu", unit_forget_bias=False),
    _one("GRU", (3, 5, 2), units=4),
    _one("GRU", (3, 5, 2), units=4, reset_after=False, return_sequences=True),
    _one("GRU", (3, 5, 2), units=4, return_state=True, go_backwards=True),
    _one("LSTM", (3, 5, 2), units=4, time_major=True),
    _one("LSTM", (3, 5, 2), units=4, unroll=True),
]  # fmt: skip

ATTENTION = [
    _several("Attention", (2, 3, 4), (2, 5, 4)),
    _several("Attention", (2, 3, 4), (2, 5, 4), (2, 5, 4), use_scale=True),
    _several("Attention", (2, 3, 4), (2, 5, 4), score_mode="concat"),
    _several("AdditiveAttention", (2, 3, 4), (2, 5, 4)),
    LayerSample("MultiHeadAttention", {"num_heads": 2, "key_dim": 3},
                ((2, 3, 4), (2, 5, 4))),
    LayerSample("MultiHeadAttention",
                {"num_heads": 2, "key_dim": 3, "value_dim": 2, "output_shape": 5,
                 "use_bias": False}, ((2, 3, 4), (2, 5, 4))),
]  # fmt: skip

PREPROCESSING = [
    _one("Rescaling", (2, 3), scale=0.5, offset=1.0),
    _one("Resizing", _IMAGE, height=5, width=9),
    _one("Resizing", _IMAGE, height=3, width=3, interpolation="nearest"),
    _one("CenterCrop", _IMAGE, height=4, width=3),
    _one("RandomFlip", _IMAGE, call=_STILL),
    _one("RandomContrast", _IMAGE, call=_STILL, factor=0.2),
    _one("RandomBrightness", _IMAGE, call=_STILL, factor=0.2),
    _one("RandomCrop", _IMAGE, call=_STILL, height=4, width=3),
    _one("Discretization", (3, 4), bin_boundaries=[-0.5, 0.0, 0.5]),
    _one("CategoryEncoding", (3, 4), below=5, num_tokens=5, output_mode="multi_hot"),
    _one("CategoryEncoding", (3, 1), below=5, num_tokens=5, output_mode="one_hot"),
    _one("CategoryEncoding", (3, 4), below=5, num_tokens=5, output_mode="count"),
]

PREPROCESSING += [
    _one("RandomRotation", _IMAGE, call=_STILL, factor=0.2),
    _one("RandomTranslation", _IMAGE, call=_STILL, height_factor=0.2,
         width_factor=(-0.1, 0.3)),
    _one("RandomZoom", _IMAGE, call=_STILL, height_factor=(-0.2, 0.2),
         fill_mode="constant"),
    _one("RandomHeight", _IMAGE, call=_STILL, factor=0.2),
    _one("RandomWidth", _IMAGE, call=_STILL, factor=(0.1, 0.2)),
    _one("RandomRotation", _IMAGE, call=_TRAIN, factor=(0.1, 0.1)),
    _one("RandomRotation", _IMAGE, call=_TRAIN, factor=(0.1, 0.1),
         fill_mode="constant", fill_value=0.5),
    _one("RandomRotation", _IMAGE, call=_TRAIN, factor=(0.1, 0.1), fill_mode="nearest"),
    _one("RandomRotation", _IMAGE, call=_TRAIN, factor=(0.1, 0.1), fill_mode="wrap"),
    _one("RandomTranslation", _IMAGE, call=_TRAIN, height_factor=(0.25, 0.25),
         width_factor=(-0.3, -0.3)),
    _one("RandomTranslation", _IMAGE, call=_TRAIN, height_factor=(0.2, 0.2),
         width_factor=(-0.3, -0.3), interpolation="nearest", fill_mode="constant"),
    _one("RandomZoom", _IMAGE, call=_TRAIN, height_factor=(-0.3, -0.3)),
    _one("RandomZoom", _IMAGE, call=_TRAIN, height_factor=(0.3, 0.3),
         width_factor=(-0.2, -0.2)),
    _one("RandomHeight", _IMAGE, call=_TRAIN, factor=(0.4, 0.4)),
    _one("RandomWidth", _IMAGE, call=_TRAIN, factor=(-0.3, -0.3)),
    _one("Normalization", (3, 4), mean=0.5, variance=2.0),
    _one("IntegerLookup", (3, 4), below=6, vocabulary=[1, 3, 4]),
    LayerSample("StringLookup", {"vocabulary": ["a", "b"]}, (),
                words=([["a", "c"], ["b", "b"]],)),
    LayerSample("TextVectorization", {"vocabulary": ["an", "apple"]}, (),
                words=([["An apple."], ["a pear"]],)),
    LayerSample("Hashing", {"num_bins": 7}, (), words=([["a"], ["b"], ["hello"]],)),
    LayerSample("Hashing", {"num_bins": 7, "mask_value": ""}, (),
                words=([["a"], [""], ["hello"]],)),
    LayerSample("Hashing", {"num_bins": 7, "salt": [1337, 42]}, (),
                words=([["a"], ["b"], ["hello"]],)),
    _one("Hashing", (3, 4), below=50, num_bins=5, mask_value=1, salt=133),
]  # fmt: skip

_FILM = (2, 3, 5, 4, 2)
CONV_RECURRENT = [
    _one("ConvLSTM1D", (2, 3, 6, 2), filters=2, kernel_size=3),
    _one("ConvLSTM2D", _FILM, filters=2, kernel_size=(3, 2), padding="same",
         return_sequences=True),
    _one("ConvLSTM2D", _FILM, filters=2, kernel_size=2, strides=2, return_state=True,
         recurrent_activation="sigmoid", unit_forget_bias=False, go_backwards=True),
    _one("ConvLSTM3D", (1, 2, 3, 3, 3, 2), filters=2, kernel_size=2, use_bias=False),
    _one("LocallyConnected1D", _SERIES, filters=2, kernel_size=3, strides=2),
    _one("LocallyConnected2D", _IMAGE, filters=2, kernel_size=(2, 3), use_bias=False,
         activation="tanh"),
]  # fmt: skip

_CELL = {"units": 4}
WRAPPERS = [
    LayerSample("SimpleRNNCell", _CELL, ((3, 2), (3, 4)), states=True),
    LayerSample("LSTMCell", _CELL, ((3, 2), (3, 4), (3, 4)), states=True),
    LayerSample("GRUCell", _CELL, ((3, 2), (3, 4)), states=True),
    _one("RNN", (3, 5, 2), cell=Inner("LSTMCell", {"units": 3})),
    _one("RNN", (3, 5, 2), cell=[Inner("GRUCell", {"units": 3}),
                                 Inner("SimpleRNNCell", {"units": 2})],
         return_sequences=True),
    _one("Bidirectional", (3, 5, 2), layer=Inner("LSTM", {"units": 3})),
    _one("Bidirectional", (3, 5, 2), merge_mode="sum",
         layer=Inner("GRU", {"units": 3, "return_sequences": True})),
    _one("TimeDistributed", (3, 5, 2), layer=Inner("Dense", {"units": 3})),
    _one("TimeDistributed", (2, 3, 6, 5, 2),
         layer=Inner("Conv2D", {"filters": 2, "kernel_size": 3})),
    _one("EinsumDense", (2, 3, 4), equation="abc,cd->abd", output_shape=(None, 5),
         bias_axes="d"),
    _one("RMSNormalization", (3, 4)),
    _one("Identity", (3, 4)),
    replace(_one("SyncBatchNormalization", (6, 4)), reference=""),
]  # fmt: skip
WRAPPERS[-3] = replace(WRAPPERS[-3], reference="keras")
_RGB = (2, 6, 5, 3)
OURS = [
    *(
        replace(_one(name, _RGB, call=_STILL, **options), reference="")
        for name, options in {
            "RandomInvert": {"factor": 0.3}, "RandomGrayscale": {"factor": 0.3},
            "RandomColorDegeneration": {"factor": 0.3},
            "RandomSharpness": {"factor": (0.2, 0.4)},
            "RandomPosterization": {"factor": 3}, "RandomHue": {"factor": 0.3},
            "RandomSaturation": {"factor": 0.3},
            "Solarization": {"threshold_factor": 0.5}, "RandomErasing": {},
            "RandomColorJitter": {"hue_factor": 0.1, "contrast_factor": 0.2},
            "RandomGaussianBlur": {"sigma": 2.0},
            "Pipeline": {"layers": [Inner("RandomFlip"), Inner("RandomHue",
                                                               {"factor": 0.1})]},
        }.items()
    ),
    replace(_one("AutoContrast", _RGB, value_range=(0, 1)), reference=""),
    replace(_one("MelSpectrogram", (2, 64), fft_length=16, sequence_stride=8,
                 num_mel_bins=4, sampling_rate=8000), reference=""),
    replace(_one("STFTSpectrogram", (2, 64, 2), frame_length=16), reference=""),
    replace(_one("STFTSpectrogram", (2, 64, 1), frame_length=16, mode="stft",
                 expand_dims=True, padding="same"), reference=""),
    replace(_one("Maxout", (3, 6), units=2), reference=""),
    replace(_one("RReLU", (3, 4), call=_STILL), reference=""),
    replace(_one("SpectralNormalization", (3, 4), layer=Inner("Dense", {"units": 3})),
            reference=""),
]  # fmt: skip

SAMPLES = [
    *CORE, *ACTIVATIONS, *CONVOLUTIONS, *POOLING, *NORMALIZATION, *MERGING,
    *RECURRENT, *ATTENTION, *PREPROCESSING, *CONV_RECURRENT, *WRAPPERS, *OURS,
]  # fmt: skip
