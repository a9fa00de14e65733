"""The normal distribution function and its logarithm, exact far out in the tails."""

from __future__ import annotations

import math

from penstock.api import math_arithmetic as a
from penstock.api import math_functions as m
from penstock.api import math_special as special
from penstock.ir.op import TABLE


def ndtr(x):
    """The share of a standard normal below `x`, same shape."""
    w = x * math.sqrt(0.5)
    z = m.abs(w)
    outer = TABLE["SelectV2"](a.greater(w, 0.0), 2.0 - special.erfc(z), special.erfc(z))
    return 0.5 * TABLE["SelectV2"](
        a.less(z, math.sqrt(0.5)), 1.0 + special.erf(w), outer
    )


def log_ndtr(x):
    """The logarithm of `ndtr`; below -10 (float64: -20) by the asymptotic series of
    Abramowitz and Stegun (1964), 26.2.12.
    """
    wide = x.dtype.size == 8
    lower, upper = (-20.0, 8.0) if wide else (-10.0, 5.0)
    middle = m.log(ndtr(a.maximum(x, lower)))
    tail = _log_tail(a.minimum(x, lower))
    inside = TABLE["SelectV2"](a.greater(x, lower), middle, tail)
    return TABLE["SelectV2"](a.greater(x, upper), -ndtr(-x), inside)


def _log_tail(x):
    square = m.square(x)
    series = 1.0 - 1.0 / square + 3.0 / square**2 - 15.0 / square**3
    scale = -0.5 * square - m.log(-x) - 0.5 * math.log(2.0 * math.pi)
    return scale + m.log(series)
