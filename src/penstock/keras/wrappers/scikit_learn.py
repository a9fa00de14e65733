"""`KerasClassifier` and `KerasRegressor`: Keras 2's models for scikit-learn.

Arguments that an estimator is made with go where they belong: to the function that
builds the model, or to `fit`, `predict` and `evaluate`.
"""

from __future__ import annotations

import copy
import inspect
from typing import Any

import numpy as np

from penstock.keras.model import Model
from penstock.keras.sequential import Sequential
from penstock.keras.utils.numeric import to_categorical


class BaseWrapper:
    """`build_fn(**some of sk_params)` gives a compiled model.

    `build_fn` is a function, an object that can be called, or None where the subclass
    has a `__call__` that builds. Raises ValueError for a parameter that no one takes.
    """

    _estimator_type = ""

    def __init__(self, build_fn=None, **sk_params):
        self.build_fn, self.sk_params = build_fn, sk_params
        self.check_params(sk_params)

    def _builder(self):
        return type(self).__call__ if self.build_fn is None else self.build_fn  # type: ignore[attr-defined]

    def check_params(self, params) -> None:
        """Raises ValueError for names that nobody takes."""
        takers = [
            Sequential.fit, Sequential.predict, Model.evaluate, self._builder(),
        ]  # fmt: skip
        known = {"nb_epoch", "nb_classes"}.union(*map(_argument_names, takers))
        unknown = sorted(set(params) - known)
        if unknown and not _takes_any(self._builder()):
            raise ValueError(f"{unknown[0]} is not a legal parameter")

    def get_params(self, deep=True) -> dict[str, Any]:
        """The parameters this estimator was made with."""
        params = copy.deepcopy(self.sk_params) if deep else dict(self.sk_params)
        return {**params, "build_fn": self.build_fn}

    def set_params(self, **params) -> BaseWrapper:
        self.check_params({k: v for k, v in params.items() if k != "build_fn"})
        if "build_fn" in params:
            self.build_fn = params.pop("build_fn")
        self.sk_params.update(params)
        return self

    def filter_sk_params(self, fn, override=None) -> dict[str, Any]:
        """Those of the parameters that `fn` takes, with `override` on top."""
        names = _argument_names(fn)
        taken = {k: v for k, v in self.sk_params.items() if k in names}
        return {**taken, **(override or {})}

    def _build(self) -> Model:
        builder = self._builder()
        arguments = self.filter_sk_params(builder)
        return builder(self, **arguments) if self.build_fn is None else (
            builder(**arguments)
        )  # fmt: skip

    def fit(self, x, y, **kwargs):
        """Build a model and train it on `x`, `y`; gives its `History`."""
        self.model = self._build()
        if _loss_name(self.model) == "categorical_crossentropy" and np.ndim(y) != 2:
            y = to_categorical(y)
        arguments = self.filter_sk_params(Sequential.fit, kwargs)
        return self.model.fit(x, y, **arguments)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model")

    def __sklearn_tags__(self):
        from sklearn.utils import ClassifierTags, RegressorTags, Tags, TargetTags

        kind = self._estimator_type
        return Tags(
            estimator_type=kind, target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags() if kind == "classifier" else None,
            regressor_tags=RegressorTags() if kind == "regressor" else None,
        )  # fmt: skip


class KerasClassifier(BaseWrapper):
    """A model whose outputs are probabilities, as a classifier."""

    _estimator_type = "classifier"

    def fit(self, x, y, **kwargs):
        """Train on labels [n] of any kind, or one-hot [n, classes]."""
        y = np.array(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
            self.classes_ = np.unique(y)
            y = np.searchsorted(self.classes_, y)
        else:
            raise ValueError(f"Invalid shape for y: {y.shape}")
        self.n_classes_ = len(self.classes_)
        return super().fit(x, y, **kwargs)

    def predict(self, x, **kwargs) -> np.ndarray:
        """The class of each row, as it was given to `fit`."""
        p = self._outputs(x, kwargs)
        if p.shape[-1] > 1:
            return self.classes_[p.argmax(axis=-1)]
        return self.classes_[(p > 0.5).astype("int32")]

    def predict_proba(self, x, **kwargs) -> np.ndarray:
        """The probability of each class, [n, classes]."""
        p = self._outputs(x, kwargs)
        return np.hstack([1 - p, p]) if p.shape[1] == 1 else p

    def _outputs(self, x, kwargs) -> np.ndarray:
        return self.model.predict(x, **self.filter_sk_params(Model.predict, kwargs))

    def score(self, x, y, **kwargs) -> float:
        """The accuracy. Raises ValueError where the model does not measure it."""
        y = np.searchsorted(self.classes_, y)
        if _loss_name(self.model) == "categorical_crossentropy" and np.ndim(y) != 2:
            y = to_categorical(y, self.n_classes_)
        arguments = self.filter_sk_params(Model.evaluate, kwargs)
        found: Any = self.model.evaluate(x, y, return_dict=True, **arguments)
        for name in ("accuracy", "acc"):
            if name in found:
                return found[name]
        raise ValueError(
            "The model is not configured to compute accuracy. You should pass "
            '`metrics=["accuracy"]` to the `model.compile()` method.'
        )


class KerasRegressor(BaseWrapper):
    """A model with one output, as a regressor."""

    _estimator_type = "regressor"

    def predict(self, x, **kwargs) -> np.ndarray:
        arguments = self.filter_sk_params(Model.predict, kwargs)
        return np.squeeze(self.model.predict(x, **arguments), -1)

    def score(self, x, y, **kwargs) -> float:
        """The negative loss: more is better, as scikit-learn has it."""
        arguments = self.filter_sk_params(Model.evaluate, kwargs)
        found: Any = self.model.evaluate(x, y, **arguments)
        return -(found[0] if isinstance(found, list) else found)


def _argument_names(function) -> set[str]:
    return set(inspect.signature(function).parameters) - {"self"}


def _takes_any(function) -> bool:
    kinds = (p.kind for p in inspect.signature(function).parameters.values())
    return inspect.Parameter.VAR_KEYWORD in kinds


def _loss_name(model) -> str:
    loss = model.loss
    return loss if isinstance(loss, str) else getattr(loss, "__name__", "")
