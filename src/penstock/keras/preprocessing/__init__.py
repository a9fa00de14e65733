"""`keras.preprocessing`: images, text and sequences made ready, in NumPy."""

from penstock.keras.preprocessing import image, sequence, text

__all__ = ["image", "sequence", "text"]
