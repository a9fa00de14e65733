# One vocabulary for a laptop and for continuous integration.
#   make demo    train on 1,797 handwritten digits
#   make test    the whole test suite
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup demo check test parity bench docs clean

setup: $(VENV)/.dev

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Penstock needs Python 3.11 or later: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV)

# The stamp is written last: an interrupted installation is repeated.
$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.demo

$(VENV)/.demo: pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --editable '.[demo]'
	@touch $@

demo: $(VENV)/.demo
	@$(BIN)/penstock run examples/demo/digits.py

# A file's tests share compiled programs, so a file stays in one process; each process
# may take 5 GB, so there are never more than two.
test: setup
	@$(BIN)/python -m pytest -n auto --maxprocesses 2 --dist loadfile $(ARGS)

# What TensorFlow gave: ops and layers, and the programs of both faces.
parity: setup
	@$(BIN)/python -m pytest tests/laws tests/v1/test_scenarios.py \
	  tests/v2/test_snippets.py $(ARGS)

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/pyright --pythonpath $(BIN)/python --threads 2

# PENSTOCK_ORACLE names a Python that has TensorFlow 2.21 installed.
bench: setup
	@$(BIN)/python -m bench $(ARGS)

docs: setup
	@$(BIN)/python tools/support.py

clean:
	@rm -rf $(VENV) build dist demo_output
