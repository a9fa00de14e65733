"""What does one training step of a small convolutional network cost by `fit`?

The peer's Python has Keras 3 and TensorFlow, and JAX where --jax-python names no other.
"Penstock, plain" is Penstock without its native kernels.
"""

import sys

from bench import sides

PROGRAM = sides.HERE / "work" / "keras_cnn.py"
#: figure -> {peer: the most that our time may be of theirs}
AIMS = {
    "base_step_ms": {"Keras on TensorFlow": 0.6, "Keras on JAX": 0.6, "PyTorch": 1.0},
    "block_step_ms": {"Keras on TensorFlow": 1.0, "Keras on JAX": 1.0, "PyTorch": 1.0},
}


def engines(chosen) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Name -> (Python, engine, environment)."""
    peer, torch = chosen.peer_python, chosen.torch_python
    own = {"PYTHONPATH": str(sides.ROOT / "src")}
    plain = own | {"PENSTOCK_KERNELS": "off"}
    out = {
        "penstock": (sys.executable, "penstock", own),
        "Penstock, plain": (sys.executable, "penstock-plain", plain),
        "Keras on TensorFlow": (peer, "keras", {"KERAS_BACKEND": "tensorflow"}),
        "Keras on JAX": (chosen.jax_python or peer, "keras", {"KERAS_BACKEND": "jax"}),
        "PyTorch": (torch, "torch", {}),
    }
    return {name: side for name, side in out.items() if side[0]}


def main() -> None:
    chosen = sides.options(rounds=3)
    found, left_out = sides.alternate(
        {
            name: sides.program(python, PROGRAM, engine, environment=environment)
            for name, (python, engine, environment) in engines(chosen).items()
        },
        chosen.rounds,
    )
    figures = [
        sides.figure(what, "ms", sides.column(found, key), AIMS[key])
        for key, what in (("base_step_ms", "base"), ("block_step_ms", "block"))
    ]
    sides.emit("time per step of a convolutional network", chosen, figures, left_out)


if __name__ == "__main__":
    main()
