"""Where the module paths of TensorFlow's releases lead in Penstock.

A path that is not here is looked up name by name from the program's face:
`tensorflow.nn.rnn_cell` is the face's `nn.rnn_cell`. These are the others: paths into
TensorFlow's inside that programs import all the same, and Keras' older layout.

A place is a dotted name from the face ("nn", "" is the face itself) or, after `@`, a
module by its full name. A path can lead to several: the first that has a name gives it.
"""

from __future__ import annotations

V1, V2, KERAS = "@penstock.compat.v1", "@penstock", "@penstock.keras"
MNIST = "@penstock.v1.mnist_tutorial"
PROTO = "@tensorboard.compat.proto"

# Parts of the face under the names that its inside had: `tensorflow.python.` + these.
_PYTHON = {
    "": ("client.session", "framework.ops", "framework.constant_op",
         "framework.function", "framework.importer", "framework.tensor_shape",
         "framework.sparse_tensor", "framework.random_seed", "framework.dtypes",
         "framework.tensor_spec", "framework.tensor_util",
         "ops.array_ops", "ops.math_ops", "ops.clip_ops", "ops.check_ops",
         "ops.control_flow_ops", "ops.state_ops", "ops.variables",
         "ops.variable_scope", "ops.init_ops", "ops.random_ops", "ops.gradients",
         "ops.gradients_impl", "ops.functional_ops", "ops.logging_ops",
         "ops.parsing_ops", "ops.io_ops", "ops.script_ops", "ops.data_flow_ops",
         "ops.tensor_array_ops", "ops.string_ops", "ops.sparse_ops",
         "ops.histogram_ops", "ops.template", "ops.special_math_ops",
         "ops.resource_variable_ops", "ops.standard_ops", "ops.gen_array_ops",
         "ops.gen_math_ops", "ops.gen_nn_ops", "ops.custom_gradient",
         "ops.partitioned_variables", "eager.context", "eager.backprop",
         "eager.def_function", "eager.function", "module.module"),
    "nn": ("ops.nn", "ops.nn_ops", "ops.nn_impl", "ops.rnn", "ops.embedding_ops",
           "ops.candidate_sampling_ops", "ops.ctc_ops"),
    "nn.rnn_cell": ("ops.rnn_cell", "ops.rnn_cell_impl"),
    "image": ("ops.image_ops", "ops.image_ops_impl"),
    "linalg": ("ops.linalg_ops", "ops.linalg.linalg"),
    "losses": ("ops.losses.losses", "ops.losses.losses_impl", "ops.losses.util"),
    "metrics": ("ops.metrics", "ops.metrics_impl"),
    "summary": ("ops.summary_ops", "summary.summary"),
    "errors": ("framework.errors", "framework.errors_impl"),
    "graph_util": ("framework.graph_util", "framework.graph_util_impl"),
    "gfile": ("platform.gfile",),
    "flags": ("platform.flags",),
    "app": ("platform.app",),
    "logging": ("platform.tf_logging",),
    "resource_loader": ("platform.resource_loader",),
    "sysconfig": ("platform.sysconfig",),
    "test": ("platform.test", "platform.googletest"),
    "io": ("lib.io.file_io", "lib.io.tf_record"),
    "layers": ("layers.layers", "layers.core", "layers.convolutional",
               "layers.pooling", "layers.normalization", "layers.base"),
    "train": ("training.training", "training.saver", "training.input",
              "training.adam", "training.momentum", "training.gradient_descent",
              "training.rmsprop", "training.adagrad", "training.ftrl",
              "training.optimizer", "training.learning_rate_decay",
              "training.moving_averages", "training.training_util",
              "training.checkpoint_management", "training.checkpoint_utils",
              "training.session_run_hook", "training.basic_session_run_hooks",
              "training.monitored_session", "training.coordinator",
              "training.queue_runner", "training.queue_runner_impl",
              "training.supervisor", "training.server_lib",
              "training.device_setter", "training.py_checkpoint_reader"),
    "data": ("data", "data.ops.dataset_ops", "data.ops.iterator_ops"),
    "estimator": ("estimator", "estimator.estimator"),
    "feature_column": ("feature_column.feature_column",),
    "saved_model": ("saved_model",),
    "compat": ("util.compat",),
    "nest": ("util.nest", "data.util.nest"),
    "distribute": ("distribute",),
    "debugging": ("debug", "ops.numerics"),
}  # fmt: skip

_CORE = {
    f"core.{folder}.{name}": f"{PROTO}.{name}"
    for folder, names in {
        "framework": "graph_pb2 node_def_pb2 attr_value_pb2 tensor_pb2 types_pb2"
        " tensor_shape_pb2 summary_pb2 step_stats_pb2 versions_pb2 op_def_pb2"
        " function_pb2 variable_pb2 resource_handle_pb2",
        "protobuf": "config_pb2 saver_pb2 meta_graph_pb2 cluster_pb2"
        " rewriter_config_pb2 debug_pb2 saved_object_graph_pb2",
        "util": "event_pb2",
    }.items()
    for name in names.split()
}

_CONTRIB = {
    "contrib.keras": KERAS,
    "contrib.keras.api.keras": KERAS,
    "contrib.keras.python.keras": KERAS,
    "contrib.learn.datasets": "contrib.learn.datasets",
    "contrib.learn.python.learn.datasets": "contrib.learn.datasets",
    "contrib.learn.python.learn.datasets.mnist": MNIST,
    "contrib.rnn.python.ops.rnn_cell": "contrib.rnn",
    "contrib.rnn.python.ops.core_rnn_cell": "contrib.rnn",
    "contrib.rnn.python.ops.rnn": "contrib.rnn",
    "contrib.layers.python.layers": "contrib.layers",
    "contrib.layers.python.layers.utils": "contrib.layers.utils",
    "contrib.slim.python.slim": "contrib.slim",
    **{
        f"contrib.slim.python.slim.nets.{net}": f"contrib.slim.nets.{net}"
        for net in ("alexnet", "resnet_utils", "resnet_v1", "resnet_v2", "vgg")
    },
    **{
        f"contrib.slim.python.slim.{part}": f"contrib.slim.{part}"
        for part in ("evaluation", "learning", "model_analyzer", "nets", "summaries")
    },
    "contrib.lookup.lookup_ops": "contrib.lookup",
    "contrib.layers.python.layers.layers": "contrib.layers",
    "contrib.layers.python.layers.initializers": "contrib.layers",
    "contrib.layers.python.layers.regularizers": "contrib.layers",
    "contrib.framework.python.ops": "contrib.framework",
    "contrib.framework.python.ops.variables": "contrib.framework",
    "contrib.framework.python.framework.checkpoint_utils": "train",
    "contrib.seq2seq.python.ops": "contrib.seq2seq",
    "contrib.tensorboard.plugins": "contrib.tensorboard.plugins",
}

_KERAS = {
    "layers": (
        "layers.core layers.convolutional layers.pooling layers.recurrent"
        " layers.normalization layers.advanced_activations layers.embeddings"
        " layers.merge layers.wrappers layers.noise layers.local layers.cudnn_recurrent"
        " layers.normalization_v2 layers.recurrent_v2 layers.convolutional_recurrent"
        " engine engine.topology engine.base_layer engine.input_layer engine.input_spec"
        " layers.preprocessing layers.experimental.preprocessing layers.rnn"
    ),
    "models": "engine.training engine.sequential engine.network engine.functional",
    "utils": (
        "utils.np_utils utils.vis_utils utils.generic_utils utils.data_utils"
        " utils.layer_utils utils.io_utils utils.training_utils utils.conv_utils"
    ),
    "callbacks": "callbacks.experimental",
    "metrics": "metrics.experimental",
    "mixed_precision": "mixed_precision.experimental",
    "losses": "objectives",
    "optimizers": "optimizers.legacy optimizers.experimental optimizer_v2"
    " optimizer_v2.adam optimizer_v2.gradient_descent optimizer_v2.rmsprop",
    "optimizers.schedules": "optimizer_v2.learning_rate_schedule experimental",
    "backend": "backend.tensorflow_backend backend.common",
    "wrappers": "wrappers",
    "": "api api.keras legacy src",
}

# Paths of TensorFlow 0.x's tutorials and of moved whole faces.
_FACES = {
    "compat": "@penstock.compat",
    "compat.v1": V1,
    "compat.v1.keras": KERAS,
    "compat.v2": V2,
    "compat.v2.keras": KERAS,
    "keras": KERAS,
    "python.keras": KERAS,
    "python.keras.api": KERAS,
    "_api.v1": V1,
    "_api.v2": V2,
    "_api.v2.v2": V2,
    "examples.tutorials.mnist.input_data": MNIST,
    "python.client.device_lib": "@penstock.v1.device_lib",
    "python.client.timeline": "@penstock.v1.timeline",
    "python.tools.inspect_checkpoint": "@penstock.v1.inspect_checkpoint",
    "models.rnn.rnn_cell": "nn.rnn_cell",
    "models.rnn.rnn": "nn",
    "models.rnn.seq2seq": "contrib.legacy_seq2seq",
    "python.ops.seq2seq": "contrib.legacy_seq2seq",
    "contrib.legacy_seq2seq.python.ops.seq2seq": "contrib.legacy_seq2seq",
    "python": "",
}


def _table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for place, names in _PYTHON.items():
        for name in names:
            # A name of the inside that no part has may be one of the face's own.
            table[f"tensorflow.python.{name}"] = (place, "") if place else ("",)
    for part in (_CORE, _CONTRIB, _FACES):
        for name, place in part.items():
            table[f"tensorflow.{name}"] = (place,)
    roots = ("keras", "tensorflow.keras", "tensorflow.python.keras")
    for place, names in _KERAS.items():
        target = f"{KERAS}.{place}" if place else KERAS
        for root in roots:
            for name in names.split():
                table[f"{root}.{name}"] = (target, KERAS)
    table["keras"] = (KERAS,)
    # Keras' own package goes back to Keras 1, `tf.keras` does not.
    table["keras.layers"] = (f"{KERAS}.keras1_layers", f"{KERAS}.layers")
    table["keras.layers.convolutional"] = (*table["keras.layers"], KERAS)
    table["keras_preprocessing"] = (f"{KERAS}.preprocessing",)
    table["tf_keras"] = (KERAS,)
    return table


TABLE = _table()
ROOTS = frozenset(path.partition(".")[0] for path in TABLE)
# Paths that only lead to others (`tensorflow.core`, `tensorflow.python.platform`).
BETWEEN = frozenset(
    ".".join(parts[:count])
    for parts in (path.split(".") for path in TABLE)
    for count in range(1, len(parts))
) | {"tensorflow.contrib", "tensorflow.examples.tutorials.mnist"}
# Modules of Penstock that stand among a face's attributes and are no part of it.
INTERNAL = frozenset(
    f"penstock.{name}"
    for name in "api as_tensorflow backward cli compat.v1.tree core"
    " datasets formats ir kernels lowering ops optim runtime saving v1 v2".split()
)
# What each face says it is: an era's last release whose habits it follows.
VERSIONS = {1: "1.15.0", 2: "2.15.0"}
KERAS_VERSION = "2.15.0"
