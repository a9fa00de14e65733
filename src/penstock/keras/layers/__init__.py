"""`keras.layers`."""

# ruff: noqa: F401
import sys

from penstock.api import namespace
from penstock.keras import old_names
from penstock.keras.input_layer import Input, InputLayer
from penstock.keras.input_spec import InputSpec
from penstock.keras.layer import Layer
from penstock.keras.layers.activation_layers import (
    ELU,
    LeakyReLU,
    Maxout,
    PReLU,
    ReLU,
    RReLU,
    Softmax,
    ThresholdedReLU,
)
from penstock.keras.layers.attention import (
    AdditiveAttention,
    Attention,
    MultiHeadAttention,
)
from penstock.keras.layers.augmentation import (
    AutoContrast,
    RandomColorDegeneration,
    RandomColorJitter,
    RandomGaussianBlur,
    RandomGrayscale,
    RandomHue,
    RandomInvert,
    RandomPosterization,
    RandomSaturation,
    RandomSharpness,
    Solarization,
)
from penstock.keras.layers.borders import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from penstock.keras.layers.cells import (
    AbstractRNNCell,
    GRUCell,
    LSTMCell,
    SimpleRNNCell,
    StackedRNNCells,
)
from penstock.keras.layers.conv import (
    Conv1D,
    Conv2D,
    Conv3D,
    Convolution1D,
    Convolution2D,
    Convolution3D,
)
from penstock.keras.layers.conv_recurrent import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from penstock.keras.layers.conv_separable import (
    DepthwiseConv1D,
    DepthwiseConv2D,
    SeparableConv1D,
    SeparableConv2D,
    SeparableConvolution1D,
    SeparableConvolution2D,
)
from penstock.keras.layers.conv_transpose import (
    Conv1DTranspose,
    Conv2DTranspose,
    Conv3DTranspose,
    Convolution1DTranspose,
    Convolution2DTranspose,
    Convolution3DTranspose,
)
from penstock.keras.layers.core import (
    Activation,
    ActivityRegularization,
    Dense,
    Embedding,
    Identity,
    Masking,
)
from penstock.keras.layers.dense_features import DenseFeatures
from penstock.keras.layers.dropout import (
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from penstock.keras.layers.einsum_dense import EinsumDense
from penstock.keras.layers.functions import Lambda
from penstock.keras.layers.hashing import Hashing
from penstock.keras.layers.local import LocallyConnected1D, LocallyConnected2D
from penstock.keras.layers.merging import (
    Add,
    Average,
    Concatenate,
    Dot,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    dot,
    maximum,
    minimum,
    multiply,
    subtract,
)
from penstock.keras.layers.mixing import CutMix, MixUp, Pipeline, RandomErasing
from penstock.keras.layers.normalization import (
    BatchNormalization,
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    SyncBatchNormalization,
    UnitNormalization,
)
from penstock.keras.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalAvgPool1D,
    GlobalAvgPool2D,
    GlobalAvgPool3D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    GlobalMaxPool3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from penstock.keras.layers.preprocessing_geometry import (
    RandomHeight,
    RandomRotation,
    RandomTranslation,
    RandomWidth,
    RandomZoom,
)
from penstock.keras.layers.preprocessing_images import (
    CenterCrop,
    RandomBrightness,
    RandomContrast,
    RandomCrop,
    RandomFlip,
    Rescaling,
    Resizing,
)
from penstock.keras.layers.preprocessing_lookup import IntegerLookup, StringLookup
from penstock.keras.layers.preprocessing_numbers import (
    CategoryEncoding,
    Discretization,
    Normalization,
)
from penstock.keras.layers.preprocessing_text import TextVectorization
from penstock.keras.layers.recurrent import RNN
from penstock.keras.layers.recurrent_layers import (
    GRU,
    LSTM,
    CuDNNGRU,
    CuDNNLSTM,
    SimpleRNN,
)
from penstock.keras.layers.reshaping import Flatten, Permute, RepeatVector, Reshape
from penstock.keras.layers.spectral import SpectralNormalization
from penstock.keras.layers.spectrograms import MelSpectrogram, STFTSpectrogram
from penstock.keras.layers.wrappers import Bidirectional, TimeDistributed, Wrapper

old_names.accept_in(globals())

_HERE = "penstock.keras.layers"
#: `layers.experimental`, where Keras 2 showed its newest layers first.
_EXPERIMENTAL = "EinsumDense SyncBatchNormalization"
_PREPROCESSING = (
    "CategoryEncoding CenterCrop Discretization Hashing IntegerLookup"
    " Normalization RandomBrightness RandomContrast RandomCrop RandomFlip RandomHeight"
    " RandomRotation RandomTranslation RandomWidth RandomZoom Rescaling Resizing"
    " StringLookup TextVectorization"
)
namespace.grow(
    sys.modules[__name__],
    "tf.keras.layers",
    {
        "": (
            {
                "serialize": "penstock.keras.archive:serialize_layer",
                "deserialize": "penstock.keras.archive:deserialize_layer",
            },
            (),
        ),
        "experimental": ({n: f"{_HERE}:{n}" for n in _EXPERIMENTAL.split()}, ()),
        "experimental.preprocessing": (
            {n: f"{_HERE}:{n}" for n in _PREPROCESSING.split()}, (),
        ),
    },
)  # fmt: skip
