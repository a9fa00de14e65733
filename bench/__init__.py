"""Benchmarks: one question per file, each figure beside a peer's in the same run."""
