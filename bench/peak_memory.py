"""How much memory do the two training programs take at their peak?

The largest resident set of the whole process, as the operating system counts it.
"""

from bench import sides

PROGRAMS = {
    "2-3-1 network": sides.HERE / "work" / "train_231.py",
    "784-500-10, batch 200": sides.HERE / "work" / "train_mnist_fc.py",
}


def main() -> None:
    chosen = sides.options()
    figures = []
    for name, program in PROGRAMS.items():
        mine, peers = sides.side_by_side(chosen.peer_python, program, chosen.rounds)
        peaks = [o.peak_mib for o in mine], [o.peak_mib for o in peers]
        figures.append(sides.figure(name, "MiB", *peaks, 0.6))
    sides.emit("peak memory of the training programs", chosen, figures)


if __name__ == "__main__":
    main()
