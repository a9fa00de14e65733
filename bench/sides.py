"""Sides of a comparison: the same work on Penstock and on its peers.

Sides alternate (ours, theirs, ours, theirs, ...), so that a busy minute on the
machine meets all. Each figure is the median over the rounds. A question is a module
whose `main` ends in `emit`; `bench/__main__.py` puts what it wrote into the table.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
#: What every process is told of devices: the CPU alone, but for `bench/gpu.py`.
DEVICES = {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}


@dataclass(frozen=True)
class Outcome:
    """One process: wall seconds, peak resident MiB, and what it printed."""

    seconds: float
    peak_mib: float
    printed: str

    def report(self) -> dict[str, float]:
        """The JSON object that the program printed as its last line."""
        return json.loads(self.printed.strip().splitlines()[-1])


#: Side -> its outcomes, one for each round.
Outcomes: TypeAlias = dict[str, list[Outcome]]


def parser(rounds: int = 5) -> argparse.ArgumentParser:
    """The options that every question takes; a question may add its own."""
    made = argparse.ArgumentParser()
    made.add_argument(
        "--peer-python",
        default=os.environ.get("PENSTOCK_ORACLE"),
        help="a Python that has TensorFlow 2.21 and Keras 3; default PENSTOCK_ORACLE",
    )
    made.add_argument(
        "--torch-python",
        default=os.environ.get("PENSTOCK_TORCH"),
        help="a Python that has PyTorch; default PENSTOCK_TORCH, and none without",
    )
    made.add_argument(
        "--jax-python",
        default=os.environ.get("PENSTOCK_KERAS_JAX"),
        help="a Python that has Keras 3 and JAX; default the peer's",
    )
    made.add_argument("--rounds", type=int, default=rounds)
    return made


def options(rounds: int = 5) -> argparse.Namespace:
    """What the command line says. Ends the process where no peer is named."""
    made = parser(rounds)
    chosen = made.parse_args()
    if not chosen.peer_python:
        made.error(
            "no peer to measure beside: name a Python that has TensorFlow by "
            "--peer-python or PENSTOCK_ORACLE"
        )
    return chosen


def run(command: list[str], environment: dict[str, str]) -> Outcome:
    """Run one process to its end; raises RuntimeError with its output if it fails."""
    with tempfile.TemporaryFile("w+") as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            env={**os.environ, **DEVICES, **environment},
        )
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(
                f"{command} ended with {process.returncode}:\n{said.read()[-2000:]}"
            )
    # Linux counts ru_maxrss in KiB, macOS in bytes.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Outcome(seconds, usage.ru_maxrss / unit, printed)


def ours(program: Path, *args: str) -> Outcome:
    command = [sys.executable, "-m", "penstock", "run", str(program), *args]
    return run(command, {})


def theirs(peer_python: str, program: Path, *args: str) -> Outcome:
    command = [peer_python, str(HERE / "peer_v1.py"), str(program), *args]
    return run(command, {})


def program(
    python: str, path: Path, *args: str, environment: dict[str, str] | None = None
) -> Callable[[], Outcome]:
    """One run of the script `path` by `python`, when called."""
    # A peer meets nothing of this checkout but what the side names.
    settings = {**QUIET, "PYTHONPATH": "", **(environment or {})}
    return lambda: run([python, str(path), *args], settings)


def side_by_side(peer_python: str, program: Path, rounds: int) -> Outcomes:
    """Outcomes of a 1.x program by both, alternating, after one unmeasured round."""
    both = {
        "penstock": lambda: ours(program),
        "TensorFlow": lambda: theirs(peer_python, program),
    }
    for once in both.values():
        once()
    found, left_out = alternate(both, rounds)
    if left_out:
        raise RuntimeError(left_out)
    return found


def alternate(
    sides: Mapping[str, Callable[[], Outcome]], rounds: int
) -> tuple[Outcomes, dict[str, str]]:
    """What `rounds` runs of each side gave, in turn, and why sides were left out.

    A peer that lacks what it needs is left out; Penstock's own failure is raised.
    """
    found: Outcomes = {}
    left_out: dict[str, str] = {}
    for _ in range(rounds):
        for name, once in sides.items():
            if name in left_out:
                continue
            try:
                found.setdefault(name, []).append(once())
            except (RuntimeError, OSError) as error:
                if name == "penstock":
                    raise
                found.pop(name, None)
                left_out[name] = str(error).strip().splitlines()[-1]
    return found, left_out


def column(found: Outcomes, key: str) -> dict[str, list[float]]:
    """What each run of each side reported under `key`."""
    return {name: [o.report()[key] for o in runs] for name, runs in found.items()}


def figure(
    name: str,
    unit: str,
    values: Mapping[str, Sequence[float]],
    aims: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """One row of a result: our median, and each peer's with our ratio to it.

    `values` are the measurements by side, `penstock` among them; `aims` are the
    largest ratios that are good, by peer.
    """
    mine = statistics.median(values["penstock"])
    peers = {}
    for side, measured in values.items():
        if side != "penstock":
            theirs = statistics.median(measured)
            peers[side] = {
                "median": round(theirs, 4),
                "ratio": round(mine / theirs, 3),
                "aim": (aims or {}).get(side),
                "all": [round(v, 4) for v in measured],
            }
    return {
        "figure": name,
        "unit": unit,
        "penstock": round(mine, 4),
        "penstock_all": [round(v, 4) for v in values["penstock"]],
        "peers": peers,
    }


def machine(chosen: argparse.Namespace) -> dict[str, object]:
    """Where the figures were measured, and with which versions."""
    found: dict[str, object] = {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "penstock": version("penstock") if _installed("penstock") else "checkout",
        "jax": version("jax"),
        "numpy": version("numpy"),
        "load_at_start": round(os.getloadavg()[0], 2),
    }
    for name, python in (
        ("tensorflow", chosen.peer_python),
        ("keras", chosen.peer_python),
        ("torch", chosen.torch_python),
    ):
        if python:
            ask = f"import importlib.metadata as m; print(m.version({name!r}))"
            told = subprocess.run([python, "-c", ask], capture_output=True, text=True)
            found[name] = told.stdout.strip()
    return found


def _installed(name: str) -> bool:
    from importlib.util import find_spec

    try:
        return bool(find_spec(name)) and bool(version(name))
    except ImportError:
        return False


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    named = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return named[0] if named else platform.processor()


def emit(
    question: str,
    chosen: argparse.Namespace,
    figures: list[dict[str, Any]],
    left_out: Mapping[str, str] | None = None,
) -> None:
    """Print the result as JSON and keep it under `bench/results`."""
    result = {
        "question": question,
        "machine": machine(chosen),
        "rounds": chosen.rounds,
        "figures": figures,
        "left_out": dict(left_out or {}),
    }
    text = json.dumps(result, indent=1)
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{Path(sys.argv[0]).stem}.json").write_text(text + "\n")
    print(text)
