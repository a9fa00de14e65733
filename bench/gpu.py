"""What do the same steps cost on a GPU, beside PyTorch on it?

The works of keras_mlp, keras_cnn, recurrent and eager, with nothing hidden from either
side; TensorFlow and Keras take no part. Products and convolutions round their factors
to TF32 on both sides. Ends at once where JAX finds no GPU.
"""

import sys
import tempfile
from pathlib import Path

from bench import sides
from bench.keras_fit import noise

WORK = sides.HERE / "work"
#: name of the question -> (program, ours, PyTorch's arguments, key -> (figure, unit))
QUESTIONS = {
    "784-128-10": (
        "keras_mlp.py", ["penstock", "DATA"], ["torch", "DATA"],
        {"epoch_s": ("784-128-10, epoch", "s"),
         "to_first_epoch_s": ("784-128-10, start to end of first epoch", "s"),
         "predict_s": ("784-128-10, predict 10,000", "s")},
    ),
    "convolution": (
        "keras_cnn.py", ["penstock"], ["torch"],
        {"base_step_ms": ("base, step", "ms"), "block_step_ms": ("block, step", "ms")},
    ),
    "convolution, large": (
        "keras_cnn.py", ["penstock", "512"], ["torch", "512"],
        {"base_step_ms": ("base at batch 512, step", "ms"),
         "block_step_ms": ("block at batch 512, step", "ms")},
    ),
    "dynamic_rnn": (
        "recurrent.py", ["v1:penstock.compat.v1"], ["torch:dynamic_rnn"],
        {"step_ms": ("dynamic_rnn, LSTM 80, step", "ms")},
    ),
    "LSTM": (
        "recurrent.py", ["keras:penstock.keras"], ["torch:fit"],
        {"step_ms": ("fit, LSTM 80, LSTM 100, step", "ms")},
    ),
}  # fmt: skip


def main() -> None:
    parser = sides.parser(rounds=2)
    chosen = parser.parse_args()
    chosen.torch_python = chosen.torch_python or sys.executable
    sides.DEVICES.clear()
    ask = "import jax; print(jax.default_backend())"
    if sides.run([sys.executable, "-c", ask], {}).printed.strip() != "gpu":
        parser.error("JAX finds no GPU here: see `penstock doctor`")
    source = {"PYTHONPATH": str(sides.ROOT / "src")}
    figures, left_out = [], {}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "noise.npz"
        noise(data)
        for name, ours, theirs, told in QUESTIONS.values():
            ours, theirs = (
                [str(data) if a == "DATA" else a for a in side]
                for side in (ours, theirs)
            )
            work = WORK / name
            both = {
                "penstock": sides.program(
                    sys.executable, work, *ours, environment=source
                ),
                "PyTorch": sides.program(chosen.torch_python, work, *theirs),
            }
            found, missing = sides.alternate(both, chosen.rounds)
            left_out |= missing
            figures += [
                sides.figure(what, unit, sides.column(found, key))
                for key, (what, unit) in told.items()
            ]
    found, missing = sides.alternate(
        {
            "penstock": lambda: sides.ours(WORK / "eager_steps.py"),
            "PyTorch": sides.program(chosen.torch_python, WORK / "eager_torch.py"),
        },
        chosen.rounds,
    )
    figures += [
        sides.figure(f"eager, {key}", "µs", sides.column(found, key))
        for key in found["penstock"][0].report()
    ]
    sides.emit("time on a GPU", chosen, figures, left_out | missing)


if __name__ == "__main__":
    main()
