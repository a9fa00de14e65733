"""Numbers as if they had few bits: rounded to a grid, with gradients that pass.

Fake quantization moves the range so that 0 is on the grid ("nudged"); its gradient
passes inside the range, and outside goes to the range's end. As the documentation of
`tf.quantization`; Jacob et al. (2018).
"""

from __future__ import annotations

from penstock.core.dtypes import float32
from penstock.core.errors import ShapeError
from penstock.ir.op import STOPS, op
from penstock.ops.rules import same_as
from penstock.ops.xla import jnp

_ATTRS = {"num_bits": 8, "narrow_range": False}
_RANGE = {"min": -6.0, "max": 6.0, **_ATTRS}


def _grid(low, high, num_bits: int, narrow_range: bool):
    """(step, steps from the grid's first number to 0, steps to its last one)."""
    first, last = float(narrow_range), float(2**num_bits - 1)
    low, high = jnp.float32(low), jnp.float32(high)
    # Rounded once: XLA would multiply by the reciprocal, and a half decides here.
    step = (jnp.float64(high - low) / (last - first)).astype(jnp.float32)
    zero = first - (jnp.float64(low) / jnp.float64(step)).astype(jnp.float32)
    zero = jnp.where(
        zero < first, first, jnp.where(zero > last, last, jnp.floor(zero + 0.5))
    )
    return step, zero - first, last - first


def _faked(x, low, high, num_bits, narrow_range):
    step, zero, steps = _grid(low, high, num_bits, narrow_range)
    inside = jnp.clip(x, -zero * step, (steps - zero) * step)
    out = (jnp.floor((inside + zero * step) / step + 0.5) - zero) * step
    empty = jnp.equal(low, high)  # TensorFlow's way with a range of one number: 0
    return jnp.where(empty, jnp.zeros_like(x), out)


def _inside(x, low, high, num_bits, narrow_range):
    step, zero, steps = _grid(low, high, num_bits, narrow_range)
    first, last = -zero * step, (steps - zero) * step
    return x < first, (x >= first) & (x <= last), x > last


@op(
    "FakeQuantWithMinMaxArgs", "inputs: float32 -> outputs: float32", shape=same_as(0),
    attrs=_RANGE,
)  # fmt: skip
def fake_quant_args(inputs, *, min, max, num_bits, narrow_range):
    return _faked(inputs, min, max, num_bits, narrow_range)


@op(
    "FakeQuantWithMinMaxArgsGradient",
    "gradients: float32, inputs: float32 -> backprops: float32", shape=same_as(0),
    attrs=_RANGE, gradient=STOPS,
)  # fmt: skip
def fake_quant_args_grad(gradients, inputs, *, min, max, num_bits, narrow_range):
    _, inside, _ = _inside(inputs, min, max, num_bits, narrow_range)
    return jnp.where(inside, gradients, 0)


@fake_quant_args.gradient
def _(node, dy):
    names = "min", "max", "num_bits", "narrow_range"
    attrs = {name: node.get_attr(name) for name in names}
    return fake_quant_args_grad(dy, node.inputs[0], **attrs)


def _parts(gradients, inputs, low, high, num_bits, narrow_range, axes):
    below, inside, above = _inside(inputs, low, high, num_bits, narrow_range)
    return (
        jnp.where(inside, gradients, 0),
        jnp.sum(jnp.where(below, gradients, 0), axis=axes),
        jnp.sum(jnp.where(above, gradients, 0), axis=axes),
    )


def _with_range(gradients, inputs, low, high, **_):
    return [inputs.dims, low.dims, high.dims]


def _channels(inputs, low, high, **_):
    if inputs.dims is not None and low.dims is not None and len(low.dims) != 1:
        raise ShapeError(
            f"FakeQuantWithMinMaxVarsPerChannel: min has shape {low.shape}, needed is "
            "one number for each channel of the last axis."
        )
    return inputs.dims


def _declare(name: str, shape, axes):
    """The op of a range given as tensors, and its gradient."""

    @op(
        name, "inputs: float32, min: float32, max: float32 -> outputs: float32",
        shape=shape, attrs=_ATTRS,
    )  # fmt: skip
    def fake(inputs, min, max, *, num_bits, narrow_range):
        return _faked(inputs, min, max, num_bits, narrow_range)

    @op(
        f"{name}Gradient",
        "gradients: float32, inputs: float32, min: float32, max: float32 -> "
        "backprops_wrt_input: float32, backprop_wrt_min: float32, "
        "backprop_wrt_max: float32",
        shape=_with_range, attrs=_ATTRS, gradient=STOPS,
    )  # fmt: skip
    def back(gradients, inputs, min, max, *, num_bits, narrow_range):
        over = axes(inputs.ndim)
        return _parts(gradients, inputs, min, max, num_bits, narrow_range, over)

    @fake.gradient
    def _(node, dy):
        attrs = {name: node.get_attr(name) for name in _ATTRS}
        return tuple(back(dy, *node.inputs, **attrs))


_declare("FakeQuantWithMinMaxVars", same_as(0), lambda rank: None)
_declare(
    "FakeQuantWithMinMaxVarsPerChannel", _channels, lambda rank: tuple(range(rank - 1))
)


@op(
    "QuantizeAndDequantizeV4",
    "input: T, input_min: T, input_max: T -> output: T", shape=same_as(0),
    attrs={
        "signed_input": True, "num_bits": 8, "range_given": False,
        "round_mode": "HALF_TO_EVEN", "narrow_range": False, "axis": -1,
    },
)  # fmt: skip
def quantize_and_dequantize(
    input, input_min, input_max, *, signed_input, num_bits, range_given, round_mode,
    narrow_range, axis,
):  # fmt: skip
    """`input` on the grid of `num_bits` that holds the range (else its own) and 0."""
    low = input_min if range_given else jnp.min(input)
    high = input_max if range_given else jnp.max(input)
    count = 2 ** (num_bits - 1) if signed_input else 2**num_bits
    first = (narrow_range - count) if signed_input else 0
    last = count - 1
    wide = jnp.finfo(input.dtype).max
    below = jnp.where(first * low > 0, first / jnp.where(low == 0, 1, low), wide)
    above = jnp.where(last * high > 0, last / jnp.where(high == 0, 1, high), wide)
    scale = jnp.minimum(below, above)
    if range_given:
        input = jnp.clip(input, first / scale, last / scale)
    scaled = input * scale
    half_up = round_mode == "HALF_UP"
    return (jnp.floor(scaled + 0.5) if half_up else jnp.round(scaled)) / scale


@op(
    "QuantizeAndDequantizeV4Grad",
    "gradients: T, input: T, input_min: T, input_max: T -> input_backprop: T, "
    "input_min_backprop: T, input_max_backprop: T",
    shape=_with_range, attrs={"axis": -1}, gradient=STOPS, where={"T": (float32,)},
)  # fmt: skip
def quantize_and_dequantize_grad(gradients, input, input_min, input_max, *, axis):
    inside = (input >= input_min) & (input <= input_max)
    nothing = jnp.zeros_like(input_min)
    return jnp.where(inside, gradients, 0), nothing, jnp.zeros_like(input_max)


@quantize_and_dequantize.gradient
def _(node, dy):
    return tuple(quantize_and_dequantize_grad(dy, *node.inputs))
