"""Which modules the names of `tf.contrib` come from, as tree.py for the others."""

from __future__ import annotations

from penstock.compat.v1.spellings import placed, spelled

_FACE = "penstock.compat.v1"
_TUTORIAL = {"load_mnist": "penstock.v1.mnist_tutorial:read_data_sets"}
_TUTORIAL_MODULE = ({}, ("penstock.v1.mnist_tutorial",))
_HPARAMS = "penstock.v1.contrib_hparams"
_UTILS = "penstock.v1.contrib_layers_utils"
_SLIM = "penstock.v1.contrib_slim"
_INITIALIZERS = "penstock.v1.contrib_initializers"
_REGULARIZERS = "penstock.v1.contrib_regularizers"
_LAYERS = (
    _INITIALIZERS, "penstock.v1.contrib_layers", "penstock.v1.contrib_layers_conv",
    "penstock.v1.contrib_layers_more", "penstock.v1.contrib_layers_norm",
    "penstock.v1.contrib_layers_training", _REGULARIZERS,
)  # fmt: skip
_ACTIVATIONS = placed("elu", "penstock.api.nn")

_FRAMEWORK = {
    **placed(
        "assert_global_step create_global_step get_global_step"
        " get_or_create_global_step",
        "penstock.v1.global_step",
    ),
    **placed(
        "list_variables load_checkpoint load_variable", "penstock.saving.checkpoint"
    ),
    **placed("init_from_checkpoint", "penstock.v1.checkpoint_init"),
    **placed("checkpoints_iterator", "penstock.v1.contrib_training"),
    **placed(
        "assert_same_float_dtype assert_scalar argsort is_tensor py_func sort", _FACE
    ),
    "nest": "penstock.v2.nest",
}
_SUMMARIES = placed(
    "scalar_summary histogram_summary image_summary audio_summary merge_summary"
    " merge_all_summaries",
    "penstock.v1.summary",
)  # fmt: skip
_STATELESS = {
    **placed(
        "stateless_random_normal stateless_random_uniform stateless_truncated_normal",
        "penstock.api.random",
    ),
}
_STRATEGIES = placed(
    "MirroredStrategy OneDeviceStrategy ParameterServerStrategy Strategy",
    "penstock.v2.distribute",
)

CONTRIB: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "contrib": ({}, ()),
    "contrib.layers": (
        {"safe_embedding_lookup_sparse": f"{_FACE}.nn:safe_embedding_lookup_sparse",
         **placed("OPTIMIZER_CLS_NAMES OPTIMIZER_SUMMARIES",
                  "penstock.v1.contrib_layers_training"),
         **_ACTIVATIONS},
        _LAYERS,
    ),
    "contrib.rnn": ({}, ("penstock.v1.contrib_rnn*", "penstock.v1.rnn*")),
    "contrib.seq2seq": ({}, ("penstock.v1.contrib_seq2seq",)),
    "contrib.crf": ({}, ("penstock.v1.contrib_crf",)),
    "contrib.framework": (_FRAMEWORK, ("penstock.v1.contrib_framework",)),
    "contrib.util": (
        spelled(
            "penstock.v1.constant", make_tensor_proto="make_tensor_proto",
            make_ndarray="make_ndarray", constant_value="get_static_value",
        ),
        (),
    ),
    "contrib.losses": ({}, ("penstock.v1.contrib_losses", "penstock.v1.losses")),
    "contrib.losses.metric_learning": ({}, ("penstock.v1.contrib_metric_learning",)),
    "contrib.metrics": ({}, ("penstock.v1.contrib_metrics", "penstock.v1.metrics")),
    "contrib.eager": ({}, ("penstock.compat.v1.contrib_eager",)),
    "contrib.slim": (
        {
            **_ACTIVATIONS,
            **placed("create_global_step get_global_step get_or_create_global_step",
                     "penstock.v1.global_step"),
            "evaluation": f"{_SLIM}.evaluation",
            "learning": f"{_SLIM}.learning",
            "losses": "penstock.v1.contrib_losses",
            "metrics": "penstock.v1.contrib_metrics",
            "model_analyzer": f"{_SLIM}.model_analyzer",
            "summaries": f"{_SLIM}.summaries",
        },
        ("penstock.v1.contrib_framework", *_LAYERS),
    ),
    "contrib.slim.layers": ({}, _LAYERS),
    "contrib.slim.utils": ({}, (_UTILS,)),
    "contrib.layers.utils": ({}, (_UTILS,)),
    "contrib.slim.initializers": ({}, (_INITIALIZERS,)),
    "contrib.slim.regularizers": ({}, (_REGULARIZERS,)),
    "contrib.slim.learning": ({}, (f"{_SLIM}.learning",)),
    "contrib.slim.evaluation": ({}, (f"{_SLIM}.evaluation",)),
    "contrib.slim.metrics": ({}, ("penstock.v1.contrib_metrics",)),
    "contrib.slim.losses": ({}, ("penstock.v1.contrib_losses",)),
    "contrib.slim.model_analyzer": ({}, (f"{_SLIM}.model_analyzer",)),
    "contrib.slim.summaries": ({}, (f"{_SLIM}.summaries",)),
    "contrib.slim.nets": ({}, ()),
    **{
        f"contrib.slim.nets.{net}": ({}, (f"{_SLIM}.nets.{net}",))
        for net in ("alexnet", "resnet_utils", "resnet_v1", "resnet_v2", "vgg")
    },
    "contrib.legacy_seq2seq": ({}, ("penstock.v1.contrib_legacy_seq2seq",)),
    "contrib.learn": ({}, ()),
    "contrib.learn.datasets": (_TUTORIAL, ("penstock.v1.contrib_learn_datasets",)),
    "contrib.learn.datasets.mnist": _TUTORIAL_MODULE,
    "contrib.learn.datasets.base": ({}, ("penstock.v1.contrib_learn_datasets",)),
    "contrib.learn.preprocessing": ({}, ("penstock.v1.contrib_learn_text",)),
    "contrib.learn.python": ({}, ()),
    "contrib.learn.python.learn": ({}, ()),
    "contrib.learn.python.learn.datasets": (
        _TUTORIAL, ("penstock.v1.contrib_learn_datasets",)
    ),
    "contrib.learn.python.learn.datasets.mnist": _TUTORIAL_MODULE,
    "contrib.learn.python.learn.datasets.base": (
        {}, ("penstock.v1.contrib_learn_datasets",)
    ),
    "contrib.lookup": ({}, ("penstock.v1.lookup",)),
    "contrib.opt": ({}, ("penstock.v1.contrib_opt",)),
    "contrib.data": ({}, ("penstock.v1.contrib_data",)),
    "contrib.training": ({}, ("penstock.v1.contrib_training",)),
    "contrib.training.python.training.hparam": ({}, (_HPARAMS,)),
    "contrib.distributions": ({}, ("penstock.v1.distributions.contrib",)),
    "contrib.distributions.bijectors": ({}, ("penstock.v1.distributions.bijectors",)),
    "contrib.deprecated": (_SUMMARIES, ()),
    "contrib.signal": ({}, ("penstock.api.signal*",)),
    "contrib.stateless": (_STATELESS, ()),
    "contrib.distribute": (_STRATEGIES, ()),
    "contrib.nn": (placed("alpha_dropout", "penstock.v1.contrib_nn"), ()),
    "contrib.tensorboard": ({}, ()),
    "contrib.tensorboard.plugins": ({}, ()),
    "contrib.tensorboard.plugins.projector": ({}, ("penstock.v1.contrib_projector",)),
}  # fmt: skip
