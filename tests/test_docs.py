"""The recipes in `docs` do what they say."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
RECIPES = [p.name for p in sorted(DOCS.glob("adding-*.md"))]
RUN = "import doctest, sys; sys.exit(doctest.testfile(sys.argv[1], False).failed)"


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipe_runs(recipe):
    text = (DOCS / recipe).read_text(encoding="utf-8")
    assert doctest.DocTestParser().get_examples(text), "a recipe without examples"
    # In a process of its own: the recipes add to the op table.
    command = [sys.executable, "-c", RUN, str(DOCS / recipe)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_links_lead_somewhere():
    pages = [*DOCS.rglob("*.md"), DOCS.parent / "README.md"]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
