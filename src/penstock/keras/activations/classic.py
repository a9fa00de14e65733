"""Activation functions of Keras 2. As `tf.keras.activations`."""

from __future__ import annotations

from penstock.api import array, math, nn
from penstock.api.scopes import tensor
from penstock.keras import logits
from penstock.keras.registry import Family

FAMILY = Family("activation function", "builtins")
_named = FAMILY.add


@_named()
def linear(x):
    """x itself."""
    return x


@_named()
def relu(x, alpha=0.0, max_value=None, threshold=0.0, negative_slope=None):
    """x above `threshold`, `alpha`·(x - threshold) below, at most `max_value`."""
    alpha = alpha if negative_slope is None else negative_slope
    x = tensor(x)
    if threshold == 0 and max_value is None:
        return nn.relu(x) if alpha == 0 else nn.leaky_relu(x, alpha)
    if threshold == 0 and alpha == 0 and max_value == 6:
        return nn.relu6(x)
    kept = math.cast(math.greater_equal(x, _number(threshold, x)), x.dtype)
    out = x * kept
    if max_value is not None:
        out = math.clip_by_value(out, _number(0, x), _number(max_value, x))
    if alpha != 0:
        below = nn.relu(_number(threshold, x) - x)
        out = out - _number(alpha, x) * below
    return out


def _number(value, like):
    return tensor(float(value), like.dtype.base_dtype)


@_named()
def leaky_relu(x, negative_slope=0.2):
    """x where positive, else negative_slope·x; Maas et al. (2013)."""
    return nn.leaky_relu(x, negative_slope)


@_named()
def relu6(x):
    return nn.relu6(x)


@_named()
def elu(x, alpha=1.0):
    """x where positive, else alpha·(e^x - 1); Clevert et al. (2016)."""
    x = tensor(x)
    out = nn.elu(x)
    if alpha == 1.0:
        return out
    return array.where(math.greater(x, _number(0, x)), out, _number(alpha, x) * out)


@_named()
def selu(x):
    """Scaled ELU; Klambauer et al. (2017)."""
    return nn.selu(x)


@_named()
def softplus(x):
    return nn.softplus(x)


@_named()
def softsign(x):
    return nn.softsign(x)


@_named("silu")
def swish(x):
    """x · sigmoid(x); Ramachandran et al. (2017)."""
    return nn.silu(x)


silu = swish


@_named()
def gelu(x, approximate=False):
    """x · Φ(x); Hendrycks and Gimpel (2016)."""
    return nn.gelu(x, approximate)


@_named()
def mish(x):
    """x · tanh(softplus(x)); Misra (2020)."""
    x = tensor(x)
    return x * math.tanh(nn.softplus(x))


@_named()
def tanh(x):
    return math.tanh(x)


@_named()
def sigmoid(x):
    """1 / (1 + e^-x); its logits stay known to losses."""
    x = tensor(x)
    return logits.remember(math.sigmoid(x), x)


@_named()
def hard_sigmoid(x):
    """0.2·x + 0.5 cut to [0, 1]."""
    x = tensor(x)
    scaled = x * _number(0.2, x) + _number(0.5, x)
    return math.clip_by_value(scaled, _number(0, x), _number(1, x))


@_named()
def exponential(x):
    return math.exp(x)


@_named()
def log_softmax(x, axis=-1):
    return nn.log_softmax(x, axis)


@_named()
def softmax(x, axis=-1):
    """Probabilities along `axis`. Raises ValueError for a vector or scalar."""
    x = tensor(x)
    if x.dims is not None and len(x.dims) < 2:
        raise ValueError(
            f"Cannot apply softmax to a tensor that is 1D. Received input: {x}"
        )
    out = nn.softmax(x, axis)
    last = axis in (-1, None if x.dims is None else len(x.dims) - 1)
    return logits.remember(out, x) if last else out
