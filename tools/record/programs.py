"""Record what the example programs print on the real TensorFlow.

    ORACLE/bin/python tools/record/programs.py [NAME ...]

writes `tests/fixtures/programs/NAME.json`. PENSTOCK_SHARED names the folder with
`keras_home/` and `data/`, as for the tests. One record is one program, or several
that follow each other in one folder (train, then test).
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHIM = ROOT / "tools" / "record" / "v1_shim.py"
FIXTURES = ROOT / "tests" / "fixtures" / "programs"
EXACT = "float32 sums in another order; the last digit shown may differ by one"


@dataclass(frozen=True)
class Step:
    """One program, its arguments, and files that it must leave behind."""

    program: str
    args: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    py2: bool = False


@dataclass(frozen=True)
class Bound:
    """The last number that `pattern` finds must lie within these limits."""

    pattern: str
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Record:
    """A run to repeat, and how near its numbers must come to TensorFlow's."""

    name: str
    steps: tuple[Step, ...]
    compare: str = "numbers"  # or "text": the numbers are not seeded
    rtol: float = 2e-6
    atol: float = 1e-7
    reason: str = EXACT
    needs: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = field(default=())
    slow: bool = False


def one(name, program, *, py2=False, args=(), files=(), **rest) -> Record:
    return Record(name, (Step(program, tuple(args), tuple(files), py2),), **rest)


UNSEEDED = "weights are drawn without a seed: text and bounds are compared"
DRIFT = "thousands of steps through relu: rounding grows with the steps"

RECORDS = [
    one("descent", "descent/descent.py"),
    one("descent_slow", "descent/descent_slow.py", py2=True),
    one("descent_swing", "descent/descent_swing.py"),
    one("descent_decay", "descent/descent_decay.py"),
    one("forward", "network/forward.py"),
    one("network_sgd", "network/network_sgd.py", py2=True),
    one("network_sgd_seed1", "network/network_sgd_seed1.py"),
    one("network_momentum", "network/network_momentum.py"),
    one("network_adam", "network/network_adam.py", py2=True),
    one("yoghurt_cost", "yoghurt/yoghurt_cost.py", py2=True),
    one("yoghurt_profit", "yoghurt/yoghurt_profit.py", py2=True),
    one("yoghurt_mse", "yoghurt/yoghurt_mse.py"),
    one("moving_average", "average/moving_average.py", py2=True),
    one(
        "points_l2",
        "points/points_l2.py",
        args=["{shared}/data/dot.csv"],
        files=["boundaries.png"],
        needs=("dot",),
        rtol=1e-4,
        atol=1e-5,
        reason=DRIFT,
    ),
    one(
        "points_random",
        "points/points_random.py",
        py2=True,
        files=["random_points.png"],
        rtol=1e-4,
        atol=1e-5,
        reason=DRIFT,
    ),
    one("gradient_basics", "basics/gradient_basics.py"),
    one("custom_loss", "basics/custom_loss.py"),
    one("cross_entropy", "basics/cross_entropy.py"),
    one("scopes", "basics/scopes.py"),
    one("hello", "first/hello.py"),
    one("linear_regression", "first/linear_regression.py", files=["line.png"]),
    one("multilayer", "first/multilayer.py"),
    one("nearest_neighbor", "first/nearest_neighbor.py", needs=("mnist",)),
    one("rnn_sine", "rnn/rnn_sine.py", rtol=1e-3, atol=1e-6, reason=DRIFT),
    one(
        "logistic_regression",
        "first/logistic_regression.py",
        needs=("mnist",),
        compare="text",
        reason="the order of batches is not seeded",
        bounds=(Bound(r"Accuracy: ([\d.]+)", at_least=0.89),),
    ),
    one(
        "autoencoder",
        "first/autoencoder.py",
        needs=("mnist",),
        compare="text",
        reason=UNSEEDED,
        bounds=(Bound(r"Test loss: ([\d.]+)", at_most=0.06),),
    ),
    one(
        "word2vec",
        "word2vec/word2vec.py",
        compare="text",
        reason=UNSEEDED,
        bounds=(
            Bound(r"at step  1000 :  ([\d.]+)", at_most=8.0),
            Bound(r"at step  3000 :  ([\d.]+)", at_most=3.0),
        ),
    ),
    one(
        "rnn_mnist",
        "rnn/rnn_mnist.py",
        args=["300"],
        needs=("mnist",),
        compare="text",
        reason=UNSEEDED,
        bounds=(Bound(r"Testing Accuracy: ([\d.]+)", at_least=0.85),),
    ),
    Record(
        "mnist_fc",
        (
            Step("mnist_fc/mnist_backward.py", ("2501",), ("model/checkpoint",), True),
            Step("mnist_fc/mnist_backward.py", ("2500",), py2=True),
            Step("mnist_fc/mnist_test.py", py2=True),
            Step("mnist_fc/mnist_app.py", ("{seven}",), py2=True),
        ),
        compare="text",
        reason=UNSEEDED,
        needs=("mnist",),
        bounds=(Bound(r"test accuracy = ([\d.]+)", at_least=0.97),),
    ),
    Record(
        "lenet5",
        (
            Step("lenet5/lenet5_backward.py", ("--steps=301",), ("model/checkpoint",)),
            Step("lenet5/lenet5_test.py"),
        ),
        compare="text",
        reason=UNSEEDED,
        needs=("mnist",),
        bounds=(Bound(r"test accuracy = ([\d.]+)", at_least=0.95),),
    ),
]


def draw_seven(path: Path) -> None:
    """A black seven on white paper, drawn large: a picture of one's own."""
    from PIL import Image, ImageDraw

    picture = Image.new("L", (280, 280), 255)
    pen = ImageDraw.Draw(picture)
    pen.line([(80, 70), (195, 70), (130, 215)], fill=0, width=22, joint="curve")
    picture.save(path)


def run(step: Step, folder: Path, shared: Path) -> str:
    """The program's standard output on TensorFlow; raises when it fails."""
    args = [a.format(shared=shared, seven=folder / "seven.png") for a in step.args]
    program = ROOT / "examples" / "v1" / step.program
    command = [sys.executable, SHIM, *(["--py2"] * step.py2), program, *args]
    environment = {
        **os.environ,
        "MPLBACKEND": "Agg",
        "KERAS_HOME": str(shared / "keras_home"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{step.program} failed on TensorFlow:\n{done.stderr[-3000:]}")
    missing = [name for name in step.files if not (folder / name).exists()]
    if missing:
        raise SystemExit(f"{step.program} left no {missing}")
    return done.stdout


def record(row: Record, shared: Path) -> None:
    from importlib.metadata import version

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw_seven(folder / "seven.png")
        steps = []
        for step in row.steps:
            steps.append({**asdict(step), "stdout": run(step, folder, shared)})
    content = asdict(row) | {
        "steps": steps,
        "tensorflow": version("tensorflow"),
        "numpy": version("numpy"),
    }
    text = json.dumps(content, indent=1, ensure_ascii=False)
    (FIXTURES / f"{row.name}.json").write_text(text + "\n", encoding="utf-8")
    print("recorded", row.name, flush=True)


def main() -> None:
    shared = Path(os.environ.get("PENSTOCK_SHARED", ROOT.parent / "shared"))
    FIXTURES.mkdir(parents=True, exist_ok=True)
    wanted = set(sys.argv[1:])
    for row in RECORDS:
        if not wanted or row.name in wanted:
            record(row, shared)


if __name__ == "__main__":
    main()
