"""Snippets of 2.x programs and what TensorFlow printed for them.

A file in `snippets/` holds many, each below a line `# --- name`. The recorder and the
tests run them by this module, so both see the same program. A snippet finds `tf`, `np`
and `fails`, which prints the class of the error that its argument raises.
"""

import contextlib
import io
import linecache
import re
import sys
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "snippets"
_NUMBER = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:e[-+]?\d+)?|nan|inf")


def read(topic: str) -> dict[str, str]:
    """The snippets of one file by name."""
    text = (FOLDER / f"{topic}.txt").read_text()
    parts = re.split(r"(?m)^# --- (.+)$", text)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def topics() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.txt"))


def fails(function) -> None:
    """Print the class of the error that `function` raises."""
    try:
        function()
    except Exception as error:
        # Penstock's own name for ValueErrors that are about shapes.
        print(type(error).__name__.replace("ShapeError", "ValueError"))
    else:
        print("no error")


def run(code: str, tf, name: str = "snippet") -> str:
    """What the snippet prints to standard output and error."""
    # Its control flow on tensors is rewritten, for which the source must be found.
    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    out = io.StringIO()
    names = {"tf": tf, "np": np, "fails": fails, "__name__": "snippet"}
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        tf.random.set_seed(1)
        exec(compile(code, name, "exec"), names)
    return out.getvalue()


def same(mine: str, theirs: str, rtol=1e-5, atol=1e-6) -> bool:
    """Equal text; where numbers are written, equal to within float32's rounding."""
    if mine == theirs:
        return True
    if _skeleton(mine) != _skeleton(theirs):
        return False
    a, b = (list(map(float, _NUMBER.findall(t))) for t in (mine, theirs))
    return len(a) == len(b) and np.allclose(a, b, rtol, atol, equal_nan=True)


def _skeleton(text: str) -> str:
    if "OrderedDict" in text and sys.version_info >= (3, 12):
        # written OrderedDict({'a': 1}) since, no longer OrderedDict([('a', 1)])
        text = re.sub(r"[][(){}:,]", "", text)
    return re.sub(r"\s+", "", _NUMBER.sub("#", text))
