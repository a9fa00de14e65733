"""What does one training step of the MNIST network 784-500-10 cost at batch 200?"""

from bench import sides

PROGRAM = sides.HERE / "work" / "train_mnist_fc.py"


def main() -> None:
    chosen = sides.options()
    mine, peers = sides.side_by_side(chosen.peer_python, PROGRAM, chosen.rounds)
    a, b = [o.report() for o in mine], [o.report() for o in peers]

    def row(name: str, unit: str, key: str, aim: float | None = None) -> dict:
        return sides.figure(name, unit, [r[key] for r in a], [r[key] for r in b], aim)

    figures = [
        row("steady step", "ms", "steady_ms", 0.7),
        row("build and initialise", "s", "build_and_initialise_s"),
        row("first step", "ms", "first_step_ms"),
    ]
    sides.emit("time per step of 784-500-10 at batch 200", chosen, figures)


if __name__ == "__main__":
    main()
