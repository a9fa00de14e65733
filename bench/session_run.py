"""What does one `Session.run` of the 2-3-1 training step cost?

Feeds of 8 x 2 and 8 x 1 (a list, as the notes pass it), one fetch. Building
the graph, the first step (which compiles) and the steady step are told apart.
"""

from bench import sides

PROGRAM = sides.HERE / "work" / "train_231.py"


def main() -> None:
    chosen = sides.options()
    found = sides.side_by_side(chosen.peer_python, PROGRAM, chosen.rounds)
    memory = {side: [o.peak_mib for o in runs] for side, runs in found.items()}
    figures = [
        sides.figure(name, unit, sides.column(found, key), aims)
        for name, unit, key, aims in (
            ("steady step", "µs", "steady_us", {"TensorFlow": 0.25}),
            ("build and initialise", "s", "build_and_initialise_s", None),
            ("first step", "ms", "first_step_ms", None),
        )
    ]
    figures.append(sides.figure("peak memory", "MiB", memory, {"TensorFlow": 0.6}))
    sides.emit("time per Session.run of the 2-3-1 training step", chosen, figures)


if __name__ == "__main__":
    main()
