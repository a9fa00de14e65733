"""How long does `import penstock` take, and to the first value of an operation?

Penstock imports its parts, and JAX among them, when they are first used: the second
figure is what a program waits before it has computed anything.
"""

import sys

from bench import sides

PROGRAM = sides.HERE / "work" / "importing.py"


def main() -> None:
    chosen = sides.options()
    root = {"PYTHONPATH": str(sides.ROOT / "src")}
    both = {
        "penstock": sides.program(
            sys.executable, PROGRAM, "penstock", environment=root
        ),
        "TensorFlow": sides.program(chosen.peer_python, PROGRAM, "tensorflow"),
    }
    for once in both.values():
        once()  # files come from the disk but once
    found, left_out = sides.alternate(both, chosen.rounds)
    if left_out:
        raise RuntimeError(left_out)
    figures = [
        sides.figure("import", "s", sides.column(found, "import_s"),
                     {"TensorFlow": 0.35}),
        sides.figure("to the first value", "s", sides.column(found, "first_s")),
    ]  # fmt: skip
    sides.emit("time to import", chosen, figures)


if __name__ == "__main__":
    main()
