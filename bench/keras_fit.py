"""How long does `fit` of the 784-128-10 model take beside its peers?

python -m bench.keras_fit --data fashion.npz --peer-python PYTHON
    [--jax-python PYTHON] [--torch-python PYTHON] [--rounds N] [--sides NAME ...]

The peer's Python has Keras 3, TensorFlow and tf_keras, and JAX where --jax-python names
no other; sides without what they need are left out and named. Default callbacks and
progress bars are on, their text goes to a pipe. Figures are medians; ratios are ours to
each peer's.
"""

import argparse
import json
import os
import statistics
import sys
from pathlib import Path

from bench import sides

PROGRAM = sides.HERE / "work" / "keras_mlp.py"
#: figure -> {peer: the most that our time may be of theirs}
AIMS = {
    "epoch_s": {"keras-tensorflow": 0.12, "keras-jax": 0.5, "torch": 0.4, "scan": 1.15},
    "to_first_epoch_s": {"keras-tensorflow": 0.5},
    "predict_s": {"keras-tensorflow": 0.3},
}


def engines(peer: str | None, jax: str | None, torch: str | None) -> dict:
    """Name -> (Python, engine, environment)."""
    source = {"PYTHONPATH": str(sides.ROOT / "src")}
    out = {
        "penstock": (sys.executable, "penstock", source),
        "scan": (sys.executable, "scan", {}),
    }
    if peer:
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "3"}
        tensorflow = {"KERAS_BACKEND": "tensorflow", **quiet}
        out |= {
            "keras-tensorflow": (peer, "keras", tensorflow),
            "tf_keras": (peer, "tf_keras", quiet),
        }
    if jax or peer:
        out["keras-jax"] = (jax or peer, "keras", {"KERAS_BACKEND": "jax"})
    if torch:
        out["torch"] = (torch, "torch", {})
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True, help="Keras' fashion_mnist as .npz")
    parser.add_argument("--peer-python", default=os.environ.get("PENSTOCK_ORACLE"))
    parser.add_argument("--jax-python", default=None)
    parser.add_argument("--torch-python", default=None)
    parser.add_argument("--sides", nargs="*", help="only these; default: all there are")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    data = str(Path(chosen.data).resolve())
    found: dict[str, list[dict]] = {}
    left_out: dict[str, str] = {}
    sides_ = engines(chosen.peer_python, chosen.jax_python, chosen.torch_python)
    if chosen.sides:
        sides_ = {k: v for k, v in sides_.items() if k in {"penstock", *chosen.sides}}
    for _ in range(chosen.rounds):
        for name, (python, engine, environment) in sides_.items():
            if name in left_out:
                continue
            try:
                told = sides.run([python, str(PROGRAM), engine, data], environment)
            except RuntimeError as error:
                left_out[name] = str(error).strip().splitlines()[-1]
                continue
            found.setdefault(name, []).append(told.report())
    medians = {
        name: {k: statistics.median(r[k] for r in rows) for k in rows[0]}
        for name, rows in found.items()
    }
    print(json.dumps({"load": os.getloadavg(), "medians": medians}, indent=1))
    for figure, aims in AIMS.items():
        ours = medians["penstock"][figure]
        for peer in sides_:
            if peer == "penstock" or peer not in medians:
                continue
            ratio, aim = ours / medians[peer][figure], aims.get(peer)
            asked = "" if aim is None else f"  aim <= {aim}"
            print(f"{figure:18s} {peer:18s} {ratio:6.3f}{asked}")
    for name, reason in left_out.items():
        print(f"left out: {name}: {reason}")


if __name__ == "__main__":
    main()
