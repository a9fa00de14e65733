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
    found = sides.side_by_side(chosen.peer_python, PROGRAM, chosen.rounds)
    mine, peers = found["penstock"], found["TensorFlow"]
    assert mine[0].printed == peers[0].printed, "the two print different numbers"
    warm = {side: [o.seconds for o in runs] for side, runs in found.items()}
    cold = [first_ever() for _ in range(min(3, chosen.rounds))]
    aims = {"TensorFlow": 0.4}
    figures = [
        sides.figure("whole process", "s", warm, aims),
        sides.figure("no cache yet", "s", warm | {"penstock": cold}, aims),
    ]
    sides.emit("whole-process time of the scalar program", chosen, figures)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main()
