"""Which era a program was written for: the 1.x face or the 2.x face."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from penstock.cli.eras import ONLY_1X, ONLY_2X
from penstock.cli.names import Use

# Names that had gone before `tf.compat.v1` was made (0.x, contrib, tutorials).
OLDER = frozenset(
    "contrib examples models batch_matmul complex_abs histogram_summary image_summary"
    " initialize_local_variables list_diff merge_all_summaries merge_summary mul neg"
    " pack scalar_summary sub unpack nn.rnn train.SummaryWriter"
    " train.batch_normalization nn.sparse_softmax".split()
)
# Paths of the inside that only graph programs import.
INSIDE_1X = (
    "python.client.session",
    "python.platform",
    "python.training",
    "python.ops",
)
KEYWORDS_1X = frozenset(
    "keep_dims reduction_indices keep_prob concat_dim dimension squeeze_dims"
    " seq_dim batch_dim".split()
)
_PLACEHOLDERS = "tensorflow.compat.v1.placeholder"


@dataclass(frozen=True, slots=True)
class Era:
    """`face` is 1 or 2; `why` says what decided, for `penstock check` and `doctor`.

    `eager`: as in TensorFlow 2, importing `tensorflow.compat.v1` changes nothing. A
    program of 1.15 asks placeholders of it and nothing of 2.x: there it means graphs.
    """

    face: int
    why: str
    eager: bool = False


def era(uses: list[Use], trees: list[ast.Module], python2: bool = False) -> Era:
    """The era of the program whose files make `uses` and have `trees`.

    An assertion about the version decides; then the names that exist in one era only,
    by their number; then 1 where it is Python 2, else 2. Names under `tf.compat.v1`
    mean what they say in either era and decide nothing.
    """
    for tree in trees:
        asserted = _asserted(tree)
        if asserted:
            return Era(asserted, f"the program asserts version {asserted}")
    one = {use.path: use for use in uses if _is_1x(use)}
    two = {use.path: use for use in uses if _is_in(use, ONLY_2X)}
    if one and len(one) >= len(two):
        return Era(1, f"only 1.x has {_shown(one)}")
    if two:
        return Era(2, f"only 2.x has {_shown(two)}", eager=True)
    if python2:
        return Era(1, "it is written in Python 2")
    graphs = any(use.path.startswith(_PLACEHOLDERS) for use in uses)
    return Era(2, "no name that only one era has", eager=not graphs)


def _rest(path: str) -> str | None:
    """What follows `tensorflow.`, or None for names that tell no era."""
    root, _, rest = path.partition(".")
    if root != "tensorflow" or rest.startswith("compat."):
        return None
    return rest


def _is_in(use: Use, names: frozenset[str]) -> bool:
    rest = _rest(use.path)
    if not rest:
        return False
    parts = rest.split(".")
    return any(".".join(parts[: n + 1]) in names for n in range(len(parts)))


def _is_1x(use: Use) -> bool:
    if _is_in(use, ONLY_1X) or _is_in(use, OLDER):
        return True
    rest = _rest(use.path)
    if rest is None:
        return False
    return rest.startswith(INSIDE_1X) or bool(KEYWORDS_1X & set(use.keywords or ()))


def _shown(found: dict[str, Use]) -> str:
    use = min(found.values(), key=lambda use: use.line)
    name = "tf" + use.path[len("tensorflow") :]
    others = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{name} (line {use.line}){others}"


def _asserted(tree: ast.Module) -> int | None:
    """1 or 2 from `assert tf.__version__.startswith("2.")` and the like."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assert):
            continue
        named = ast.unparse(node.test)
        if not re.search(r"\b(tf|tensorflow)\.__version__", named):
            continue
        for part in ast.walk(node.test):
            value = part.value if isinstance(part, ast.Constant) else None
            text = str(value) if isinstance(value, (str, float)) else ""
            if text[:1] in ("1", "2") and text[1:2] in ("", "."):
                return int(text[0])
    return None
