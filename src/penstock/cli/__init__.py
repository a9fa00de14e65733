"""The command line: `run`, `check`, `doctor`; and `import tensorflow` for programs."""

from penstock.cli.commands import main

__all__ = ["main"]
