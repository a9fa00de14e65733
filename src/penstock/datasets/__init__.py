"""Data sets that programs ask for by name."""
