"""`keras.ops` of Keras 3: NumPy's functions, and those of neural networks."""

import sys

from penstock.api import namespace

_HERE = "penstock.keras.ops"
_NUMPY = tuple(
    f"{_HERE}.{part}"
    for part in (
        "elementwise numbers reductions not_numbers products shapes pieces making"
        " counting"
    ).split()
)
_NN = (f"{_HERE}.neural", f"{_HERE}.filters", "penstock.keras.activations")
_NAMES = {
    "array": f"{_HERE}.shapes:array_of",
    "is_tensor": f"{_HERE}.operands:is_tensor",
    "result_type": f"{_HERE}.operands:result_type",
}
namespace.grow(
    sys.modules[__name__],
    "keras.ops",
    {
        "": (
            _NAMES,
            (*_NUMPY, f"{_HERE}.matrices", *_NN, f"{_HERE}.loops", f"{_HERE}.spectra"),
        ),
        "numpy": (_NAMES, (*_NUMPY, f"{_HERE}.matrices")),
        "nn": ({"polar": f"{_HERE}.spectra:polar"}, _NN),
        "image": ({}, (f"{_HERE}.pictures",)),
        "linalg": ({"jvp": f"{_HERE}.loops:jvp"}, (f"{_HERE}.matrices",)),
    },
)
