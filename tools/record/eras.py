"""Writes src/penstock/cli/eras.py: which TensorFlow names belong to one era only.

Run with a Python that has TensorFlow 2.21. `tf.compat.v1` is the 1.x era's list of
names, `tf` the 2.x era's; a name in one of them alone tells a program's era.
"""

from __future__ import annotations

import pathlib
import textwrap
import types

import tensorflow as tf

# Too large, not era-specific, or loaded from packages that may be absent.
LEFT_OUT = frozenset(
    "__internal__ autodiff autograph compat dtensor estimator experimental keras lite"
    " mlir nest profiler quantization ragged raw_ops sets sysconfig test tools tpu"
    " types xla security".split()
)


def names(module, prefix="", depth=0):
    """All public dotted names below `module`, two levels deep."""
    found = set()
    try:
        listed = dir(module)
    except ImportError:  # a lazily loaded part that TensorFlow 2.21 itself lost
        return found
    for name in listed:
        if name.startswith("_") or name in LEFT_OUT:
            continue
        value = getattr(module, name, None)
        found.add(prefix + name)
        if isinstance(value, types.ModuleType) and depth < 2:
            found |= names(value, f"{prefix}{name}.", depth + 1)
    return found


def shortened(only):
    """Drops names below a module that is itself in `only`."""
    return sorted(
        n for n in only if not any(n.startswith(m + ".") for m in only if m != n)
    )


def block(title, words):
    text = textwrap.fill(" ".join(words), 84, break_on_hyphens=False)
    body = textwrap.indent(text, "    ")
    return f'{title} = frozenset(\n    """\n{body}\n    """.split()\n)\n'


def main():
    one, two = names(tf.compat.v1), names(tf)
    out = pathlib.Path(__file__).parents[2] / "src/penstock/cli/eras.py"
    out.write_text(
        '"""Names that exist in one era of TensorFlow only, below `tensorflow.`.\n\n'
        f"Written by tools/record/eras.py from TensorFlow {tf.__version__}: the names\n"
        "of `tf.compat.v1` without those of `tf`, and the other way round.\n"
        '"""\n\n'
        + block("ONLY_1X", shortened(one - two))
        + "\n"
        + block("ONLY_2X", shortened(two - one))
    )


if __name__ == "__main__":
    main()
