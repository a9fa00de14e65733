"""The weights of layers: variables read in the layer's compute dtype."""

from __future__ import annotations

import threading
from contextlib import contextmanager

from penstock.api.variable import Variable
from penstock.core.dtypes import DType
from penstock.ir.op import TABLE


class _Casting(threading.local):
    wanted: DType | None = None


_casting = _Casting()


@contextmanager
def casting(wanted: DType | None):
    """Inside a `with`, floating weights are read as `wanted` (None: as they are)."""
    before, _casting.wanted = _casting.wanted, wanted
    try:
        yield
    finally:
        _casting.wanted = before


class LayerVariable(Variable):
    """A weight. Under a mixed precision policy, a layer's `call` reads it narrowed."""

    autocast = True

    def _dense_tensor(self, dtype=None, name=None):
        value = super()._dense_tensor(dtype, name)
        wanted = _casting.wanted
        if wanted is None or not self.autocast or wanted is self._dtype:
            return value
        return TABLE["Cast"](value, DstT=wanted) if self._dtype.is_floating else value
