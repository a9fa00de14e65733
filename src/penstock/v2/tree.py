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
    "compat": "penstock.compat",
    "TypeSpec": "penstock.api.specs:TypeSpec",
    "RaggedTensor": "penstock.api.ragged:RaggedTensor",
    "__version__": "penstock.v2.version:__version__",
}


def _both(*families: str) -> tuple[str, ...]:
    """The face's modules of some families, then those that both faces share."""
    faces = tuple(f"penstock.v2.{f}" for f in families)
    return faces + tuple(f"penstock.api.{f}" for f in families)


_MATH = _both("math*", "clip*", "bitwise*")
_ARRAY = _both("array*")
_LINALG = _both("linalg*")
_NN = _both("nn*")
_RANDOM = (
    "penstock.v2.random", "penstock.v2.generator", "penstock.api.random*",
    "penstock.api.nn_sampled",
)  # fmt: skip
_ROOT = (
    "penstock.v2.constant", "penstock.v2.tape", "penstock.v2.function",
    "penstock.api.specs*", "penstock.v2.specs_more", "penstock.v2.module",
    "penstock.v2.root_more",
    "penstock.v2.scopes",
    "penstock.v2.initializers", "penstock.v2.custom_gradient",
    *_MATH, *_ARRAY, *_LINALG,
    *_both("control*", "loops*", "tensor_array*", "script*", "passing*"),
    *_both("sparse*", "debugging*"),
    *_both("tensordot*"),
)  # fmt: skip

_EXAMPLE = (
    "BytesList", "FloatList", "Int64List", "Feature", "Features", "FeatureList",
    "FeatureLists", "Example", "SequenceExample",
)  # fmt: skip

TREE: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "": (
        {**_DTYPES, **_CORE, "keras": "penstock.keras",
         "raw_ops": "penstock.v2.raw_ops"},
        _ROOT,
    ),
    "math": (
        {"invert_permutation": "penstock.api.array_order:invert_permutation"},
        (*_MATH, *_both("nn*")),
    ),
    "linalg": ({}, ("penstock.api.linear_operator*", *_LINALG, *_MATH, *_ARRAY)),
    "linalg.experimental": ({}, ("penstock.api.linalg_more",)),
    "nn": ({}, _NN),
    "random": ({}, _RANDOM),
    "random.experimental": (
        {}, ("penstock.v2.generator", "penstock.v2.random", "penstock.api.random*")
    ),
    "errors": (
        _all(
            "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND"
            " ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION"
            " ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS"
            " UNAUTHENTICATED",
            "penstock.core.errors",
        ),
        ("penstock.core.errors",),
    ),
    "dtypes": (_DTYPES, ("penstock.v2.dtypes",)),
    "bitwise": ({}, _both("bitwise*", "math_arithmetic")),
    "config": ({}, ("penstock.v2.config",)),
    "config.experimental": ({}, ("penstock.v2.config_experimental",)),
    "debugging": ({}, _both("debugging*")),
    "experimental": (_all("Optional", "penstock.api.dataset_iterator"), ()),
    "experimental.dlpack": ({}, ("penstock.v2.dlpack",)),
    "experimental.numpy": (
        {},
        ("penstock.v2.numpy_math", "penstock.v2.numpy_make", "penstock.v2.numpy_reduce",
         "penstock.v2.numpy_shape", "penstock.v2.numpy_dtypes",
         "penstock.v2.numpy_behavior"),
    ),
    "experimental.numpy.random": ({}, ("penstock.v2.numpy_random",)),
    "feature_column": ({}, ("penstock.api.feature_column_make",)),
    "quantization": ({}, ("penstock.api.quantization",)),
    "image": ({}, ("penstock.api.image*", "penstock.api.random")),
    "io": (
        {},
        (*_both("io*"), "penstock.api.image_files", "penstock.api.strings"),
    ),
    "io.gfile": ({}, ("penstock.v2.gfile",)),
    "initializers": ({}, ("penstock.keras.initializers",)),
    "nest": ({}, ("penstock.v2.nest",)),
    "ragged": ({}, ("penstock.api.ragged_make",)),
    "saved_model": ({}, ("penstock.v2.saved_model",)),
    "sets": ({}, ("penstock.api.sets",)),
    "signal": ({}, ("penstock.api.signal*",)),
    "sparse": ({}, _both("sparse*")),
    "strings": ({}, _both("strings*")),
    "summary": ({}, ("penstock.v2.summary",)),
    "summary.experimental": (
        {n: f"penstock.v2.summary:{n}" for n in ("get_step", "set_step")}, ()
    ),
    "sysconfig": ({}, ()),
    "test": ({}, ("penstock.v2.test", "penstock.v1.testing")),
    "train": (
        {
            **{n: f"penstock.formats.messages:{n}" for n in _EXAMPLE},
            **_all("ExponentialMovingAverage", "penstock.v2.moving_average"),
        },
        ("penstock.v2.checkpoint", "penstock.saving.checkpoint"),
    ),
    "version": ({}, ("penstock.v2.version",)),
    "audio": ({}, ("penstock.api.audio",)),
    "profiler": ({}, ()),
    "profiler.experimental": ({}, ("penstock.v2.profiler",)),
    "autodiff": (
        {"GradientTape": "penstock.v2.tape:GradientTape"}, ("penstock.v2.forward",)
    ),
    "autograph": ({}, ("penstock.v2.autograph",)),
    "autograph.experimental": ({}, ("penstock.v2.autograph",)),
    "types": ({}, ()),
    "types.experimental": ({}, ("penstock.v2.types",)),
    "distribute": ({}, ("penstock.v2.distribute",)),
    "distribute.experimental": (
        _all(
            "CentralStorageStrategy MultiWorkerMirroredStrategy",
            "penstock.v2.distribute",
        ),
        (),
    ),
    "math.special": ({}, _MATH),
    "data": ({}, ("penstock.api.dataset",)),
    "data.experimental": (
        _all(
            "DatasetInitializer table_from_dataset index_table_from_dataset",
            "penstock.api.lookup",
        ),
        ("penstock.api.dataset_experimental", "penstock.api.dataset_csv",
         "penstock.api.dataset_more"),
    ),
    "lookup": ({}, ("penstock.api.lookup",)),
    "lookup.experimental": ({}, ("penstock.api.lookup",)),
    "losses": ({}, ("penstock.keras.losses",)),
    "metrics": ({}, ("penstock.keras.metrics",)),
    "optimizers": ({}, ("penstock.keras.optimizers",)),
}  # fmt: skip
