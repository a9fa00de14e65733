"""The programs under `examples/v1`, run unmodified, beside TensorFlow's output.

Each record (tools/record/programs.py) holds what TensorFlow 2.21 printed. Text must
be equal; numbers must be equal to the digits shown, within the record's tolerance,
whose reason stands in it. Where nothing is seeded, text and bounds are compared.
"""

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EXAMPLES = ROOT / "examples" / "v1"
RECORDS = [
    json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((HERE.parent / "fixtures" / "programs").glob("*.json"))
]
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+|nan|inf)")
DATA = {"mnist": "keras_home/datasets/mnist.npz", "dot": "data/dot.csv"}


def draw_seven(path: Path) -> None:
    """A black seven on white paper: a picture of one's own."""
    picture = Image.new("L", (280, 280), 255)
    pen = ImageDraw.Draw(picture)
    pen.line([(80, 70), (195, 70), (130, 215)], fill=0, width=22, joint="curve")
    picture.save(path)


def run(program: Path, args: list[str], folder: Path, shared: Path | None) -> str:
    """What the program prints under `penstock run`; fails with its traceback."""
    environment = dict(os.environ, MPLBACKEND="Agg", PYTHONDONTWRITEBYTECODE="1")
    if shared:
        environment["KERAS_HOME"] = str(shared / "keras_home")
    done = subprocess.run(
        [sys.executable, "-m", "penstock", "run", str(program), *args],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, f"{program.name}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def words(text: str) -> list[str]:
    """The text around the numbers; how arrays are padded follows their digits."""
    return re.sub(r"([\[\]])", r" \1 ", NUMBER.sub("#", text)).split()


def last_digit(shown: str) -> float:
    """The weight of the last digit that `shown` has: 0.01 for "1.25"."""
    mantissa, _, exponent = shown.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    # Whole numbers are counts and sizes: they must be equal.
    return 10.0 ** (int(exponent or 0) - decimals) if "." in mantissa else 0.0


def compare_numbers(ours: str, theirs: str, rtol: float, atol: float) -> list[str]:
    """The numbers that differ by more than a digit shown and the tolerance."""
    differing = []
    pairs = zip(NUMBER.findall(ours), NUMBER.findall(theirs), strict=True)
    for got, wanted in pairs:
        a, b = float(got), float(wanted)
        if math.isnan(b) and math.isnan(a):
            continue
        digit = max(last_digit(wanted), last_digit(got)) * 1.0001
        shown = digit if len(wanted.strip("+-").replace(".", "")) < 9 else 0.0
        if not abs(a - b) <= max(shown, atol + rtol * abs(b)):
            differing.append(f"{got} instead of {wanted}")
    return differing


def check_bounds(record: dict, text: str) -> None:
    for bound in record["bounds"]:
        found = re.findall(bound["pattern"], text)
        assert found, f"nothing printed matches {bound['pattern']}"
        value = float(found[-1])
        if bound["at_least"] is not None:
            assert value >= bound["at_least"], bound
        if bound["at_most"] is not None:
            assert value <= bound["at_most"], bound


@pytest.mark.parametrize("record", RECORDS, ids=[r["name"] for r in RECORDS])
def test_program_prints_what_tensorflow_prints(record, tmp_path, request):
    shared = request.getfixturevalue("shared") if record["needs"] else None
    for need in record["needs"]:
        if not (shared / DATA[need]).exists():
            pytest.skip(f"no {DATA[need]}")
    draw_seven(tmp_path / "seven.png")
    whole = ""
    for step in record["steps"]:
        program = EXAMPLES / step["program"]
        seven = tmp_path / "seven.png"
        args = [a.format(shared=shared, seven=seven) for a in step["args"]]
        printed = run(program, args, tmp_path, shared)
        whole += printed
        assert words(printed) == words(step["stdout"])
        if record["compare"] == "numbers":
            tolerance = record["rtol"], record["atol"]
            differing = compare_numbers(printed, step["stdout"], *tolerance)
            assert not differing, f"{program.name}: {differing[:10]}"
        for name in step["files"]:
            assert (tmp_path / name).stat().st_size > 0
    check_bounds(record, whole)


def test_every_program_is_recorded():
    recorded = {step["program"] for r in RECORDS for step in r["steps"]}
    there = {
        path.relative_to(EXAMPLES).as_posix()
        for path in EXAMPLES.rglob("*.py")
        if not path.stem.endswith("_forward")  # imported by the programs beside it
    }
    assert there == recorded


def test_the_comparison_notices_a_wrong_digit():
    theirs = "w is -0.9999999, loss 0.00012 after 3 steps"
    assert compare_numbers(theirs, theirs, 0, 0) == []
    assert compare_numbers(theirs.replace("012", "014"), theirs, 1e-6, 0) != []
    assert compare_numbers(theirs.replace("3 st", "4 st"), theirs, 1e-6, 0) != []
    assert words("[[ 1.  -2.5]]") == words("[[-1.25 2.]]")
