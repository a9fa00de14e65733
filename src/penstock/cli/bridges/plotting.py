"""Matplotlib: what was renamed or removed."""

from __future__ import annotations

import functools

from penstock.cli.bridges import Bridge, add


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


def styles(style):
    """`plt.style.use("seaborn-whitegrid")`: those styles got a version in 3.6."""
    for name, rules in list(style.library.items()):
        if name.startswith("seaborn-v0_8"):
            style.library.setdefault("seaborn" + name[len("seaborn-v0_8") :], rules)


BRIDGES = [
    Bridge("matplotlib.pyplot", "plt.gca(projection=...), hist(normed=...)", pyplot),
    Bridge("matplotlib.figure", "fig.gca(projection=...)", figure),
    Bridge("matplotlib.cm", "cm.get_cmap", colormaps),
    Bridge("matplotlib.style", "style 'seaborn-whitegrid' and its kin", styles),
]
ABSENT = []
