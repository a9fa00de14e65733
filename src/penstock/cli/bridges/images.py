"""Pillow's renamed filters and SciPy's image functions."""

from __future__ import annotations

from penstock.cli.bridges import Bridge, add


def pillow(image):
    """`Image.ANTIALIAS`, removed in Pillow 10."""
    add(image, {"ANTIALIAS": lambda: image.LANCZOS, "LINEAR": lambda: image.BILINEAR})
    add(image, {"CUBIC": lambda: image.BICUBIC})


def pillow_package(package):
    """`import PIL` and then `PIL.Image`, which importing TensorFlow brought in."""
    import PIL.Image  # noqa: F401


def bytescale(data, cmin=None, cmax=None, high=255, low=0):
    """`data` scaled from cmin..cmax to low..high, as bytes; bytes stay as they are."""
    import numpy as np

    data = np.asarray(data)
    if data.dtype == np.uint8:
        return data
    least = data.min() if cmin is None else cmin
    span = (data.max() if cmax is None else cmax) - least
    scaled = (data - least) * ((high - low) / (span or 1)) + low
    return (scaled.clip(low, high) + 0.5).astype(np.uint8)


def toimage(arr, high=255, low=0, cmin=None, cmax=None, mode=None):
    """A Pillow image of `arr` [height, width(, channels)], its range stretched."""
    from PIL import Image

    image = Image.fromarray(bytescale(arr, cmin, cmax, high, low))
    return image.convert(mode) if mode else image


def imread(name, flatten=False, mode=None):
    """The image file as an array [height, width(, channels)]."""
    import numpy as np
    from PIL import Image

    with Image.open(name) as image:
        if flatten:
            return np.asarray(image.convert("F"))
        if mode or image.mode == "P":
            image = image.convert(mode or "RGBA")
        return np.array(image)


def imresize(arr, size, interp="bilinear", mode=None):
    """`arr` resized: to a percentage (int), a factor (float) or (height, width)."""
    import numpy as np
    from PIL import Image

    image = toimage(arr, mode=mode)
    if isinstance(size, (int, np.integer)):
        width, height = (int(n * size / 100) for n in image.size)
    elif isinstance(size, (float, np.floating)):
        width, height = (int(n * size) for n in image.size)
    else:
        height, width = size[:2]
    how = {"cubic": "BICUBIC"}.get(interp, interp.upper())
    return np.array(image.resize((width, height), getattr(Image.Resampling, how)))


def imsave(name, arr, format=None):
    toimage(arr).save(name, format)


FUNCTIONS = (bytescale, imread, imresize, imsave, toimage)


def scipy_misc(misc):
    """`scipy.misc.imread` and its kin, removed in SciPy 1.2."""
    for function in FUNCTIONS:
        if function.__name__ not in vars(misc):
            setattr(misc, function.__name__, function)


SCIPY = "scipy.misc.imread, imresize, imsave, toimage"
BRIDGES = [
    Bridge("PIL", "PIL.Image", pillow_package),
    Bridge("PIL.Image", "Image.ANTIALIAS", pillow),
    Bridge("scipy.misc", SCIPY, scipy_misc),
]
ABSENT = []
