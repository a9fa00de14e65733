"""Run every question, one after the other, and print the README's table.

python -m bench [--peer-python PYTHON] [--rounds N]
"""

import json
import subprocess
import sys

from bench import sides

QUESTIONS = ("scalar_program", "session_run", "mnist_step", "peak_memory")


def main() -> None:
    sides.options()  # complain about a missing peer once, before anything runs
    print("| question | figure | Penstock | TensorFlow | ratio | aim |")
    print("|---|---|---|---|---|---|")
    for name in QUESTIONS:
        command = [sys.executable, "-m", f"bench.{name}", *sys.argv[1:]]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=sides.ROOT)
        result = json.loads((sides.HERE / "results" / f"{name}.json").read_text())
        for row in result["figures"]:
            ours, theirs = (f"{row[k]:.4g} {row['unit']}" for k in SIDES)
            print(
                f"| {result['question']} | {row['figure']} | {ours} | {theirs} "
                f"| {row['ratio']:.2f} | {row['aim']:.2f} |",
                flush=True,
            )
    print("\n" + json.dumps(result["machine"]))


SIDES = ("penstock", "tensorflow")

if __name__ == "__main__":
    main()
