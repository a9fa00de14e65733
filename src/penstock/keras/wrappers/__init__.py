"""`keras.wrappers`: models as estimators of scikit-learn."""

from penstock.keras.wrappers import scikit_learn

__all__ = ["scikit_learn"]
