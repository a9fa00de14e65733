"""`tensorflow.examples.tutorials.mnist.input_data` under the program's graph seed."""

from __future__ import annotations

from typing import Any

from penstock.datasets import mnist_tutorial as tutorial
from penstock.datasets.mnist_tutorial import Datasets
from penstock.ir import context


class DataSet(tutorial.DataSet):
    """As the tutorial's; where `seed` is None, `tf.set_random_seed` decides."""

    def __init__(self, *args: Any, seed: int | None = None, **options: Any) -> None:
        super().__init__(*args, seed=_seed(seed), **options)


def read_data_sets(
    train_dir: Any, *args: Any, seed: int | None = None, **options: Any
) -> Datasets:
    """As the tutorial's; where `seed` is None, `tf.set_random_seed` decides."""
    return tutorial.read_data_sets(train_dir, *args, seed=_seed(seed), **options)


def _seed(seed: int | None) -> int | None:
    """`seed`, or the graph's; no op's seed is used up. None: nothing was seeded."""
    if seed is not None:
        return seed
    where = context.landing()
    return where.seeds.graph_seed if where.eager else where.seed


__all__ = ["DataSet", "Datasets", "read_data_sets"]
