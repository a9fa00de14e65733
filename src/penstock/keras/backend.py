"""`tf.keras.backend`: the functions that Keras 2 programs call as `K`."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import numpy as np

# ruff: noqa: F401
# (most of these names are here for programs)
from penstock.api import array, math, nn, random
from penstock.api.scopes import tensor
from penstock.api.variable import Variable
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE
from penstock.keras import activations, names, scratch
from penstock.keras import backend_config as config
from penstock.keras.backend_arrays import (
    arange,
    batch_flatten,
    batch_normalization,
    bias_add,
    concatenate,
    conv2d,
    dropout,
    expand_dims,
    flatten,
    gather,
    in_top_k,
    one_hot,
    permute_dimensions,
    pool2d,
    random_bernoulli,
    random_binomial,
    random_normal,
    random_uniform,
    repeat,
    repeat_elements,
    reshape,
    reverse,
    spatial_2d_padding,
    squeeze,
    temporal_padding,
    tile,
    transpose,
    truncated_normal,
)
from penstock.keras.backend_config import (
    epsilon,
    floatx,
    image_data_format,
    image_dim_ordering,
    is_float_dtype,
    is_int_dtype,
    learning_phase,
    set_epsilon,
    set_floatx,
    set_image_data_format,
    set_image_dim_ordering,
    set_learning_phase,
    standardize_dtype,
)
from penstock.keras.backend_ctc import (
    ctc_batch_cost,
    ctc_decode,
    ctc_label_dense_to_sparse,
)
from penstock.keras.backend_losses import (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from penstock.keras.backend_math import (
    all,
    any,
    argmax,
    argmin,
    batch_dot,
    clip,
    cumprod,
    cumsum,
    dot,
    l2_normalize,
    logsumexp,
    max,
    mean,
    min,
    prod,
    softmax,
    std,
    sum,
    var,
)
from penstock.keras.backend_nn import (
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
    conv1d,
    conv2d_transpose,
    conv3d,
    depthwise_conv2d,
    foldl,
    foldr,
    map_fn,
    normalize_batch_in_training,
    pool3d,
    print_tensor,
    resize_images,
    resize_volumes,
    rnn,
    separable_conv2d,
    spatial_3d_padding,
    to_dense,
)
from penstock.keras.backend_session import (
    function,
    get_session,
    manual_variable_initialization,
    set_session,
)
from penstock.keras.graph_weights import give, value_of
from penstock.keras.layers.local import local_conv1d, local_conv2d
from penstock.keras.names import get_uid
from penstock.keras.ops.operands import result_type
from penstock.keras.scratch import clear_session
from penstock.v2.scopes import name_scope

reset_uids = names.reset
shape, stack, eye = array.shape, array.stack, math.eye
abs, square, sqrt, exp, log, sign = (
    math.abs, math.square, math.sqrt, math.exp, math.log, math.sign
)  # fmt: skip
sin, cos, round, pow = math.sin, math.cos, math.round, math.pow
equal, not_equal, maximum, minimum = (
    math.equal, math.not_equal, math.maximum, math.minimum
)  # fmt: skip
greater, greater_equal = math.greater, math.greater_equal
less, less_equal = math.less, math.less_equal
relu, elu, tanh, sigmoid = (
    activations.relu, activations.elu, activations.tanh, activations.sigmoid
)  # fmt: skip
softplus, softsign, hard_sigmoid = (
    activations.softplus, activations.softsign, activations.hard_sigmoid
)  # fmt: skip


def backend() -> str:
    return "tensorflow"


# --- values and variables -------------------------------------------------------------


def _kind(dtype):
    return as_dtype(dtype or floatx())


def variable(value, dtype=None, name=None, constraint=None):
    """A variable that starts as `value`."""
    if hasattr(value, "numpy"):
        value = value.numpy()
    kind = _kind(dtype)
    return Variable(np.asarray(value, kind.np), dtype=kind, name=name or "Variable",
                    constraint=constraint)  # fmt: skip


def constant(value, dtype=None, shape=None, name=None):
    made = np.asarray(value, _kind(dtype).np)
    return tensor(made if shape is None else np.broadcast_to(made, shape), name=name)


def placeholder(shape=None, ndim=None, dtype=None, sparse=False, name=None,
                ragged=False):  # fmt: skip
    """A symbolic tensor, as `tf.keras.Input` makes."""
    dims = tuple(shape) if shape is not None else (None,) * (ndim or 0)
    return scratch.placeholder(dims, dtype or floatx(), name or "placeholder")


def is_keras_tensor(x) -> bool:
    return scratch.is_symbolic(x)


def is_sparse(tensor) -> bool:
    return hasattr(tensor, "dense_shape") and hasattr(tensor, "indices")


def get_value(x):
    """`x` (variable, tensor or number) as a NumPy array or number."""
    if isinstance(x, Variable):
        return value_of(x)
    return x.numpy() if hasattr(x, "numpy") else x


def batch_get_value(tensors) -> list:
    return [get_value(x) for x in tensors]


def set_value(x, value) -> None:
    """The variable `x` takes `value`."""
    give(x, np.asarray(value, x.dtype.np))


def batch_set_value(tuples) -> None:
    for x, value in tuples:
        set_value(x, value)


eval = get_value


def update(x, new_x):
    return x.assign(new_x)


def update_add(x, increment):
    return x.assign_add(increment)


def update_sub(x, decrement):
    return x.assign_sub(decrement)


def moving_average_update(x, value, momentum):
    """x becomes momentum·x + (1 - momentum)·value."""
    return x.assign(x * momentum + value * (1.0 - momentum))


def zeros(shape, dtype=None, name=None):
    return variable(np.zeros(shape), dtype, name)


def ones(shape, dtype=None, name=None):
    return variable(np.ones(shape), dtype, name)


def zeros_like(x, dtype=None, name=None):
    return array.zeros_like(x, dtype, name)


def ones_like(x, dtype=None, name=None):
    return array.ones_like(x, dtype, name)


def random_uniform_variable(shape, low, high, dtype=None, name=None, seed=None):
    return variable(random.random_uniform(shape, low, high, seed=seed), dtype, name)


def random_normal_variable(shape, mean, scale, dtype=None, name=None, seed=None):  # noqa: F811
    return variable(random.random_normal(shape, mean, scale, seed=seed), dtype, name)


def count_params(x) -> int:
    return int(np.prod(x.shape.as_list()))


def cast(x, dtype):
    return math.cast(x, dtype)


def cast_to_floatx(x):
    if hasattr(x, "dtype") and hasattr(x, "shape") and not isinstance(x, np.ndarray):
        return math.cast(x, floatx())
    return np.asarray(x, floatx())


def dtype(x) -> str:
    return as_dtype(x.dtype).base_dtype.name


def int_shape(x):
    """The static shape as a tuple, None where it is not known."""
    dims = x.shape.as_list() if x.shape.rank is not None else None
    return None if dims is None else tuple(dims)


def ndim(x) -> int:
    return x.shape.rank


# --- control --------------------------------------------------------------------------


def stop_gradient(variables):
    if isinstance(variables, list | tuple):
        return [TABLE["StopGradient"](v) for v in variables]
    return TABLE["StopGradient"](variables)


def gradients(loss, variables):
    raise RuntimeError(
        "tf.gradients is not supported when eager execution is enabled. Use "
        "tf.GradientTape instead."
    )


def switch(condition, then_expression, else_expression):
    """One of two tensors (or functions that give them), by `condition`."""
    then_value = then_expression() if callable(then_expression) else then_expression
    else_value = else_expression() if callable(else_expression) else else_expression
    condition = math.cast(condition, "bool")
    then_value = tensor(then_value)
    missing = len(then_value.shape) - len(condition.shape)
    for _ in range(missing if condition.shape.rank else 0):
        condition = array.expand_dims(condition, -1)
    return array.where(condition, then_value, else_value)


def in_train_phase(x, alt, training=None):
    """`x` in training, else `alt`; both tensors or functions that give them."""
    phase: Any = learning_phase() if training is None else training
    if hasattr(phase, "dtype"):
        return switch(phase, x, alt)
    chosen = x if phase else alt
    return chosen() if callable(chosen) else chosen


def in_test_phase(x, alt, training=None):
    return in_train_phase(alt, x, training)


@contextmanager
def learning_phase_scope(value):
    """The learning phase is `value` inside a `with`."""
    before = config._learning_phase
    set_learning_phase(value)
    try:
        yield
    finally:
        set_learning_phase(before)
