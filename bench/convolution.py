"""What does one training step of a small convolutional network cost by `fit`?

python -m bench.convolution --peer-python PYTHON [--torch-python PYTHON] [--rounds N]

The peer's Python has Keras 3, TensorFlow and JAX. `penstock-plain` is Penstock without
its native kernels. Sides alternate; sides that cannot run are left out and named.
Figures are medians, ratios are ours to each side's.
"""

import argparse
import json
import os
import statistics
import sys

from bench import sides

PROGRAM = sides.HERE / "work" / "keras_cnn.py"
#: figure -> {peer: the most that our time may be of theirs}
AIMS = {
    "base_step_ms": {"keras-tensorflow": 0.6, "keras-jax": 0.6, "torch": 1.0},
    "block_step_ms": {"keras-tensorflow": 1.0, "keras-jax": 1.0, "torch": 1.0},
}


def engines(peer: str | None, torch: str | None) -> dict:
    """Name -> (Python, engine, environment)."""
    source = str(sides.ROOT / "src")
    path = os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")]))
    own = {"PYTHONPATH": path}
    out = {
        "penstock": (sys.executable, "penstock", own),
        "penstock-plain": (
            sys.executable, "penstock-plain", own | {"PENSTOCK_KERNELS": "off"},
        ),
    }  # fmt: skip
    if peer:
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": ""}
        out |= {
            "keras-tensorflow": (
                peer, "keras", {"KERAS_BACKEND": "tensorflow", **quiet},
            ),
            "keras-jax": (peer, "keras", {"KERAS_BACKEND": "jax", **quiet}),
        }  # fmt: skip
    if torch:
        out["torch"] = (torch, "torch", {"PYTHONPATH": ""})
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer-python", default=os.environ.get("PENSTOCK_ORACLE"))
    parser.add_argument("--torch-python", default=None)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    found: dict[str, list[dict]] = {}
    left_out: dict[str, str] = {}
    parties = engines(chosen.peer_python, chosen.torch_python)
    for _ in range(chosen.rounds):
        for name, (python, engine, environment) in parties.items():
            if name in left_out:
                continue
            try:
                told = sides.run([python, str(PROGRAM), engine], environment)
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
        for peer in parties:
            if peer == "penstock" or peer not in medians:
                continue
            ratio = medians["penstock"][figure] / medians[peer][figure]
            aim = aims.get(peer)
            asked = "" if aim is None else f"  aim <= {aim}"
            print(f"{figure:18s} {peer:18s} {ratio:6.3f}{asked}")
    for name, reason in left_out.items():
        print(f"left out: {name}: {reason}")


if __name__ == "__main__":
    main()
