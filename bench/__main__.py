"""Run the questions, one after the other, and put the table into the README.

python -m bench [NAME ...] [--peer-python PYTHON] [--torch-python PYTHON] [--rounds N]
"""

import json
import re
import subprocess
import sys
import time

from bench import sides

#: Each a module of this folder that ends in `sides.emit`.
QUESTIONS = (
    "import_time",
    "scalar_program",
    "session_run",
    "mnist_step",
    "recurrent",
    "convolution",
    "eager",
    "data_pipeline",
    "keras_fit",
)
MARKED = re.compile(r"(<!-- bench: begin -->\n).*?(<!-- bench: end -->)", re.DOTALL)
HEAD = """\
| question | figure | Penstock | peer | | ratio | aim |
|---|---|---|---|---|---|---|
"""


def rows(result: dict) -> list[str]:
    """One line for each figure and peer of a result."""
    lines = []
    for figure in result["figures"]:
        ours = f"{figure['penstock']:.4g} {figure['unit']}"
        for peer, told in figure["peers"].items():
            theirs = f"{told['median']:.4g} {figure['unit']}"
            cells = result["question"], figure["figure"], ours, peer, theirs
            lines.append(f"| {' | '.join(cells)} | {told['ratio']:.2f} | {aim(told)} |")
    return lines


def aim(told: dict) -> str:
    """The largest ratio that is good, and whether ours is."""
    if not told["aim"]:
        return ""
    met = "met" if told["ratio"] <= told["aim"] else "**missed**"
    return f"≤ {told['aim']:.2f}, {met}"


def table(results: list[dict]) -> str:
    """The results as Markdown, and where they were measured."""
    lines = [line for result in results for line in rows(result)]
    where = results[-1]["machine"]
    versions = ", ".join(
        f"{name} {where[key]}"
        for name, key in (
            ("Python", "python"), ("JAX", "jax"), ("TensorFlow", "tensorflow"),
            ("Keras", "keras"), ("PyTorch", "torch"),
        )
        if where.get(key)
    )  # fmt: skip
    judged = [t for r in results for f in r["figures"] for t in f["peers"].values()]
    aims = [t for t in judged if t["aim"]]
    met = sum(t["ratio"] <= t["aim"] for t in aims)
    loads = [r["machine"]["load_at_start"] for r in results]
    notes = [
        f"{met} of {len(aims)} aims met. {where['processor']}, {where['cores']} cores, "
        f"{versions}; medians of alternating rounds. Load of the machine at the start "
        f"of each question: {min(loads)} to {max(loads)}.",
    ]
    for result in results:
        for side, reason in result["left_out"].items():
            notes.append(f"Left out of “{result['question']}”: {side}: {reason}")
    return HEAD + "\n".join(lines) + "\n\n" + "\n\n".join(notes) + "\n"


def main() -> None:
    made = sides.parser()
    made.add_argument("names", nargs="*", metavar="NAME", help="questions; default all")
    made.set_defaults(rounds=None)
    chosen = made.parse_args()
    unknown = set(chosen.names) - set(QUESTIONS)
    if unknown:
        made.error(f"no such question: {', '.join(unknown)}; {', '.join(QUESTIONS)}")
    if not chosen.peer_python:
        made.error("name a Python that has TensorFlow by --peer-python")
    passed = []
    for option in ("peer_python", "torch_python", "jax_python", "rounds"):
        if getattr(chosen, option) is not None:
            passed += [f"--{option.replace('_', '-')}", str(getattr(chosen, option))]
    results = []
    for name in chosen.names or QUESTIONS:
        began = time.perf_counter()
        command = [sys.executable, "-m", f"bench.{name}", *passed]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=sides.ROOT)
        kept = sides.HERE / "results" / f"{name}.json"
        results.append(json.loads(kept.read_text(encoding="utf-8")))
        print(f"measured {name} in {time.perf_counter() - began:.0f} s", flush=True)
    told = table(results)
    if not chosen.names:
        readme = sides.ROOT / "README.md"
        text = readme.read_text(encoding="utf-8")
        new = MARKED.sub(lambda m: m[1] + told + m[2], text)
        readme.write_text(new, encoding="utf-8")
    print(told)


if __name__ == "__main__":
    main()
