"""What does one training step of the MNIST network 784-500-10 cost at batch 200?"""

from bench import sides

PROGRAM = sides.HERE / "work" / "train_mnist_fc.py"


def main() -> None:
    chosen = sides.options()
    found = sides.side_by_side(chosen.peer_python, PROGRAM, chosen.rounds)
    memory = {side: [o.peak_mib for o in runs] for side, runs in found.items()}
    figures = [
        sides.figure(name, unit, sides.column(found, key), aims)
        for name, unit, key, aims in (
            ("steady step", "ms", "steady_ms", {"TensorFlow": 0.7}),
            ("build and initialise", "s", "build_and_initialise_s", None),
            ("first step", "ms", "first_step_ms", None),
        )
    ]
    figures.append(sides.figure("peak memory", "MiB", memory, {"TensorFlow": 0.6}))
    sides.emit("time per step of 784-500-10 at batch 200", chosen, figures)


if __name__ == "__main__":
    main()
