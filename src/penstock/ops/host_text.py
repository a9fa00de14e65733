"""How values are written as text: TensorFlow's two printed forms of a tensor."""

from __future__ import annotations

import numpy as np


def number(value) -> str:
    """One element: few digits where they suffice, else all that tell it apart."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, bool | np.bool_):
        return "1" if value else "0"
    kind = np.asarray(value).dtype
    if kind.kind in "iu":
        return str(int(value))
    if kind.kind == "c":
        return f"({number(value.real)},{number(value.imag)})"
    wide = kind.itemsize == 8
    exact = np.float64(value) if wide else np.float32(value)
    short, full = (f"{float(exact):.{n}g}" for n in ((15, 17) if wide else (6, 9)))
    return short if np.isnan(exact) or type(exact)(short) == exact else full


def flat_summary(array, limit: int) -> str:
    """As `tf.Print` writes: at most `limit` elements, negative for all."""
    array = np.asarray(array)
    limit = array.size if limit < 0 else limit
    if array.ndim == 0:
        return f"[{number(array[()])}]"
    if array.size == 0:
        return "[]"
    out: list[str] = []
    _flat_part(array, limit, 0, out)
    more = "..." if array.size > limit else ""
    return f"[{''.join(out)}{more}]"


def _flat_part(array, limit: int, count: int, out: list[str], depth: int = 0) -> int:
    """Write one dimension; how many elements are written afterwards."""
    if count >= limit:
        return count
    if array.ndim == 1:
        for i, item in enumerate(array):
            if count >= limit:
                if depth:
                    out.append("...")
                return count
            out.append(number(item) if i == 0 else f" {number(item)}")
            count += 1
        return count
    for part in array:
        opened = count < limit
        if opened:
            out.append("[")
        count = _flat_part(part, limit, count, out, depth + 1)
        if opened:
            out.append("]")
    return count


def summary(array, edge: int) -> str:
    """As `tf.print` writes: rows on lines, `edge` items at either end, -1 for all."""
    array = np.asarray(array)
    if array.ndim == 0:
        return _quoted(array[()])
    if array.size == 0:
        return "[]"
    return _part(array, edge, 0)


def _quoted(value) -> str:
    return f'"{number(value)}"' if isinstance(value, bytes) else number(value)


def _part(array, edge: int, depth: int) -> str:
    n = len(array)
    if edge >= 0 and n > 2 * edge:
        items = [*range(edge), None, *range(n - edge, n)]
    else:
        items = list(range(n))
    if array.ndim == 1:
        return (
            "["
            + " ".join("..." if i is None else _quoted(array[i]) for i in items)
            + "]"
        )
    gap = "\n" * (array.ndim - 1) + " " * (depth + 1)
    parts = ["..." if i is None else _part(array[i], edge, depth + 1) for i in items]
    return "[" + gap.join(parts) + "]"
