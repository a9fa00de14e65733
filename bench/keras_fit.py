"""How long does `fit` of the 784-128-10 model take beside its peers?

60,000 images of 28x28, batch 32, Adam. The peer's Python has Keras 3, TensorFlow and
tf_keras, and JAX where --jax-python names no other; sides without what they need are
left out and named. Default callbacks and progress bars are on, their text goes to a
pipe. The times do not depend on what the images show: they are noise unless --data
names Keras' fashion_mnist as .npz.
"""

import sys
import tempfile
from pathlib import Path

from bench import sides

PROGRAM = sides.HERE / "work" / "keras_mlp.py"
#: figure -> {peer: the most that our time may be of theirs}
AIMS = {
    "epoch_s": {
        "Keras on TensorFlow": 0.12, "Keras on JAX": 0.5, "PyTorch": 0.4,
        "one scan by hand": 1.15,
    },
    "to_first_epoch_s": {"Keras on TensorFlow": 0.5},
    "predict_s": {"Keras on TensorFlow": 0.3},
}  # fmt: skip


def engines(chosen) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Name -> (Python, engine, environment)."""
    peer, torch = chosen.peer_python, chosen.torch_python
    jax = chosen.jax_python or peer
    source = {"PYTHONPATH": str(sides.ROOT / "src")}
    out = {
        "penstock": (sys.executable, "penstock", source),
        "one scan by hand": (sys.executable, "scan", {}),
        "Keras on TensorFlow": (peer, "keras", {"KERAS_BACKEND": "tensorflow"}),
        "tf_keras": (peer, "tf_keras", {}),
        "Keras on JAX": (jax, "keras", {"KERAS_BACKEND": "jax"}),
        "PyTorch": (torch, "torch", {}),
    }
    return {name: side for name, side in out.items() if side[0]}


def noise(path: Path) -> None:
    """Arrays of Fashion-MNIST's sizes, written to `path`."""
    import numpy as np

    draw = np.random.RandomState(0)
    arrays = {
        "x_train": draw.randint(0, 256, (60_000, 28, 28)).astype(np.uint8),
        "y_train": draw.randint(0, 10, 60_000).astype(np.uint8),
        "x_test": draw.randint(0, 256, (10_000, 28, 28)).astype(np.uint8),
    }
    np.savez(path, **arrays)


def main() -> None:
    parser = sides.parser(rounds=3)
    parser.add_argument("--data", help="Keras' fashion_mnist as .npz; default noise")
    parser.add_argument("--sides", nargs="*", help="only these; default: all there are")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(chosen.data) if chosen.data else Path(folder) / "noise.npz"
        if not chosen.data:
            noise(data)
        found, left_out = sides.alternate(
            {
                name: sides.program(
                    python, PROGRAM, engine, str(data.resolve()),
                    environment=environment,
                )
                for name, (python, engine, environment) in engines(chosen).items()
                if not chosen.sides or name in {"penstock", *chosen.sides}
            },
            chosen.rounds,
        )  # fmt: skip
    figures = [
        sides.figure(what, "s", sides.column(found, key), AIMS[key])
        for key, what in (
            ("epoch_s", "epoch"),
            ("to_first_epoch_s", "start to end of first epoch"),
            ("predict_s", "predict 10,000"),
        )
    ]
    sides.emit("784-128-10 by fit", chosen, figures, left_out)


if __name__ == "__main__":
    main()
