"""Write `docs/support.md`: which names of the census are here, and what checks each.

    python tools/support.py            write it
    python tools/support.py --check    exit 1 if the file on disk says otherwise

A name is here when the face that programs of its years get has it. What checks it is
found by reading the recorded example programs and the tests for uses of the name.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

CENSUS = ROOT / "tools" / "census.txt"
PAGE = ROOT / "docs" / "support.md"

#: The census counts methods on what it inferred an object to be; these are the
#: classes of those objects, by the path that a program would use.
OWNERS = {
    "Tensor": "tensorflow.Tensor",
    "TensorShape": "tensorflow.TensorShape",
    "Variable": "tensorflow.Variable",
    "Graph": "tensorflow.Graph",
    "Session": "tensorflow.Session",
    "RNNCell": "tensorflow.nn.rnn_cell.RNNCell",
    "Optimizer": "tensorflow.train.Optimizer",
    "GradientTape": "tensorflow.GradientTape",
    "Saver": "tensorflow.train.Saver",
    "Checkpoint": "tensorflow.train.Checkpoint",
    "ExponentialMovingAverage": "tensorflow.train.ExponentialMovingAverage",
    "Server": "tensorflow.train.Server",
    "Supervisor": "tensorflow.train.Supervisor",
    "FileWriter": "tensorflow.summary.FileWriter",
    "Coordinator": "tensorflow.train.Coordinator",
    "Reader": "tensorflow.TFRecordReader",
    "Dataset": "tensorflow.data.Dataset",
    "Iterator": "tensorflow.data.Iterator",
    "Message": "tensorflow.train.Example",
    "Layer": "tensorflow.keras.layers.Layer",
    "Model": "tensorflow.keras.Sequential",
    "History": "tensorflow.keras.callbacks.History",
    "ImageDataGenerator": "tensorflow.keras.preprocessing.image.ImageDataGenerator",
    "KerasOptimizer": "tensorflow.keras.optimizers.Optimizer",
    "Metric": "tensorflow.keras.metrics.Metric",
    "Loss": "tensorflow.keras.losses.Loss",
}
#: Where the inferred object was another than the census' heuristic took it for.
CORRECTED = {
    "Tensor.shape.as_list": "tensorflow.TensorShape.as_list",
    "Tensor.indices": "tensorflow.IndexedSlices.indices",
    "Session.should_stop": "tensorflow.train.MonitoredSession.should_stop",
    "Dataset.get_next": "tensorflow.data.Iterator.get_next",
    "Dataset.make_initializer": "tensorflow.data.Iterator.make_initializer",
    "class(keras.Layer)": "tensorflow.keras.layers.Layer",
    "class(keras.Model)": "tensorflow.keras.Model",
    "*.trainable_variables": "tensorflow.keras.Model.trainable_variables",
}
#: A method counts as used only where the source also makes such an object.
MAKERS = {
    "Tensor": r"",
    "TensorShape": r"",
    "Optimizer": r"train\.\w+Optimizer$",
    "Session": r"(Interactive)?Session$",
    "RNNCell": r".*Cell$",
    "Dataset": r"data\.Dataset\b",
    "Iterator": r"data\.(Dataset|Iterator)\b",
    "Model": r"keras\.(models|Model|Sequential)\b",
    "History": r"keras\.(models|Model|Sequential)\b",
    "Layer": r"keras\.layers\.",
    "KerasOptimizer": r"keras\.optimizers\.",
    "Metric": r"keras\.metrics\.",
    "Loss": r"keras\.losses\.",
    "Message": r"train\.Example$",
    "Reader": r"\w+Reader$",
    "mnist": re.escape("examples.tutorials.mnist"),
}
TUTORIAL = "tensorflow.examples.tutorials.mnist.input_data"


@dataclass(frozen=True, slots=True)
class Name:
    """One line of the census: how many 1.x and 2.x files use `name`."""

    family: str
    name: str
    files_v1: int
    files_v2: int

    @property
    def path(self) -> str:
        """The dotted path that the name stands for in a program."""
        if self.name in CORRECTED:
            return CORRECTED[self.name]
        first, _, rest = self.name.partition(".")
        if first == "tf":
            # A flag is what a program declares, not what the module has.
            return f"tensorflow.{rest}".partition(".FLAGS.")[0]
        if first == "mnist":
            return f"{TUTORIAL}.{self.name}"
        return f"{OWNERS[first]}.{rest}" if first in OWNERS else self.name

    @property
    def faces(self) -> tuple[int, ...]:
        """Of 1 and 2, the faces whose programs use the name: at least a tenth."""
        whole = self.files_v1 + self.files_v2
        found = tuple(
            face
            for face, files in ((1, self.files_v1), (2, self.files_v2))
            if files and files * 10 >= whole
        )
        return found or (1,)


def census() -> list[Name]:
    rows = [
        line.split("\t")
        for line in CENSUS.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    return [Name(f, name, int(v1), int(v2)) for f, name, v1, v2 in rows]


# --- is it here -------------------------------------------------------------------


def present(names: list[Name]) -> dict[Name, dict[int, bool]]:
    """For each name and each face whose programs use it, whether it is there."""
    from penstock.cli import facade

    found: dict[Name, dict[int, bool]] = {name: {} for name in names}
    for face in (1, 2):
        facade.install(face)
        try:
            for name in names:
                if face in name.faces:
                    found[name][face] = resolves(name.path)
        finally:
            facade.uninstall()
    return found


def resolves(path: str) -> bool:
    """Whether a program would find `path`, followed through modules and classes."""
    import importlib

    if path.startswith(TUTORIAL + ".mnist."):
        return _tutorial(path.removeprefix(TUTORIAL + ".mnist."))
    parts = path.split(".")
    try:
        value = importlib.import_module(parts[0])
    except ImportError:
        return False
    for at, part in enumerate(parts[1:], 1):
        try:
            value = getattr(value, part)
        except AttributeError:
            if isinstance(value, type):
                return _instances_have(value, part)
            try:
                value = importlib.import_module(".".join(parts[: at + 1]))
            except ImportError:
                return False
    return True


def _tutorial(path: str) -> bool:
    """`train.next_batch`, `test.images`, ...: of what `read_data_sets` returns."""
    import importlib

    try:
        module = importlib.import_module(TUTORIAL)
    except ImportError:
        return False
    if not hasattr(module, "read_data_sets"):
        return False
    sets = importlib.import_module(module.read_data_sets.__module__)
    kind = getattr(module, "DataSet", None) or getattr(sets, "DataSet", None)
    return isinstance(kind, type) and _instances_have(kind, path.split(".")[1])


def _instances_have(kind: type, name: str) -> bool:
    """Whether the class or one of its methods gives instances the attribute."""
    if hasattr(kind, name):
        return True
    # What programs get is often a kind of it: an eager tensor, a trained variable.
    if any(name in vars(special) for special in kind.__subclasses__()):
        return True
    for base in kind.__mro__:
        for member in vars(base).values():
            code = getattr(member, "__code__", None)
            if code is not None and name in code.co_names:
                return True
        if name in getattr(base, "__annotations__", {}):
            return True
    return False


# --- what checks it ---------------------------------------------------------------


def evidence(names: list[Name]) -> dict[Name, str]:
    """The first recorded program or test that uses each name, or ""."""
    sources = list(_sources())
    return {
        name: next((label for label, used in sources if _uses(used, name)), "")
        for name in names
    }


def _uses(used: set[str], name: Name) -> bool:
    first, _, rest = name.name.partition(".")
    if first == "tf":
        bare = name.path.removeprefix("tensorflow.")
        return rest in used or bare in used
    if first == "keras" or name.name in CORRECTED:
        path = name.path.removeprefix("tensorflow.")
        return path in used or (path.rpartition(".")[0] in used and _called(used, path))
    maker = MAKERS.get(first) or re.escape(
        OWNERS.get(first, "").removeprefix("tensorflow.")
    )
    if not any(re.match(maker, path) for path in used if path[:1] != "."):
        return False
    if rest == "__call__":
        return True
    parts = rest.split(".")
    return "." + ".".join(parts[:2] if first == "mnist" else parts[-1:]) in used


def _called(used: set[str], path: str) -> bool:
    return "." + path.rpartition(".")[2] in used


def _sources() -> Iterator[tuple[str, set[str]]]:
    """(label, names used): recorded programs first, then tests, by name."""
    from penstock.cli.source import parse_source

    programs: dict[Path, str] = {}
    for record in sorted((ROOT / "tests" / "fixtures" / "programs").glob("*.json")):
        for step in json.loads(record.read_text(encoding="utf-8"))["steps"]:
            program = ROOT / "examples" / "v1" / step["program"]
            for file in sorted(program.parent.glob("*.py")):
                if file == program or file.stem.endswith("_forward"):
                    programs.setdefault(file, f"programs/{record.stem}")
    for file, label in programs.items():
        yield label, _used(parse_source(file.read_bytes(), str(file)).tree, False)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        label = file.relative_to(ROOT / "tests").as_posix()
        yield label, _used(tree, label.startswith(ROWS))


#: Tests that name what they check in rows of strings: "nn.relu".
ROWS = ("laws/", "parity/", "ops/")
FACES = {
    "tensorflow": "",
    "penstock": "",
    "penstock.compat.v1": "",
    "penstock.v1": "",
    "penstock.v2": "",
    "penstock.keras": "keras",
    "keras": "keras",
}


def _face_path(module: str) -> str | None:
    """What `module` is below `tf`: "" for tensorflow, "nn" for tensorflow.nn."""
    if module in FACES:
        return FACES[module]
    root, _, rest = module.partition(".")
    if root == "tensorflow":
        return rest
    return module if root == "keras" else None


def _used(tree: ast.Module, rows: bool) -> set[str]:
    """Names of `tf` that the source uses, and `.member`, `.a.b` of any object."""
    aliases = {"tf": "", "keras": "keras"} | _aliases(tree)
    used = {path for path in aliases.values() if path}
    for node in ast.walk(tree):
        if rows and isinstance(node, ast.Constant) and isinstance(node.value, str):
            used.add(node.value.removeprefix("tf."))
        if not isinstance(node, ast.Attribute):
            continue
        parts, below = [node.attr], node.value
        while isinstance(below, ast.Attribute):
            parts.insert(0, below.attr)
            below = below.value
        used.add(f".{parts[-1]}")
        used.add("." + ".".join(parts[-2:]))
        if isinstance(below, ast.Name) and below.id in aliases:
            used.add(".".join(filter(None, [aliases[below.id], *parts])))
    return used


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Local names of TensorFlow's modules and objects -> their path below `tf`."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                path = _face_path(name.name)
                if path is not None and (name.asname or "." not in name.name):
                    found[name.asname or name.name] = path
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for name in node.names:
                path = _face_path(f"{node.module}.{name.name}")
                above = _face_path(node.module)
                if path is None and above is not None:
                    path = ".".join(filter(None, [above, name.name]))
                if path is not None:
                    found[name.asname or name.name] = path
    return found


# --- the page ---------------------------------------------------------------------

HEAD = """\
# What is here

Generated by `make docs` from the names that public programs use most
(`tools/census.txt`) and from the faces themselves; a test fails when it is stale.

`1.x` and `2.x` tell whether the face that programs of those years get has the name; an
empty cell means that hardly any program of those years uses it. The last column names
a recorded program (`tests/fixtures/programs`) or a test that uses the name.

"""


def page() -> str:
    names = census()
    here, checks = present(names), evidence(names)
    parts = [HEAD, _summary(names, here, checks)]
    for family in dict.fromkeys(name.family for name in names):
        parts.append(f"\n## {family}\n\n| name | files | 1.x | 2.x | checked by |\n")
        parts.append("|---|---|---|---|---|\n")
        for name in names:
            if name.family == family:
                marks = [_mark(here[name].get(face)) for face in (1, 2)]
                files = name.files_v1 + name.files_v2
                check = checks[name] if any(here[name].values()) else ""
                row = [f"`{name.name}`", str(files), *marks, check]
                parts.append("| " + " | ".join(row) + " |\n")
    return "".join(parts)


def _mark(there: bool | None) -> str:
    return "" if there is None else "yes" if there else "no"


def _summary(names, here, checks) -> str:
    lines = []
    for face in (1, 2):
        asked = [name for name in names if face in here[name]]
        there = [name for name in asked if here[name][face]]
        checked = [name for name in there if checks[name]]
        lines.append(
            f"- {face}.x: {len(there)} of {len(asked)} names are here, {len(checked)} "
            "of them used by a recorded program or a test.\n"
        )
    return "".join(lines)


def main() -> int:
    text = page()
    if "--check" in sys.argv[1:]:
        return 0 if PAGE.read_text(encoding="utf-8") == text else 1
    PAGE.parent.mkdir(exist_ok=True)
    beside = PAGE.with_suffix(".tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(PAGE)
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
