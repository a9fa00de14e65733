"""Run every question, one after the other, and put the table into the README.

python -m bench [--peer-python PYTHON] [--rounds N]
"""

import json
import re
import subprocess
import sys

from bench import sides

QUESTIONS = ("scalar_program", "session_run", "mnist_step", "peak_memory")
MARKED = re.compile(r"(<!-- bench: begin -->\n).*?(<!-- bench: end -->)", re.DOTALL)


def table(results: list[dict]) -> str:
    """The results as Markdown: one row per figure, and where they were measured."""
    lines = [
        "| question | figure | Penstock | TensorFlow | ratio | aim |",
        "|---|---|---|---|---|---|",
    ]
    for result in results:
        for row in result["figures"]:
            ours = f"{row['penstock']:.4g} {row['unit']}"
            theirs = f"{row['tensorflow']:.4g} {row['unit']}"
            aim = f"≤ {row['aim']:.2f}" if row["aim"] else ""
            lines.append(
                f"| {result['question']} | {row['figure']} | {ours} | {theirs} "
                f"| {row['ratio']:.2f} | {aim} |"
            )
    where = results[-1]["machine"]
    lines += [
        "",
        f"{where['processor']}, {where['cores']} cores, Python {where['python']}, "
        f"JAX {where['jax']}, TensorFlow {where['tensorflow']}; medians of "
        f"{results[-1]['rounds']} alternating rounds.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    sides.options()  # complain about a missing peer once, before anything runs
    results = []
    for name in QUESTIONS:
        command = [sys.executable, "-m", f"bench.{name}", *sys.argv[1:]]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=sides.ROOT)
        kept = sides.HERE / "results" / f"{name}.json"
        results.append(json.loads(kept.read_text(encoding="utf-8")))
        print(f"measured {name}", flush=True)
    readme = sides.ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    rows = table(results)
    readme.write_text(MARKED.sub(lambda m: m[1] + rows + m[2], text), encoding="utf-8")
    print(rows)


if __name__ == "__main__":
    main()
