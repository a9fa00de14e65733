"""Pillow, Matplotlib and SciPy's image functions: what was renamed or removed."""

from __future__ import annotations

import functools

from penstock.cli.bridges import Bridge, add


def pillow(image):
    """`Image.ANTIALIAS`, removed in Pillow 10."""
    add(image, {"ANTIALIAS": lambda: image.LANCZOS, "LINEAR": lambda: image.BILINEAR})
    add(image, {"CUBIC": lambda: image.BICUBIC})


def pyplot(plt):
    """`plt.gca(projection=...)`, `plt.hist(normed=...)`, `plt.hold`, `axisbg`."""
    gca, hist, subplot = plt.gca, plt.hist, plt.subplot

    @functools.wraps(gca)
    def gca_(**kwargs):
        return _axes(plt.gcf(), kwargs) if kwargs else gca()

    @functools.wraps(hist)
    def hist_(*args, normed=None, **kwargs):
        if normed is not None:
            kwargs.setdefault("density", bool(normed))
        return hist(*args, **kwargs)

    @functools.wraps(subplot)
    def subplot_(*args, **kwargs):
        if "axisbg" in kwargs:
            kwargs["facecolor"] = kwargs.pop("axisbg")
        return subplot(*args, **kwargs)

    plt.gca, plt.hist, plt.subplot = gca_, hist_, subplot_
    add(plt, {"hold": lambda: lambda *args: None})


def _axes(figure, kwargs):
    """The current axes if they are of that projection, else new ones."""
    for axes in figure.axes[-1:]:
        if getattr(axes, "name", "") == kwargs.get("projection", "rectilinear"):
            return axes
    return figure.add_subplot(111, **kwargs)


def figure(module):
    """`fig.gca(projection="3d")`, removed in Matplotlib 3.7."""
    original = module.Figure.gca

    @functools.wraps(original)
    def gca(self, **kwargs):
        return _axes(self, kwargs) if kwargs else original(self)

    module.Figure.gca = gca


def colormaps(cm):
    """`matplotlib.cm.get_cmap`, removed in Matplotlib 3.9."""

    def get_cmap(name=None, lut=None):
        import matplotlib

        if name is None:
            name = matplotlib.rcParams["image.cmap"]
        if not isinstance(name, str):
            return name
        found = matplotlib.colormaps[name]
        return found if lut is None else found.resampled(lut)

    add(cm, {"get_cmap": lambda: get_cmap})


def styles(core):
    """`plt.style.use("seaborn-whitegrid")`: those styles got a version in 3.6."""
    for name, style in list(core.library.items()):
        if name.startswith("seaborn-v0_8"):
            core.library.setdefault("seaborn" + name[len("seaborn-v0_8") :], style)


def images(misc):
    """`scipy.misc.imread`, `imresize`, `imsave`, `toimage`, removed in SciPy 1.2."""
    import numpy as np

    def toimage(arr, high=255, low=0, cmin=None, cmax=None, mode=None):
        from PIL import Image

        return Image.fromarray(bytescale(arr, cmin, cmax, high, low), mode)

    def bytescale(data, cmin=None, cmax=None, high=255, low=0):
        data = np.asarray(data)
        if data.dtype == np.uint8:
            return data
        least = data.min() if cmin is None else cmin
        span = (data.max() if cmax is None else cmax) - least
        scaled = (data - least) * ((high - low) / (span or 1)) + low
        return (scaled.clip(low, high) + 0.5).astype(np.uint8)

    def imread(name, flatten=False, mode=None):
        from PIL import Image

        with Image.open(name) as image:
            if flatten:
                return np.asarray(image.convert("F"))
            if mode or image.mode == "P":
                image = image.convert(mode or "RGBA")
            return np.array(image)

    def imresize(arr, size, interp="bilinear", mode=None):
        from PIL import Image

        image = toimage(arr, mode=mode)
        if isinstance(size, (int, np.integer)):
            size = tuple(int(n * size / 100) for n in image.size)
        elif isinstance(size, (float, np.floating)):
            size = tuple(int(n * size) for n in image.size)
        else:
            size = (size[1], size[0])
        how = {"cubic": "BICUBIC"}.get(interp, interp.upper())
        return np.array(image.resize(size, getattr(Image.Resampling, how)))

    def imsave(name, arr, format=None):
        toimage(arr).save(name, format)

    for function in (bytescale, imread, imresize, imsave, toimage):
        if function.__name__ not in vars(misc):
            setattr(misc, function.__name__, function)


BRIDGES = [
    Bridge("PIL.Image", "Image.ANTIALIAS", pillow),
    Bridge("matplotlib.pyplot", "plt.gca(projection=...), hist(normed=...)", pyplot),
    Bridge("matplotlib.figure", "fig.gca(projection=...)", figure),
    Bridge("matplotlib.cm", "cm.get_cmap", colormaps),
    Bridge("matplotlib.style.core", "style 'seaborn-whitegrid' and its kin", styles),
    Bridge("scipy.misc", "scipy.misc.imread, imresize, imsave, toimage", images),
]
ABSENT = []
