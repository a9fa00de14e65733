"""What Keras calls the operations between layers, in its files and tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.keras import scratch

#: Functions that TensorFlow's documentation lists as `tf.math.X` first, wherever
#: else they are shown too.
_MATH = frozenset(
    "abs acos acosh add add_n argmax argmin asin asinh atan atan2 atanh cos cosh cumsum"
    " divide equal exp floor greater greater_equal less less_equal logical_and"
    " logical_not logical_or maximum minimum multiply negative not_equal pow reduce_all"
    " reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod"
    " reduce_sum round scalar_mul sigmoid sign sin sinh sqrt square subtract tan tanh"
    " truediv approx_max_k approx_min_k in_top_k l2_normalize softplus top_k"
    " zero_fraction".split()
)
_ELSEWHERE = {
    "matmul": "linalg.matmul", "eig": "linalg.eig", "eigvals": "linalg.eigvals",
    "complex": "dtypes.complex", "saturate_cast": "dtypes.saturate_cast",
    "as_string": "strings.as_string", "math.mod": "math.floormod",
    "math.softmax": "nn.softmax", "math.log_softmax": "nn.log_softmax",
    "math.softsign": "nn.softsign", "nn.swish": "nn.silu",
    "nn.lrn": "nn.local_response_normalization", "linalg.einsum": "einsum",
    "linalg.eye": "eye", "linalg.norm": "compat.v1.norm", "norm": "compat.v1.norm",
    "linalg.tensordot": "tensordot", "dtypes.cast": "cast",
    # What tf_keras shows of functions that call their 1.x form.
    "transpose": "compat.v1.transpose", "shape": "compat.v1.shape",
    "pad": "compat.v1.pad", "gather": "compat.v1.gather",
    "squeeze": "compat.v1.squeeze", "floordiv": "compat.v1.floor_div",
}  # fmt: skip


def canonical(path: str, name: str) -> str:
    """The name under which Keras 2 stores the function `tf.<path>.<name>`."""
    if name in _MATH and path in ("", "math", "nn", "linalg"):
        return f"math.{name}"
    full = f"{path}.{name}" if path else name
    return _ELSEWHERE.get(full, full)


#: Keras 3's class -> function of `keras.ops`, where the names differ.
FUNCTION_OF_CLASS = {
    "Conv1D": "conv", "Logsumexp": "logsumexp", "LogSumExp": "logsumexp",
    "ExtractPatches3d": "extract_patches_3d", "OneHot": "one_hot", "Relu6": "relu6",
    "NanToNum": "nan_to_num",
    "SegmentSum": "segment_sum", "L2Normalize": "normalize", "ReLU": "relu",
}  # fmt: skip

#: Where Keras 3 keeps the classes of operations that are no functions of NumPy.
_NN = frozenset(
    "relu relu6 sigmoid softplus softsign silu swish log_sigmoid leaky_relu"
    " hard_sigmoid hard_silu elu selu gelu celu glu tanh_shrink hard_tanh hard_shrink"
    " threshold soft_shrink softmax log_softmax sparsemax squareplus sparse_plus"
    " sparse_sigmoid max_pool average_pool conv depthwise_conv separable_conv"
    " conv_transpose one_hot multi_hot binary_crossentropy categorical_crossentropy"
    " sparse_categorical_crossentropy moments normalize psnr batch_normalization"
    " ctc_loss dot_product_attention layer_normalization rms_normalization".split()
)
_CORE = frozenset("cast shape scatter scatter_update slice slice_update".split())
_MATH_3 = frozenset(
    "segment_sum segment_max top_k in_top_k logsumexp extract_sequences rsqrt erf"
    " erfinv fft fft2 ifft2 rfft irfft stft istft logdet".split()
)


def class_of(function: str, path: str = "ops") -> tuple[str, str]:
    """(module, class) under which Keras 3 stores `keras.<path>.<function>`."""
    kind = "".join(part.capitalize() for part in function.split("_"))
    if path == "ops.image":
        return "keras.src.ops.image", kind
    for family, known in (("nn", _NN), ("core", _CORE), ("math", _MATH_3)):
        if function in known:
            return f"keras.src.ops.{family}", kind
    return "keras.src.ops.numpy", kind


def spelled_by_keras_3(value: Any, reference) -> Any:
    """An argument of a call as Keras 3 stores it."""
    if scratch.is_symbolic(value):
        config = {
            "shape": value.shape.as_list(), "dtype": value.dtype.name,
            "keras_history": reference(value),
        }  # fmt: skip
        return {"class_name": "__keras_tensor__", "config": config}
    if isinstance(value, dict):
        if set(value) == {"start", "stop", "step"}:
            return {"class_name": "__slice__", "config": value}
        return {k: spelled_by_keras_3(v, reference) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [spelled_by_keras_3(v, reference) for v in value]
    if hasattr(value, "numpy"):
        value = value.numpy()
    if isinstance(value, np.ndarray):
        config = {"value": value.tolist(), "dtype": value.dtype.name}
        return {"class_name": "__tensor__", "config": config}
    return value.item() if isinstance(value, np.generic) else value
