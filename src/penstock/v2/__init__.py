"""The 2.x face: tapes, functions, modules."""
