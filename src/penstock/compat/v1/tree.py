"""Which modules the 1.x face's names come from.

A new public function needs nothing here where its module is listed already.
"""

from __future__ import annotations

from penstock.compat.v1 import spellings
from penstock.compat.v1.contrib_tree import CONTRIB
from penstock.compat.v1.spellings import placed as _all
from penstock.compat.v1.spellings import spelled as _spelled

_DTYPES = _all(
    "float16 half bfloat16 float32 float64 double int8 int16 int32 int64 uint8 uint16"
    " uint32 uint64 bool string complex64 complex128 resource variant qint8 quint8"
    " qint16 quint16 qint32 DType as_dtype",
    "penstock.core.dtypes",
)
_PROTO = "tensorboard.compat.proto"
_PROTOS = {
    "GraphDef": f"{_PROTO}.graph_pb2:GraphDef",
    "NodeDef": f"{_PROTO}.node_def_pb2:NodeDef",
    "AttrValue": f"{_PROTO}.attr_value_pb2:AttrValue",
    "NameAttrList": f"{_PROTO}.attr_value_pb2:NameAttrList",
    "MetaGraphDef": f"{_PROTO}.meta_graph_pb2:MetaGraphDef",
    "TensorInfo": f"{_PROTO}.meta_graph_pb2:TensorInfo",
    "Summary": f"{_PROTO}.summary_pb2:Summary",
    "SummaryMetadata": f"{_PROTO}.summary_pb2:SummaryMetadata",
    "HistogramProto": f"{_PROTO}.histogram_pb2:HistogramProto",
    "Event": f"{_PROTO}.event_pb2:Event",
    "SessionLog": f"{_PROTO}.event_pb2:SessionLog",
}
_IR = {
    "Graph": "penstock.ir.graph:Graph",
    "Operation": "penstock.ir.node:Node",
    "Tensor": "penstock.ir.tensor:Tensor",
    "IndexedSlices": "penstock.ir.indexed_slices:IndexedSlices",
    "TensorShape": "penstock.core.shapes:TensorShape",
    "Dimension": "penstock.core.shapes:Dimension",
    "OpError": "penstock.core.errors:OpError",
}
_EAGER = {
    "GradientTape": "penstock.v2.tape:GradientTape",
    "custom_gradient": "penstock.v2.custom_gradient:custom_gradient",
    "function": "penstock.v2.function:function",
    "TensorSpec": "penstock.api.specs:TensorSpec",
}
_VERSIONS = _all(
    "VERSION GIT_VERSION COMPILER_VERSION GRAPH_DEF_VERSION"
    " GRAPH_DEF_VERSION_MIN_CONSUMER GRAPH_DEF_VERSION_MIN_PRODUCER"
    " CXX11_ABI_FLAG MONOLITHIC_BUILD __version__ __git_version__",
    "penstock.v1.version",
)


def _both(*families: str) -> tuple[str, ...]:
    """The face's modules of some families, then those that both faces share."""
    faces = tuple(f"penstock.v1.{f}" for f in families)
    return faces + tuple(f"penstock.api.{f}" for f in families)


_MATH = _both("math*", "clip*", "bitwise*")
_LINALG = _both("linalg*", "math_linear*")
_INITIALIZERS = "penstock.v1.initializers"
_SAVER = "penstock.saving.checkpoint"

#: The summaries of 0.x stood beside the ops.
_OLD_SUMMARIES = _all(
    "scalar_summary histogram_summary image_summary audio_summary merge_summary"
    " merge_all_summaries",
    "penstock.v1.summary",
)

#: Messages of `tf.train`, and what goes into them.
_MESSAGES = _all(
    "BytesList Example Feature FeatureList FeatureLists Features FloatList Int64List"
    " SequenceExample",
    "penstock.formats.example",
)

#: What 1.0 took away of 0.x, under the names that followed.
_BATCHED = (
    "cholesky matrix_band_part matrix_determinant matrix_diag matrix_diag_part"
    " matrix_inverse matrix_set_diag matrix_solve matrix_transpose"
    " matrix_triangular_solve self_adjoint_eig svd fft ifft"
)
_OLDER = _spelled(
    "penstock.compat.v1",
    select="where",
    complex_abs="abs",
    inv="reciprocal",
    **{f"batch_{name}": name for name in _BATCHED.split()},
)


_ROOT_SOURCES = (
    "penstock.v1.session", "penstock.v1.placeholders", "penstock.v1.variables",
    "penstock.v1.variable_lists", "penstock.v1.variable_scope", "penstock.v1.assign",
    "penstock.v1.scopes", "penstock.v1.graph_keys", "penstock.v1.default_graph",
    "penstock.v1.initializers", "penstock.v1.template", "penstock.v1.partitioned",
    "penstock.v1.constant", "penstock.v1.config", "penstock.v1.gradients",
    "penstock.v1.random", "penstock.v1.graph_io", "penstock.v1.registration",
    *_MATH, *_both("array*", "linalg*", "control_flow*", "loops*", "tensor_array*"),
    *_both("strings*", "sparse", "debugging*"),
    *_both("script*", "sets*", "queues*", "readers*", "io*"),
    *_both("passing*", "tensordot*"),
)  # fmt: skip

TREE: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "": (
        {
            **_DTYPES,
            **_PROTOS,
            **_IR,
            **_VERSIONS,
            **_EAGER,
            **_OLD_SUMMARIES,
            **_OLDER,
            **spellings.ROOT,
            "keras": "penstock.keras",
        },
        _ROOT_SOURCES,
    ),
    "nn": (
        {
            **spellings.NN,
            "bidirectional_rnn": "penstock.v1.rnn:static_bidirectional_rnn",
        },
        _both("nn*", "rnn*"),
    ),
    "nn.rnn_cell": (
        _all(
            "EmbeddingWrapper InputProjectionWrapper OutputProjectionWrapper",
            "penstock.v1.contrib_rnn",
        ),
        ("penstock.v1.rnn_cell",),
    ),
    "nn.seq2seq": ({}, ("penstock.v1.contrib_legacy_seq2seq",)),
    "train": (
        {
            "write_graph": "penstock.saving.graph_io:write_graph",
            "SummaryWriter": "penstock.v1.file_writer:FileWriter",
            "SummaryWriterCache": "penstock.v1.file_writer:FileWriterCache",
            "summary_iterator": "penstock.formats.events:read_events",
            **_MESSAGES,
        },
        (
            "penstock.v1.train",
            "penstock.v1.training.*",
            "penstock.v1.global_step",
            "penstock.v1.saver",
            "penstock.v1.meta_graph",
            "penstock.v1.checkpoint_init",
            _SAVER,
        ),
    ),
    "summary": ({}, ("penstock.v1.summary",)),
    "python_io": ({}, ("penstock.v1.python_io",)),
    "io": (
        {"write_graph": "penstock.saving.graph_io:write_graph"},
        (
            "penstock.v1.python_io",
            "penstock.api.io_files",
            "penstock.api.io_examples",
            "penstock.api.io_sequences",
            "penstock.api.io_sparse",
            "penstock.v1.queues",
            "penstock.api.image_files",
            "penstock.api.strings",
        ),
    ),
    "feature_column": (
        {},
        ("penstock.v1.feature_column", "penstock.api.feature_column_make"),
    ),
    "layers": ({}, ("penstock.v1.layers",)),
    "losses": ({}, ("penstock.v1.losses",)),
    "metrics": ({}, ("penstock.v1.metrics",)),
    "math": (spellings.L2_NORMALIZE, (*_MATH, *_LINALG, *_both("nn*"))),
    # tf.diag makes tensors of any rank, tf.linalg.diag matrices.
    "linalg": (
        {
            **spellings.L2_NORMALIZE,
            "diag": "penstock.api.linalg:diag",
            "diag_part": "penstock.api.linalg:diag_part",
            "transpose": "penstock.api.array:matrix_transpose",
            "norm": "penstock.v1.math_linear:norm",
        },
        ("penstock.api.linalg", "penstock.api.linalg_norm", "penstock.v1.math_linear"),
    ),
    "bitwise": ({}, ("penstock.api.bitwise",)),
    "quantization": ({}, ("penstock.api.quantization",)),
    "signal": ({}, _both("signal*")),
    "spectral": (spellings.SPECTRAL, ()),
    "manip": (spellings.MANIP, ()),
    "queue": (spellings.QUEUE, ()),
    "dtypes": (_DTYPES, ("penstock.v2.dtypes",)),
    "sets": (spellings.SETS, ("penstock.api.sets",)),
    "lookup": ({}, ("penstock.v1.lookup", "penstock.api.lookup")),
    "image": (spellings.IMAGE, _both("image*")),
    "strings": ({}, _both("strings*")),
    "sparse": (spellings.SPARSE, _both("sparse*")),
    "debugging": (spellings.DEBUGGING, _both("debugging*")),
    "random": (
        _spelled("penstock.v1.random", poisson="poisson"),
        ("penstock.v1.random", "penstock.api.random"),
    ),
    "initializers": (
        spellings.INITIALIZERS
        | _spelled(
            _INITIALIZERS,
            constant="constant_initializer",
            zeros="zeros_initializer",
            ones="ones_initializer",
            random_normal="random_normal_initializer",
            random_uniform="random_uniform_initializer",
            truncated_normal="truncated_normal_initializer",
            uniform_unit_scaling="uniform_unit_scaling_initializer",
            variance_scaling="variance_scaling_initializer",
            orthogonal="orthogonal_initializer",
            identity="identity_initializer",
            glorot_uniform="glorot_uniform_initializer",
            glorot_normal="glorot_normal_initializer",
        ),
        (_INITIALIZERS, "penstock.v1.variable_lists"),
    ),
    "app": ({}, ("penstock.v1.app",)),
    "flags": ({}, ("penstock.v1.flags",)),
    "gfile": ({}, ("penstock.api.gfile",)),
    "logging": ({}, ("penstock.v1.logging",)),
    "errors": ({}, ("penstock.core.errors",)),
    "test": ({}, ("penstock.v1.testing", "penstock.v1.testing_gradients")),
    "compat": ({}, ("penstock.compat",)),
    "version": (_VERSIONS, ()),
    "resource_loader": ({}, ("penstock.v1.resource_loader",)),
    "graph_util": ({}, ("penstock.v1.graph_util",)),
    "data": ({}, ("penstock.v1.data",)),
    "data.experimental": ({}, ("penstock.api.dataset_experimental",)),
    "nest": ({}, ("penstock.v2.nest",)),
    "config": ({}, ("penstock.v2.config",)),
    "config.experimental": ({}, ("penstock.v2.config_experimental",)),
    "distributions": ({}, ("penstock.v1.distributions",)),
    **CONTRIB,
}
