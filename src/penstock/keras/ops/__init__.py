"""`keras.ops` of Keras 3: NumPy's functions, and those of neural networks."""

import sys

from penstock.api import namespace

_HERE = "penstock.keras.ops"
namespace.grow(
    sys.modules[__name__],
    "keras.ops",
    {
        "": (
            {
                "array": f"{_HERE}.shapes:array_of",
                "image": f"{_HERE}.neural:image",
                "is_tensor": f"{_HERE}.operands:is_tensor",
                "result_type": f"{_HERE}.operands:result_type",
            },
            (
                f"{_HERE}.elementwise",
                f"{_HERE}.reductions",
                f"{_HERE}.shapes",
                f"{_HERE}.neural",
                "penstock.keras.activations",
            ),
        )
    },
)
