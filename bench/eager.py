"""What does a hand-written eager training step cost?

python -m bench.eager --peer-python PYTHON [--torch-python PYTHON] [--rounds N]

The iris loop (a look at the loss inside the tape, as courses write it), a GradientTape
step of a 784-128-10 network at batch 32, and small operations with one look at the end
or a look after each. Beside TensorFlow's eager mode, PyTorch's and JAX by hand, in
one run; all sides on the cores that this process may use.
"""

import argparse
import statistics
import sys

from bench import sides

WORK = sides.HERE / "work"
PROGRAM = WORK / "eager_steps.py"
AIMS = {"iris step": (0.25, 0.8), "mlp step": (0.3, 0.7)}


def options() -> argparse.Namespace:
    """Those of `sides`, and the Python that has PyTorch."""
    parser = sides.parser()
    parser.add_argument("--torch-python", help="a Python that has PyTorch 2.13")
    return sides.checked(parser)


def main() -> None:
    chosen = options()
    others = {"jax": (sys.executable, WORK / "eager_jax.py")}
    if chosen.torch_python:
        others["pytorch"] = (chosen.torch_python, WORK / "eager_torch.py")
    kept: dict[str, list[dict[str, float]]] = {}
    for _ in range(chosen.rounds):
        kept.setdefault("penstock", []).append(sides.ours(PROGRAM).report())
        peer = sides.run([chosen.peer_python, str(PROGRAM)], {})
        kept.setdefault("tensorflow", []).append(peer.report())
        for name, (python, program) in others.items():
            report = sides.run([python, str(program)], {}).report()
            kept.setdefault(name, []).append(report)
    figures = []
    for key in kept["penstock"][0]:
        aim, torch_aim = AIMS.get(key, (None, None))
        row = sides.figure(
            key,
            "µs",
            [r[key] for r in kept["penstock"]],
            [r[key] for r in kept["tensorflow"]],
            aim,
        )
        for name in others:
            values = [r[key] for r in kept[name]]
            row[name] = round(statistics.median(values), 3)
            row[f"ratio_{name}"] = round(row["penstock"] / row[name], 3)
            row[f"{name}_all"] = [round(v, 3) for v in values]
        if "pytorch" in others:
            row["aim_pytorch"] = torch_aim
        figures.append(row)
    sides.emit("time per eager step", chosen, figures)


if __name__ == "__main__":
    main()
