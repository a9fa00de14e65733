"""TensorFlow-named functions that both faces share."""
