"""The progress bar of Keras 2: `3/3 [====] - 1s 5ms/step - loss: 0.6111`."""

from __future__ import annotations

import time

import numpy as np

from penstock.keras.utils.interactive import say


class Progbar:
    """Shows a count against `target` (None if unknown) and averages of metrics.

    `verbose`: 0 nothing, 1 a moving line, 2 one line at the end. `width` is in
    characters, `interval` the least number of seconds between two drawings. A metric
    in `stateful_metrics` is shown as it is, any other as the mean over units.
    """

    def __init__(
        self,
        target,
        width=30,
        verbose=1,
        interval=0.05,
        stateful_metrics=None,
        unit_name="step",
    ):
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.stateful_metrics = set(stateful_metrics or ())
        self.unit_name = unit_name
        # name -> (sum, count), or (value, None) where it is shown as it is
        self._values: dict[str, tuple] = {}
        self._seen = 0
        self._drawn_width = 0
        self._start = time.time()
        self._first_done: float | None = None
        self._last_draw = 0.0

    def update(self, current, values=None, finalize=None) -> None:
        """`current` units are done; `values` is [(name, value)] of the latest."""
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        self._collect(current, values or ())
        now = time.time()
        if current == 1:
            self._first_done = now
        if self.verbose == 1:
            if now - self._last_draw < self.interval and not finalize:
                return
            self._draw(current, now, finalize)
            self._last_draw = now
        elif self.verbose == 2 and finalize:
            self._report(current, now)

    def add(self, n, values=None) -> None:
        """`n` more units are done."""
        self.update(self._seen + n, values)

    def _collect(self, current, values) -> None:
        units = max(current - self._seen, 1)
        for name, value in values:
            if name in self.stateful_metrics:
                self._values[name] = (value, None)
            else:
                total, count = self._values.get(name, (0.0, 0))
                if count is None:
                    total, count = 0.0, 0
                self._values[name] = (total + value * units, count + units)
        self._seen = current

    def _draw(self, current, now: float, finalize: bool) -> None:
        line = self._bar(current)
        if self.target is None or finalize:
            line += f" - {now - self._start:.0f}s {self._pace(current, now)}"
        else:
            left = self._per_unit(current, now) * (self.target - current)
            line += f" - ETA: {_clock(left)}"
        line += self._metrics()
        moved = "\b" * self._drawn_width + "\r"
        padding = " " * max(0, self._drawn_width - len(line))
        self._drawn_width = len(line)
        say(moved + line + padding + ("\n" if finalize else ""))

    def _report(self, current, now: float) -> None:
        elapsed = now - self._start
        count = f"{current}" if self.target is None else self._count(current)
        say(
            f"{count} - {elapsed:.0f}s{self._metrics()} - {_pace(elapsed, 'epoch')} - "
            f"{self._pace(current, now)}\n"
        )

    def _count(self, current) -> str:
        return f"{current:{len(str(self.target))}d}/{self.target}"

    def _bar(self, current) -> str:
        if self.target is None:
            return f"{current:7d}/Unknown"
        done = min(int(self.width * current / self.target), self.width)
        head = "" if done == 0 else "=" * (done - 1) + "=>"[current < self.target]
        return f"{self._count(current)} [{head}{'.' * (self.width - done)}]"

    def _metrics(self) -> str:
        return "".join(
            f" - {name}: {_shown(value, count)}"
            for name, (value, count) in self._values.items()
        )

    def _per_unit(self, current, now: float) -> float:
        """Seconds per unit, without the first one (which compiles)."""
        if not current:
            return 0.0
        if self._first_done is not None and current > 1:
            return (now - self._first_done) / (current - 1)
        return (now - self._start) / current

    def _pace(self, current, now: float) -> str:
        return _pace(self._per_unit(current, now), self.unit_name)


def _shown(value, count) -> str:
    if count is None:
        if not isinstance(value, int | float | np.generic | np.ndarray):
            return str(value)
        average = float(np.mean(np.asarray(value)))
    else:
        average = float(np.mean(value / max(1, count)))
    return f"{average:.4f}" if abs(average) > 1e-3 else f"{average:.4e}"


def _clock(seconds: float) -> str:
    whole = int(seconds)
    if seconds > 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    if seconds > 60:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole}s"


def _pace(seconds: float, unit: str) -> str:
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s/{unit}"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.0f}ms/{unit}"
    return f"{seconds * 1e6:.0f}us/{unit}"
