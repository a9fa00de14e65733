"""`tf.quantization`: training with numbers as if they had few bits."""

from __future__ import annotations

from penstock.core.errors import UnsupportedError
from penstock.ir.op import TABLE


def _checked(num_bits) -> int:
    if not 2 <= int(num_bits) <= 16:
        raise ValueError(f"num_bits must be between 2 and 16, received {num_bits}.")
    return int(num_bits)


def fake_quant_with_min_max_args(inputs, min=-6, max=6, num_bits=8, narrow_range=False,
                                 name=None):  # fmt: skip
    """`inputs` rounded to 2**num_bits numbers from about `min` to `max`, 0 among them.

    Its gradient passes inside the range.
    """
    return TABLE["FakeQuantWithMinMaxArgs"](
        inputs, min=float(min), max=float(max), num_bits=_checked(num_bits),
        narrow_range=narrow_range, name=name,
    )  # fmt: skip


def fake_quant_with_min_max_args_gradient(gradients, inputs, min=-6, max=6, num_bits=8,
                                          narrow_range=False, name=None):  # fmt: skip
    return TABLE["FakeQuantWithMinMaxArgsGradient"](
        gradients, inputs, min=float(min), max=float(max), num_bits=_checked(num_bits),
        narrow_range=narrow_range, name=name,
    )  # fmt: skip


def _of_tensors(op_type: str, what: str):
    def call(inputs, min, max, num_bits=8, narrow_range=False, name=None):
        return TABLE[op_type](
            inputs, min, max, num_bits=_checked(num_bits), narrow_range=narrow_range,
            name=name,
        )  # fmt: skip

    def gradient(gradients, inputs, min, max, num_bits=8, narrow_range=False,
                 name=None):  # fmt: skip
        return TABLE[f"{op_type}Gradient"](
            gradients, inputs, min, max, num_bits=_checked(num_bits),
            narrow_range=narrow_range, name=name,
        )  # fmt: skip

    call.__doc__ = f"The same with a range of {what}, which get gradients too."
    gradient.__doc__ = "The gradients of inputs, min and max."
    return call, gradient


fake_quant_with_min_max_vars, fake_quant_with_min_max_vars_gradient = _of_tensors(
    "FakeQuantWithMinMaxVars", "tensors"
)
(
    fake_quant_with_min_max_vars_per_channel,
    fake_quant_with_min_max_vars_per_channel_gradient,
) = _of_tensors("FakeQuantWithMinMaxVarsPerChannel", "one pair for each channel")


def quantize_and_dequantize_v2(input, input_min, input_max, signed_input=True,
                               num_bits=8, range_given=False,
                               round_mode="HALF_TO_EVEN", name=None,
                               narrow_range=False, axis=None):  # fmt: skip
    """`input` on a symmetric grid of `num_bits` over the range, or its own."""
    if axis is not None and axis != -1:
        raise UnsupportedError("quantize_and_dequantize along an axis is not here.")
    return TABLE["QuantizeAndDequantizeV4"](
        input, input_min, input_max, signed_input=signed_input, num_bits=num_bits,
        range_given=range_given, round_mode=round_mode, narrow_range=narrow_range,
        name=name,
    )  # fmt: skip


def quantize_and_dequantize(input, input_min, input_max, signed_input=True, num_bits=8,
                            range_given=False, round_mode="HALF_TO_EVEN", name=None,
                            narrow_range=False, axis=None):  # fmt: skip
    """The older name of `quantize_and_dequantize_v2`."""
    return quantize_and_dequantize_v2(
        input, input_min, input_max, signed_input, num_bits, range_given, round_mode,
        name, narrow_range, axis,
    )  # fmt: skip


__all__ = [
    "fake_quant_with_min_max_args", "fake_quant_with_min_max_args_gradient",
    "fake_quant_with_min_max_vars", "fake_quant_with_min_max_vars_gradient",
    "fake_quant_with_min_max_vars_per_channel",
    "fake_quant_with_min_max_vars_per_channel_gradient", "quantize_and_dequantize",
    "quantize_and_dequantize_v2",
]  # fmt: skip
