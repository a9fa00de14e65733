"""Two sides of a comparison: the same program on Penstock and on TensorFlow.

Sides alternate (ours, theirs, ours, theirs, ...), so that a busy minute on the
machine meets both. Each figure is the median over the rounds.
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
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DEVICES = {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}


@dataclass(frozen=True)
class Outcome:
    """One process: wall seconds, peak resident MiB, and what it printed."""

    seconds: float
    peak_mib: float
    printed: str

    def report(self) -> dict[str, float]:
        """The JSON object that the program printed as its last line."""
        return json.loads(self.printed.strip().splitlines()[-1])


def options() -> argparse.Namespace:
    """`--peer-python` (or PENSTOCK_ORACLE) and `--rounds`."""
    return checked(parser())


def parser() -> argparse.ArgumentParser:
    """The options of every question."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--peer-python",
        default=os.environ.get("PENSTOCK_ORACLE"),
        help="a Python that has TensorFlow 2.21; default PENSTOCK_ORACLE",
    )
    parser.add_argument("--rounds", type=int, default=5)
    return parser


def checked(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The options as given. Ends the program where there is no peer."""
    chosen = parser.parse_args()
    if not chosen.peer_python:
        parser.error(
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


def side_by_side(
    peer_python: str, program: Path, rounds: int
) -> tuple[list[Outcome], list[Outcome]]:
    """`rounds` outcomes of each side, alternating, after one unmeasured round."""
    ours(program), theirs(peer_python, program)
    both = [(ours(program), theirs(peer_python, program)) for _ in range(rounds)]
    return [a for a, _ in both], [b for _, b in both]


def figure(
    name: str, unit: str, mine: list[float], peers: list[float], aim: float | None
):
    """One line of a result: both medians, their ratio, and the aim if there is one."""
    a, b = statistics.median(mine), statistics.median(peers)
    return {
        "figure": name,
        "unit": unit,
        "penstock": round(a, 4),
        "tensorflow": round(b, 4),
        "ratio": round(a / b, 3),
        "aim": aim,
        "penstock_all": [round(v, 4) for v in mine],
        "tensorflow_all": [round(v, 4) for v in peers],
    }


def machine(peer_python: str) -> dict[str, object]:
    """Where the figures were measured, and with which versions."""
    ask = "import importlib.metadata as m; print(m.version('tensorflow'))"
    peer = subprocess.run([peer_python, "-c", ask], capture_output=True, text=True)
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "penstock": version("penstock") if _installed("penstock") else "checkout",
        "jax": version("jax"),
        "numpy": version("numpy"),
        "tensorflow": peer.stdout.strip(),
        "load_at_start": round(os.getloadavg()[0], 2),
    }


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


def emit(question: str, chosen: argparse.Namespace, figures: list[dict]) -> None:
    """Print the result as JSON and keep it under `bench/results`."""
    result = {
        "question": question,
        "machine": machine(chosen.peer_python),
        "rounds": chosen.rounds,
        "figures": figures,
    }
    text = json.dumps(result, indent=1)
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{Path(sys.argv[0]).stem}.json").write_text(text + "\n")
    print(text)
