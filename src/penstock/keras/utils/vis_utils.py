"""The module's name in Keras before 2.13: `from keras.utils import vis_utils`."""

from penstock.keras.plotting import model_to_dot, plot_model

__all__ = ["model_to_dot", "plot_model"]
