"""How long does the scalar program take, from `python` to its last line?

Minimising (w + 1)² in 40 steps, examples/v1/descent/descent.py: start, import,
graph, compilation, 120 runs and exit together. The compilation cache that Penstock
keeps between runs is warm, as it is on every run but a machine's first; that first
one is measured apart, with a cache folder of its own.
"""

import os
import sys
import tempfile

from bench import sides

PROGRAM = sides.ROOT / "examples" / "v1" / "descent" / "descent.py"


def first_ever() -> float:
    """Seconds of a run that finds no compilation cache."""
    command = [sys.executable, "-m", "penstock", "run", str(PROGRAM)]
    with tempfile.TemporaryDirectory() as folder:
        return sides.run(command, {"PENSTOCK_COMPILE_CACHE": folder}).seconds


def main() -> None:
    chosen = sides.options()
    mine, peers = sides.side_by_side(chosen.peer_python, PROGRAM, chosen.rounds)
    assert mine[0].printed == peers[0].printed, "the two print different numbers"
    theirs = [outcome.seconds for outcome in peers]
    cold = [first_ever() for _ in range(min(3, chosen.rounds))]
    figures = [
        sides.figure("whole process", "s", [o.seconds for o in mine], theirs, 0.4),
        sides.figure("whole process, no cache yet", "s", cold, theirs, 0.4),
    ]
    sides.emit("whole-process time of the scalar program", chosen, figures)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main()
