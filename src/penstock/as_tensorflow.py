"""`import penstock.as_tensorflow`: from here on `import tensorflow` gives Penstock.

For notebooks and interactive work, where `penstock run` is not at hand. The face is
2.x unless `PENSTOCK_FACE=1` says otherwise, or `use`:

    import penstock.as_tensorflow
    penstock.as_tensorflow.use(1)
    import tensorflow as tf

What drifted beside TensorFlow is bridged too; `PENSTOCK_BRIDGES=0` leaves it alone.
"""

from __future__ import annotations

import os

from penstock.cli import bridges, facade


def use(face: int) -> None:
    """Makes `import tensorflow` give face 1 or 2, also after another one was used.

    Modules imported before keep what they have. Raises ValueError for another number.
    """
    if face not in (1, 2):
        raise ValueError(f"Penstock has face 1 (1.x) and 2 (2.x). Received: {face!r}")
    facade.install(face)


def _from_environment() -> int:
    text = os.environ.get("PENSTOCK_FACE", "2")
    if text not in ("1", "2"):
        raise ValueError(f"PENSTOCK_FACE is 1 or 2. Received: {text!r}")
    return int(text)


use(_from_environment())
if os.environ.get("PENSTOCK_BRIDGES", "1") != "0":
    bridges.install()
