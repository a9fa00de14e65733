"""Progress bars under a clock that is set by hand."""

import contextlib
import io
import time
from unittest import mock

# name -> (target, units done at each update, seconds between, settings)
BARS = {
    "plain": (3, [1, 2, 3], 1.0, {}),
    "fast": (3, [1, 2, 3], 0.01, {}),
    "no_interval": (4, [1, 2, 3, 4], 0.01, {"interval": 0}),
    "unknown": (None, [1, 2, 3], 1.0, {}),
    "one_line": (3, [1, 2, 3], 1.0, {"verbose": 2}),
    "one_line_long": (100, range(1, 101), 0.02, {"verbose": 2}),
    "silent": (3, [1, 2, 3], 1.0, {"verbose": 0}),
    "hours": (1875, [1, 2], 40.0, {}),
    "days": (1875, [1, 2], 90000.0, {}),
    "minutes": (100, [1, 2], 2.0, {}),
    "milliseconds": (2, [1, 2], 0.0001, {}),
    "microseconds": (2, [1, 2], 0.00001, {}),
    "stateful": (3, [1, 2, 3], 1.0, {"stateful_metrics": ["acc"]}),
    "narrow": (3, [1, 2, 3], 1.0, {"width": 10, "unit_name": "file"}),
    "hundred": (100, range(1, 101), 0.02, {}),
    "jumps": (1000, [10, 400, 1000], 3.0, {}),
}


def values(done):
    return [("loss", 1.0 / done), ("acc", 0.5 * done), ("tiny", 1e-5 / done)]


def drawn(Progbar, name):
    """What the bar writes, with the clock in our hands."""
    target, steps, seconds, settings = BARS[name]
    now = [1000.0]
    out = io.StringIO()
    with (
        mock.patch.object(time, "time", lambda: now[0]),
        contextlib.redirect_stdout(out),
    ):
        bar = Progbar(target, **settings)
        for done in steps:
            now[0] += seconds
            bar.update(done, values(done))
        if name in ("unknown", "stateful"):
            now[0] += seconds
            bar.update(done, [("loss", 9.0), ("val_loss", 1.0)], finalize=True)
    return out.getvalue()
