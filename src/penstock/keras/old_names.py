"""Keras 1's spellings: `nb_epoch`, `border_mode`, `W_regularizer`, `output_dim`.

A constructor or method that is wrapped here takes them beside Keras 2's, as Keras 2
itself did. As listed in the release notes of Keras 2.0.
"""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from penstock.core import nest

_WEIGHTS = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}
_PLACES = {"border_mode": "padding", "dim_ordering": "data_format"}
_DENSE = {**_WEIGHTS, "output_dim": "units"}
_CONV = {
    **_WEIGHTS, **_PLACES, "nb_filter": "filters", "subsample": "strides",
    "filter_length": "kernel_size", "subsample_length": "strides",
    "atrous_rate": "dilation_rate", "depthwise_init": "depthwise_initializer",
    "pointwise_init": "pointwise_initializer",
}  # fmt: skip
_RECURRENT = {
    **_DENSE, "inner_init": "recurrent_initializer", "dropout_W": "dropout",
    "inner_activation": "recurrent_activation", "dropout_U": "recurrent_dropout",
    "U_regularizer": "recurrent_regularizer",
}  # fmt: skip
_POOL = {**_PLACES, "pool_length": "pool_size", "stride": "strides"}
_DROPOUT = {"p": "rate", **_PLACES}
_EMBEDDING = {
    "init": "embeddings_initializer",
    "W_regularizer": "embeddings_regularizer",
    "W_constraint": "embeddings_constraint",
}
_NORMALIZATION = {
    "gamma_init": "gamma_initializer", "beta_init": "beta_initializer",
    "running_mean_init": "moving_mean_initializer",
    "running_variance_init": "moving_variance_initializer",
}  # fmt: skip

#: Layers and the arguments that had other names.
LAYERS: dict[str, dict[str, str]] = {
    "Dense": _DENSE,
    **dict.fromkeys(
        "Conv1D Conv2D Conv3D Conv2DTranspose SeparableConv2D".split(), _CONV
    ),
    **dict.fromkeys("SimpleRNN LSTM GRU".split(), _RECURRENT),
    **dict.fromkeys(
        "MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D"
        " AveragePooling3D GlobalMaxPooling2D GlobalAveragePooling2D".split(),
        _POOL,
    ),
    **dict.fromkeys("Flatten ZeroPadding2D Cropping2D UpSampling2D".split(), _PLACES),
    **dict.fromkeys(
        "Dropout SpatialDropout1D SpatialDropout2D GaussianDropout".split(),
        _DROPOUT,
    ),
    "GaussianNoise": {"sigma": "stddev"},
    "Embedding": _EMBEDDING,
    "BatchNormalization": _NORMALIZATION,
    "UpSampling1D": {"length": "size"},
}
#: What Keras 1 took and nothing is left of.
_GONE = {
    "mode": "BatchNormalization", "consume_less": "LSTM GRU SimpleRNN",
    "dropout": "Embedding", "forget_bias_init": "LSTM",
}  # fmt: skip
_FORMATS = {"tf": "channels_last", "th": "channels_first"}
FIT = {"nb_epoch": "epochs"}
GENERATOR = {
    "nb_epoch": "epochs", "nb_worker": "workers", "max_q_size": "max_queue_size",
    "pickle_safe": "use_multiprocessing",
}  # fmt: skip
MODEL = {"input": "inputs", "output": "outputs"}


def renamed(names: dict[str, str]) -> Callable[[Callable], Callable]:
    """A decorator: keyword arguments may have the names that `names` maps to new ones.

    Raises TypeError where both spellings of one argument are given.
    """

    def wrap(function):
        @functools.wraps(function)
        def call(*args, **kwargs):
            if not names.keys().isdisjoint(kwargs):
                kwargs = _translated(function.__name__, names, kwargs)
            return function(*args, **kwargs)

        return call

    return wrap


_SAMPLES = {
    "samples_per_epoch": "steps_per_epoch", "val_samples": "steps",
    "nb_val_samples": "validation_steps",
}  # fmt: skip


def of_samples(method):
    """A decorator for methods on generators, which once counted samples, not batches.

    Batches are as large as the generator says (`batch_size`), or as its first one.
    """

    @functools.wraps(method)
    def call(self, generator, *args, **kwargs):
        kwargs = _translated(method.__name__, GENERATOR, kwargs)
        for old, new in _SAMPLES.items():
            if old in kwargs:
                source = kwargs.get("validation_data", generator)
                source = source if old == "nb_val_samples" else generator
                size, first = _batch_size(source)
                if first is not None and source is generator:
                    generator = itertools.chain([first], generator)
                elif first is not None:
                    kwargs["validation_data"] = itertools.chain([first], source)
                kwargs[new] = max(1, kwargs.pop(old) // size)
        return method(self, generator, *args, **kwargs)

    return call


def _batch_size(generator) -> tuple[int, Any]:
    """How many samples a batch has, and the batch taken to find out (or None)."""
    known = getattr(generator, "batch_size", None)
    if known:
        return known, None
    if isinstance(generator, Iterator):
        first = next(generator)
        return len(nest.flatten(first)[0]), first
    return len(nest.flatten(generator)[0]), None


def _translated(who: str, names: dict[str, str], kwargs: dict) -> dict[str, Any]:
    out = {}
    for name, value in kwargs.items():
        new = names.get(name, name)
        if new in out:
            raise TypeError(f"{who}: {new} is given twice, also as {name}.")
        out[new] = _FORMATS.get(value, value) if name == "dim_ordering" else value
    return out


def accept_in(layers: dict[str, Any]) -> None:
    """Let the constructors of Keras' layers in a module's names take the old ones."""
    for name, names in LAYERS.items():
        cls = layers[name]
        cls.__init__ = _constructor(cls, names)


def _constructor(cls: type, names: dict[str, str]):
    init = cls.__init__
    gone = {old for old, where in _GONE.items() if cls.__name__ in where.split()}
    known = set(inspect.signature(init).parameters)
    # A name that the layer still has (Conv's `bias`, say) is never an old one.
    names = {old: new for old, new in names.items() if old not in known}
    kernel = {"nb_row", "nb_col", "kernel_dim1", "kernel_dim2", "kernel_dim3"}

    @functools.wraps(init)
    def __init__(self, *args, **kwargs):
        old = names.keys() & kwargs.keys()
        if old or gone & kwargs.keys() or kernel & kwargs.keys():
            kwargs = {k: v for k, v in kwargs.items() if k not in gone}
            args, kwargs = _with_kernel(cls.__name__, args, kwargs, bool(old))
            kwargs = _translated(cls.__name__, names, kwargs)
        init(self, *args, **kwargs)

    return __init__


def _with_kernel(layer: str, args: tuple, kwargs: dict, old: bool):
    """`nb_row=3, nb_col=3`, or 3 and 3 behind the filters, as one kernel size."""
    sizes = [
        kwargs.pop(name)
        for name in ("kernel_dim1", "kernel_dim2", "kernel_dim3", "nb_row", "nb_col")
        if name in kwargs
    ]
    if sizes:
        kwargs["kernel_size"] = tuple([*args[1:], *sizes])
        return args[:1], kwargs
    rank = int(layer[-2]) if layer in ("Conv2D", "Conv3D") else 2
    if "Conv" in layer and old and len(args) == 1 + rank and rank > 1:
        return args[:1], {**kwargs, "kernel_size": tuple(args[1:])}
    return args, kwargs


def by_rows_and_columns(cls: type, rank: int) -> type:
    """`cls` under its name of Keras 1, whose kernel sizes were arguments each.

    `Convolution2D(32, 3, 3)` has a kernel of 3 by 3; `Conv2D(32, 3, 3)` strides of 3.
    """

    @functools.wraps(cls.__init__)
    def __init__(self, *args, **kwargs):
        sizes = args[1 : 1 + rank]
        if len(sizes) == rank > 1 and all(isinstance(n, int) for n in sizes):
            args = (args[0], tuple(sizes), *args[1 + rank :])
        cls.__init__(self, *args, **kwargs)

    return type(cls.__name__, (cls,), {
        "__init__": __init__, "__module__": cls.__module__, "__doc__": cls.__doc__,
    })  # fmt: skip


def model_from_yaml(yaml_string, custom_objects=None):
    """Raises RuntimeError, as Keras does since 2.6: YAML can run code."""
    del yaml_string, custom_objects
    raise RuntimeError(
        "Models are not read from YAML, which can execute what it holds. Use "
        "`model.to_json()` and `model_from_json`."
    )
