"""`tf.app`: parse the flags and call the program's `main`."""

from __future__ import annotations

import sys

from absl import app as _absl
from absl import flags as _absl_flags

from penstock.v1 import flags


def run(main=None, argv=None):
    """Parse flags from `argv`, then exit with what `main(remaining argv)` gives.

    Without `main`, the one of the program's own module. Flags that nobody defined
    are left for the program; a value that does not fit its flag ends the program
    with status 1. As `tf.app.run`.
    """
    _absl.define_help_flags()
    given = sys.argv if argv is None else list(argv)
    try:
        rest = flags.FLAGS(given, known_only=True)
    except _absl_flags.Error as error:
        print(f"FATAL Flags parsing error:\n  {error}", file=sys.stderr)
        print("Pass --helpshort or --helpfull to see help on flags.", file=sys.stderr)
        sys.exit(1)
    if main is None:
        main = sys.modules["__main__"].main
    sys.exit(main(rest))


__all__ = ["flags", "run"]
