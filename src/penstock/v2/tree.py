"""Which modules the 2.x face's names come from.

A new public function needs nothing here where its module is listed already.
"""

from __future__ import annotations



def _all(names: str, place: str) -> dict[str, str]:
    return {n: f"{place}:{n}" for n in names.split()}


_DTYPES = _all(
    "float16 half bfloat16 float32 float64 double int8 int16 int32 int64 uint8 uint16"
    " uint32 uint64 bool string complex64 complex128 resource variant DType as_dtype",
    "penstock.core.dtypes",
)
_CORE = {
    "Graph": "penstock.ir.graph:Graph",
    "Operation": "penstock.ir.node:Node",
    "Tensor": "penstock.ir.tensor:Tensor",
    "IndexedSlices": "penstock.ir.indexed_slices:IndexedSlices",
    "TensorShape": "penstock.core.shapes:TensorShape",
    "Variable": "penstock.api.variable:Variable",
    "__version__": "penstock.v2.version:__version__",
}
_MATH = (
    "penstock.v2.math", "penstock.api.math", "penstock.api.math_reduce",
    "penstock.api.math_segment", "penstock.api.bitwise",
)  # fmt: skip
_ARRAY = ("penstock.v2.array", "penstock.api.array")
_LINALG = ("penstock.api.linalg",)
_NN = ("penstock.v2.nn", "penstock.api.nn", "penstock.api.nn_conv",
       "penstock.api.nn_sampled")  # fmt: skip
_ROOT = (
    "penstock.v2.constant", "penstock.v2.tape", "penstock.v2.function",
    "penstock.v2.specs", "penstock.v2.module", "penstock.v2.scopes",
    "penstock.v2.initializers", "penstock.v2.control",
    *_MATH, *_ARRAY, *_LINALG,
    "penstock.api.control", "penstock.api.functional", "penstock.api.clip",
    "penstock.api.script", "penstock.api.sparse", "penstock.api.checks",
    "penstock.api.debugging", "penstock.api.host", "penstock.api.tensor_array",
)  # fmt: skip

TREE: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "": ({**_DTYPES, **_CORE, "keras": "penstock.keras"}, _ROOT),
    "math": ({}, (*_MATH, *_NN)),
    "linalg": ({}, (*_LINALG, *_MATH, *_ARRAY)),
    "nn": ({}, _NN),
    "random": ({}, ("penstock.v2.random", "penstock.api.random")),
    "random.experimental": ({}, ("penstock.v2.random",)),
    "errors": ({}, ("penstock.core.errors",)),
    "dtypes": (_DTYPES, ("penstock.v2.dtypes",)),
    "bitwise": ({}, ("penstock.api.bitwise",)),
    "config": ({}, ("penstock.v2.config",)),
    "config.experimental": ({}, ("penstock.v2.config_experimental",)),
    "debugging": ({}, ("penstock.v2.debugging", "penstock.api.debugging",
                       "penstock.api.checks")),
    "experimental": ({}, ("penstock.v2.experimental",)),
    "image": ({}, ("penstock.api.image",)),
    "io": ({}, ("penstock.v2.io",)),
    "io.gfile": ({}, ("penstock.v1.gfile",)),
    "initializers": ({}, ("penstock.v2.initializers",)),
    "nest": ({}, ("penstock.v2.nest",)),
    "ragged": ({}, ("penstock.api.ragged",)),
    "saved_model": ({}, ("penstock.v2.saved_model",)),
    "sets": ({}, ("penstock.api.sets",)),
    "signal": ({}, ("penstock.api.signal",)),
    "sparse": ({}, ("penstock.api.sparse",)),
    "strings": ({}, ("penstock.api.strings",)),
    "summary": ({}, ("penstock.v2.summary",)),
    "sysconfig": ({}, ("penstock.v2.sysconfig",)),
    "test": ({}, ("penstock.v2.test",)),
    "train": ({}, ("penstock.v2.train",)),
    "version": ({}, ("penstock.v2.version",)),
    "autograph": ({}, ("penstock.v2.autograph",)),
    "types": ({}, ()),
    "lookup": ({}, ("penstock.v2.lookup",)),
    "losses": ({}, ("penstock.keras.losses",)),
    "metrics": ({}, ("penstock.keras.metrics",)),
    "optimizers": ({}, ("penstock.keras.optimizers",)),
}  # fmt: skip


