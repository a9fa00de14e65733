"""What does a hand-written eager training step cost?

The iris loop (a look at the loss inside the tape, as courses write it), a GradientTape
step of a 784-128-10 network at batch 32, and small operations with one look at the end
or a look after each. Beside TensorFlow's eager mode, PyTorch's and JAX by hand, in
one run. PyTorch is left out where --torch-python names none.
"""

import sys

from bench import sides

WORK = sides.HERE / "work"
PROGRAM = WORK / "eager_steps.py"
AIMS = {
    "iris step": {"TensorFlow": 0.25, "PyTorch": 0.8},
    "mlp step": {"TensorFlow": 0.3, "PyTorch": 0.7},
}


def main() -> None:
    chosen = sides.options()
    engines = {
        "penstock": lambda: sides.ours(PROGRAM),
        "TensorFlow": sides.program(chosen.peer_python, PROGRAM),
        "JAX by hand": sides.program(sys.executable, WORK / "eager_jax.py"),
    }
    if chosen.torch_python:
        torch = sides.program(chosen.torch_python, WORK / "eager_torch.py")
        engines["PyTorch"] = torch
    found, left_out = sides.alternate(engines, chosen.rounds)
    figures = [
        sides.figure(key, "µs", sides.column(found, key), AIMS.get(key))
        for key in found["penstock"][0].report()
    ]
    sides.emit("time per eager step", chosen, figures, left_out)


if __name__ == "__main__":
    main()
