"""What does one training step of a recurrent network cost?

`dynamic_rnn` of an LSTM of 80 units, and Keras' LSTM 80, LSTM 100, Dense 1 by `fit`:
60 steps, batch 64. Beside TensorFlow, Keras 3 on TensorFlow, and PyTorch.
"""

import sys

from bench import sides

PROGRAM = sides.HERE / "work" / "recurrent.py"
SOURCE = {"PYTHONPATH": str(sides.ROOT / "src")}


def main() -> None:
    chosen = sides.options(rounds=3)
    peer, torch = chosen.peer_python, chosen.torch_python
    keras = {"KERAS_BACKEND": "tensorflow"}
    cells = {"TF_USE_LEGACY_KERAS": "1"}  # Keras 3 has no tf.nn.rnn_cell
    figures, left_out = [], {}
    for name, aims, engines in (
        (
            "dynamic_rnn, LSTM 80",
            {"TensorFlow": 0.8},
            {
                "penstock": (sys.executable, "v1:penstock.compat.v1", SOURCE),
                "TensorFlow": (peer, "v1:tensorflow.compat.v1", cells),
                "PyTorch": (torch, "torch:dynamic_rnn", {}),
            },
        ),
        (
            "fit, LSTM 80, LSTM 100",
            {"Keras on TensorFlow": 0.7, "PyTorch": 1.0},
            {
                "penstock": (sys.executable, "keras:penstock.keras", SOURCE),
                "Keras on TensorFlow": (peer, "keras:keras", keras),
                "PyTorch": (torch, "torch:fit", {}),
            },
        ),
    ):
        found, missing = sides.alternate(
            {
                side: sides.program(python, PROGRAM, engine, environment=environment)
                for side, (python, engine, environment) in engines.items()
                if python
            },
            chosen.rounds,
        )
        left_out |= missing
        figures.append(sides.figure(name, "ms", sides.column(found, "step_ms"), aims))
    sides.emit("time per step of a recurrent network", chosen, figures, left_out)


if __name__ == "__main__":
    main()
