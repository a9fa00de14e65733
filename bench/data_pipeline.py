"""How fast are slices -> shuffle -> batch epochs beside TensorFlow's tf.data?

60,000 images of 28x28 float32 and their labels, shuffle buffer 60,000, batch 32, the
same arrays on both sides.
"""

import sys

from bench import sides

PROGRAM = sides.HERE / "work" / "data_pipeline.py"


def main() -> None:
    chosen = sides.options(rounds=3)
    source = {"PYTHONPATH": str(sides.ROOT / "src")}
    engines = {
        "penstock": sides.program(
            sys.executable, PROGRAM, "penstock", environment=source
        ),
        "TensorFlow": sides.program(chosen.peer_python, PROGRAM, "tensorflow"),
    }
    found, left_out = sides.alternate(engines, chosen.rounds)
    # Three times as many epochs a second: a third of the time.
    aims = {"TensorFlow": 1 / 3}
    figures = [
        sides.figure("epoch", "s", sides.column(found, "epoch_s"), aims),
        sides.figure("first epoch", "s", sides.column(found, "first_s")),
    ]
    sides.emit("time per epoch of tf.data", chosen, figures, left_out)


if __name__ == "__main__":
    main()
