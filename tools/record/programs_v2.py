"""Record what the programs of examples/v2 print on TensorFlow.

    ORACLE/bin/python tools/record/programs_v2.py [NAME ...]

writes `tests/fixtures/programs_v2/NAME.json`. PENSTOCK_SHARED names the folder with
`data/dot.csv`.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "programs_v2"
ROUNDING = "float32 sums in another order, through hundreds of steps"

#: Name -> (relative tolerance, absolute tolerance, arguments, files left behind).
PROGRAMS = {
    "tensors": (1e-6, 1e-7, [], []),
    "iris": (1e-5, 1e-5, [], []),
    "iris_optimizers": (1e-4, 2e-5, [], []),
    "descent": (1e-5, 2e-6, [], []),
    "yoghurt": (1e-5, 1e-5, [], []),
    "char_rnn": (1e-3, 2e-3, [], []),
    "dcgan": (1e-3, 1e-4, [], []),
    "translate": (1e-3, 2e-3, [], []),
    "actor_critic": (1e-3, 1e-3, [], []),
    "vae": (1e-4, 1e-4, [], []),
    "dots": (1e-3, 1e-3, ["{shared}/data/dot.csv"], ["dots.png", "dots_l2.png"]),
}


def main() -> None:
    FIXTURES.mkdir(parents=True, exist_ok=True)
    shared = os.environ.get("PENSTOCK_SHARED", "")
    environment = {
        **os.environ, "MPLBACKEND": "Agg", "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_USE_LEGACY_KERAS": "1",
        "CUDA_VISIBLE_DEVICES": "",
    }  # fmt: skip
    for name in sys.argv[1:] or PROGRAMS:
        rtol, atol, args, files = PROGRAMS[name]
        program = ROOT / "examples" / "v2" / f"{name}.py"
        given = [a.format(shared=shared) for a in args]
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, str(program), *given], cwd=folder, env=environment,
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            assert all((Path(folder) / f).exists() for f in files)
        kept = {
            "program": f"{name}.py", "tensorflow": "2.21.0", "args": args,
            "files": files, "rtol": rtol, "atol": atol, "reason": ROUNDING,
            "source": program.read_text(), "printed": done.stdout,
        }  # fmt: skip
        (FIXTURES / f"{name}.json").write_text(json.dumps(kept, indent=0) + "\n")
        print(name, len(done.stdout))


if __name__ == "__main__":
    main()
