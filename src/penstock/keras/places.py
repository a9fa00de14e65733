"""Which modules the names of `tf.keras` come from."""

from __future__ import annotations


def _all(names: str, place: str) -> dict[str, str]:
    return {n: f"{place}:{n}" for n in names.split()}


_UTILS = {
    **_all(
        "CustomObjectScope custom_object_scope get_custom_objects"
        " register_keras_serializable get_registered_name get_registered_object",
        "penstock.keras.registry",
    ),
}
_CONFIG = {
    **_all(
        "floatx set_floatx epsilon set_epsilon image_data_format set_image_data_format",
        "penstock.keras.backend_config",
    ),
    **_all(
        "disable_interactive_logging enable_interactive_logging"
        " is_interactive_logging_enabled",
        "penstock.keras.utils.interactive",
    ),
    "backend": "penstock.keras.backend:backend",
    "enable_unsafe_deserialization": "penstock.keras.layers.functions:allow_code",
    "dtype_policy": "penstock.keras.mixed_precision:global_policy",
    "set_dtype_policy": "penstock.keras.mixed_precision:set_global_policy",
}
_POLICIES = {
    **_all("DTypePolicy FloatDTypePolicy", "penstock.keras.mixed_precision"),
    **_all("get serialize deserialize", "penstock.keras.policies"),
}
_OF_FILES = _all(
    "serialize_keras_object deserialize_keras_object", "penstock.keras.archive"
)
_MODELS = {
    "Model": "penstock.keras.model:Model",
    "Sequential": "penstock.keras.sequential:Sequential",
    **_all(
        "load_model save_model clone_model model_from_json model_from_config",
        "penstock.keras.archive",
    ),
    "model_from_yaml": "penstock.keras.old_names:model_from_yaml",
}

TREE: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "": (
        {
            "Input": "penstock.keras.input_layer:Input",
            "Model": "penstock.keras.model:Model",
            "Sequential": "penstock.keras.sequential:Sequential",
            # Keras 3 shows its base classes at the root.
            "Layer": "penstock.keras.layer:Layer",
            "InputSpec": "penstock.keras.input_spec:InputSpec",
            "Initializer": "penstock.keras.initializers:Initializer",
            "Regularizer": "penstock.keras.regularizers:Regularizer",
            "Loss": "penstock.keras.losses:Loss",
            "Metric": "penstock.keras.metrics:Metric",
            "Optimizer": "penstock.keras.optimizers:Optimizer",
            "Variable": "penstock.api.variable:Variable",
            "KerasTensor": "penstock.keras.keras_tensor:KerasTensor",
            "DTypePolicy": "penstock.keras.mixed_precision:Policy",
            "FloatDTypePolicy": "penstock.keras.mixed_precision:Policy",
            "name_scope": "penstock.v2.scopes:name_scope",
            "version": "penstock.keras.backend_config:version",
            **{
                n: f"penstock.keras.{n}"
                for n in (
                    "activations applications backend callbacks constraints datasets "
                    "initializers layers losses metrics mixed_precision ops optimizers "
                    "preprocessing random regularizers tree utils wrappers"
                ).split()
            },
        },
        (),
    ),
    "models": (_MODELS, ()),
    "config": (_CONFIG, ()),
    "dtype_policies": (_POLICIES, ()),
    "experimental": (
        _all("CosineDecay CosineDecayRestarts", "penstock.keras.schedules"), ()
    ),
    "legacy.saving": (_OF_FILES, ()),
    "saving": (
        {
            **_UTILS,
            **_all(
                "load_model save_model load_weights save_weights",
                "penstock.keras.archive",
            ),
            **_OF_FILES,
        },
        (),
    ),
}  # fmt: skip
