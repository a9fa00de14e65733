"""What does one `Session.run` of the 2-3-1 training step cost?

Feeds of 8 x 2 and 8 x 1 (a list, as the notes pass it), one fetch. Building
the graph, the first step (which compiles) and the steady step are told apart.
"""

from bench import sides

PROGRAM = sides.HERE / "work" / "train_231.py"


def main() -> None:
    chosen = sides.options()
    mine, peers = sides.side_by_side(chosen.peer_python, PROGRAM, chosen.rounds)
    a, b = [o.report() for o in mine], [o.report() for o in peers]

    def row(name: str, unit: str, key: str, aim: float | None = None) -> dict:
        return sides.figure(name, unit, [r[key] for r in a], [r[key] for r in b], aim)

    figures = [
        row("steady step", "µs", "steady_us", 0.25),
        row("build and initialise", "s", "build_and_initialise_s"),
        row("first step", "ms", "first_step_ms"),
    ]
    sides.emit("time per Session.run of the 2-3-1 training step", chosen, figures)


if __name__ == "__main__":
    main()
