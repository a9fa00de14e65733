"""Losses as objects, with a reduction. As `tf.keras.losses`."""

from __future__ import annotations

import inspect
from typing import Any

from penstock.api.scopes import tensor
from penstock.core import nest
from penstock.ir.tensor import Tensor
from penstock.keras.losses import crossentropy as entropy
from penstock.keras.losses import functions as f
from penstock.keras.losses import newer
from penstock.keras.losses.functions import FAMILY
from penstock.keras.losses.reduction import Reduction, fitted, reduced
from penstock.keras.masks import getattr_mask, set_mask


class Loss:
    """The base of losses: a subclass defines `call(y_true, y_pred)`, one by sample.

    `reduction`: "sum_over_batch_size" (also "auto"), "sum", "none".
    """

    def __init__(self, reduction=Reduction.AUTO, name=None, dtype=None):
        del dtype
        Reduction.validate(reduction)
        self.reduction, self.name = reduction, name

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The loss of a batch; a scalar unless the reduction is "none"."""
        values = tensor(self.call(y_true, y_pred))
        mask = getattr_mask(y_pred) if not nest.is_nested(y_pred) else None
        if mask is not None and getattr_mask(values) is None:
            if mask.dims is None or values.dims is None or (
                len(mask.dims) == len(values.dims)
            ):  # fmt: skip
                set_mask(values, mask)
        return reduced(values, sample_weight, self.reduction)

    def call(self, y_true, y_pred):
        raise NotImplementedError(
            f"{type(self).__name__} needs a `call(y_true, y_pred)` method."
        )

    def get_config(self) -> dict[str, Any]:
        return {"reduction": self.reduction, "name": self.name}

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        if cls is LossFunctionWrapper:
            config["fn"] = get(config["fn"])
        elif issubclass(cls, LossFunctionWrapper):
            config.pop("fn", None)  # tf_keras names the function of its classes too
        return cls(**config)


class LossFunctionWrapper(Loss):
    """A loss function with a reduction."""

    def __init__(self, fn, reduction=Reduction.AUTO, name=None, **kwargs):
        super().__init__(reduction, name or getattr(fn, "__name__", None))
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true, y_pred):
        # Arrays broadcast as they are, as in tf_keras; `fit` passes tensors.
        if isinstance(y_pred, Tensor) and isinstance(y_true, Tensor):
            y_true, y_pred = fitted(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self):
        config = {**super().get_config(), **self._fn_kwargs}
        if type(self) is LossFunctionWrapper:
            config["fn"] = FAMILY.serialize(self.fn)
        return config


_Argument = inspect.Parameter
_POSITION, _KEYWORD = _Argument.POSITIONAL_OR_KEYWORD, _Argument.KEYWORD_ONLY


def _declare(name: str, function, first: str = "", label=None, last: str = "") -> type:
    """A class around `function`. Options `first` precede `reduction` and `name`, those
    in `last` follow by keyword; a default among the latter stays out of the config.
    """
    defaults = {k: p.default for k, p in inspect.signature(function).parameters.items()}
    later = {k: defaults[k] for k in last.split()}
    defaults |= {"reduction": Reduction.AUTO, "name": label or function.__name__}
    signature = inspect.Signature([
        _Argument("self", _Argument.POSITIONAL_ONLY),
        *(
            _Argument(k, _POSITION, default=defaults[k])
            for k in [*first.split(), "reduction", "name"]
        ),
        *(_Argument(k, _KEYWORD, default=v) for k, v in later.items()),
        _Argument("dtype", _KEYWORD, default=None),
    ])  # fmt: skip

    def __init__(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        given = dict(bound.arguments)
        del given["dtype"]
        given = {k: v for k, v in given.items() if k not in later or v != later[k]}
        LossFunctionWrapper.__init__(given.pop("self"), function, **given)

    __init__.__signature__ = signature  # type: ignore[attr-defined]
    doc = (function.__doc__ or name).strip().splitlines()[0]
    made = type(name, (LossFunctionWrapper,), {
        "__init__": __init__, "__doc__": doc, "__module__": __name__,
    })  # fmt: skip
    return FAMILY.add()(made)


MeanSquaredError = _declare("MeanSquaredError", f.mean_squared_error)
MeanAbsoluteError = _declare("MeanAbsoluteError", f.mean_absolute_error)
MeanAbsolutePercentageError = _declare(
    "MeanAbsolutePercentageError", f.mean_absolute_percentage_error
)
MeanSquaredLogarithmicError = _declare(
    "MeanSquaredLogarithmicError", f.mean_squared_logarithmic_error
)
_ENTROPY = "from_logits label_smoothing axis"
BinaryCrossentropy = _declare(
    "BinaryCrossentropy", entropy.binary_crossentropy, _ENTROPY
)
BinaryFocalCrossentropy = _declare(
    "BinaryFocalCrossentropy", entropy.binary_focal_crossentropy,
    f"apply_class_balancing alpha gamma {_ENTROPY}",
)  # fmt: skip
CategoricalCrossentropy = _declare(
    "CategoricalCrossentropy", entropy.categorical_crossentropy, _ENTROPY
)
CategoricalFocalCrossentropy = _declare(
    "CategoricalFocalCrossentropy", entropy.categorical_focal_crossentropy,
    f"alpha gamma {_ENTROPY}",
)  # fmt: skip
SparseCategoricalCrossentropy = _declare(
    "SparseCategoricalCrossentropy", entropy.sparse_categorical_crossentropy,
    "from_logits ignore_class", last="axis",
)  # fmt: skip
CategoricalGeneralizedCrossEntropy = _declare(
    "CategoricalGeneralizedCrossEntropy", newer.categorical_generalized_cross_entropy,
    "q",
)  # fmt: skip
Hinge = _declare("Hinge", f.hinge)
SquaredHinge = _declare("SquaredHinge", f.squared_hinge)
CategoricalHinge = _declare("CategoricalHinge", f.categorical_hinge)
Poisson = _declare("Poisson", f.poisson)
LogCosh = _declare("LogCosh", f.log_cosh)
KLDivergence = _declare("KLDivergence", f.kl_divergence)
Huber = _declare("Huber", f.huber, "delta", "huber_loss")
CosineSimilarity = _declare("CosineSimilarity", f.cosine_similarity, "axis")
CTC = _declare("CTC", newer.ctc, "")
Circle = _declare("Circle", newer.circle, "gamma margin remove_diagonal")
Dice = _declare("Dice", newer.dice, last="axis")
Tversky = _declare("Tversky", newer.tversky, "alpha beta", last="axis")


def get(identifier):
    """A loss function or object from its name, config or itself; None stays None."""
    return FAMILY.get(identifier)


def serialize(loss, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.serialize(loss)


def deserialize(name, custom_objects=None, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.deserialize(name, custom_objects)


def get_loss_object(identifier):
    """A loss as an object that reduces to one number, or None.

    Raises ValueError for what names no loss.
    """
    loss = get(identifier)
    if loss is None or isinstance(loss, Loss):
        return loss
    if not inspect.isfunction(loss) and type(loss).__module__.startswith("keras"):
        raise ValueError(f"Could not interpret loss identifier: {identifier!r}.")
    return LossFunctionWrapper(loss, name=getattr(loss, "__name__", "loss"))
