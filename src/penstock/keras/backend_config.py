"""What Keras code asks of its surroundings: float type, phase, policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from penstock.core.dtypes import as_dtype
from penstock.keras import graph_weights

_floatx = "float32"
_epsilon = 1e-7
_image_data_format = "channels_last"
_learning_phase: Any = None


def floatx() -> str:
    """The default float type, by name."""
    return _floatx


def set_floatx(value: str) -> None:
    """Raises ValueError for anything but float16, float32 and float64."""
    global _floatx
    if value not in {"float16", "bfloat16", "float32", "float64"}:
        raise ValueError(f"Unknown floatx type: {value!r}.")
    _floatx = str(value)


def epsilon() -> float:
    """The small number that keeps logarithms and divisions finite."""
    return _epsilon


def set_epsilon(value: float) -> None:
    global _epsilon
    _epsilon = float(value)


def image_data_format() -> str:
    return _image_data_format


def set_image_data_format(data_format: str) -> None:
    global _image_data_format
    if data_format not in {"channels_last", "channels_first"}:
        raise ValueError(f"Unknown data_format: {data_format!r}.")
    _image_data_format = data_format


_ORDERINGS = {"tf": "channels_last", "th": "channels_first"}


def image_dim_ordering() -> str:
    """`image_data_format` by its names of Keras 1: "tf" or "th"."""
    return "tf" if _image_data_format == "channels_last" else "th"


def set_image_dim_ordering(dim_ordering: str) -> None:
    if dim_ordering not in _ORDERINGS:
        raise ValueError(f"Unknown dim_ordering: {dim_ordering!r}. 'tf' and 'th' are.")
    set_image_data_format(_ORDERINGS[dim_ordering])


def standardize_dtype(dtype) -> str:
    """The name of a dtype, `floatx` for None. Raises TypeError, ValueError."""
    return floatx() if dtype is None else as_dtype(dtype).name


def learning_phase() -> Any:
    """Whether layers behave as in training where nothing else says so.

    In a 1.x program's graph, a placeholder to be fed, unless it was set.
    """
    if _learning_phase is not None:
        return _learning_phase
    graph = graph_weights.program_graph()
    return False if graph is None else graph_weights.learning_phase(graph)


def set_learning_phase(value: Any) -> None:
    global _learning_phase
    _learning_phase = value


# --- dtype policies -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Policy:
    """The dtypes of a layer: of its arithmetic and of its weights.

    As `tf.keras.mixed_precision.Policy`.
    """

    name: str

    def __post_init__(self):
        if not isinstance(self.name, str):
            raise TypeError(f"'name' must be a string, but got: {self.name}")
        if self.name in ("_infer", "mixed_float16", "mixed_bfloat16"):
            return
        try:
            as_dtype(self.name)
        except TypeError:
            raise ValueError(
                f"Cannot convert value {self.name} to a mixed precision Policy. Valid "
                "policies include 'mixed_float16', 'mixed_bfloat16', and the name of "
                "any dtype such as 'float32'."
            ) from None

    @property
    def compute_dtype(self) -> Any:
        if self.name.startswith("mixed_"):
            return self.name[len("mixed_") :]
        return None if self.name == "_infer" else self.name

    @property
    def variable_dtype(self) -> Any:
        if self.name.startswith("mixed_"):
            return "float32"
        return None if self.name == "_infer" else self.name

    def get_config(self) -> dict[str, str]:
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, str]) -> Policy:
        return cls(**config)

    def __repr__(self):
        return f'<Policy "{self.name}">'


_global_policy: Policy | None = None


def global_policy() -> Policy:
    return _global_policy or Policy(_floatx)


def set_global_policy(value) -> None:
    global _global_policy
    _global_policy = None if value is None else policy(value)


def policy(value) -> Policy:
    """`value` (Policy, dtype, name, serialized form, None) as a Policy."""
    if value is None:
        return global_policy()
    if isinstance(value, Policy):
        return value
    if isinstance(value, dict):
        return Policy(value["config"]["name"])
    return Policy(value if isinstance(value, str) else as_dtype(value).name)


def is_float_dtype(dtype) -> bool:
    """Whether `dtype` holds real numbers."""
    return as_dtype(dtype).is_floating


def is_int_dtype(dtype) -> bool:
    """Whether `dtype` holds whole numbers; Keras 3 counts bools."""
    return as_dtype(dtype).is_integer or as_dtype(dtype).is_bool


def serialize_policy(value: Policy):
    return value.name


def version() -> str:
    """The version of Keras whose habits these are."""
    from penstock import keras

    return keras.__version__
