"""Windows over a series as a data set, gathered by index."""

from __future__ import annotations

import numpy as np

from penstock.api.dataset import Dataset
from penstock.pipeline import ArraySpec
from penstock.pipeline import Dataset as Pipeline


def timeseries_dataset_from_array(
    data,
    targets,
    sequence_length,
    sequence_stride=1,
    sampling_rate=1,
    batch_size=128,
    shuffle=False,
    seed=None,
    start_index=None,
    end_index=None,
):
    """Batches of windows [n, sequence_length, ...], with `targets` of their starts.

    Window k holds rows s, s + sampling_rate, ... of data[start_index:end_index] with
    s = k * sequence_stride; its target is row s of `targets`, cut in the same way.
    """
    _check(
        data, sequence_length, sequence_stride, sampling_rate, start_index, end_index
    )
    data = np.asarray(data)[start_index:end_index]
    reach = (sequence_length - 1) * sampling_rate
    count = len(data) - reach
    if targets is not None:
        targets = np.asarray(targets)[start_index:end_index]
        count = min(count, len(targets))
    starts = np.arange(0, count, sequence_stride)
    if shuffle:
        if seed is None:
            seed = np.random.randint(10**6)
        np.random.RandomState(seed).shuffle(starts)
    steps = np.arange(sequence_length) * sampling_rate

    def window(start):
        """One window for a scalar, a batch of them for an array of starts."""
        rows = data[np.asarray(start)[..., None] + steps]
        return rows if targets is None else (rows, targets[start])

    spec = _spec(data, sequence_length)
    if targets is not None:
        spec = (spec, ArraySpec(targets.dtype.name, targets.shape[1:]))
    made = Pipeline.from_tensor_slices(starts)
    made = made.map(window, vectorised=window, spec=spec)
    if shuffle:
        made = made.shuffle(batch_size * 8 if batch_size else 1024, seed=seed)
    if batch_size is not None:
        made = made.batch(batch_size).prefetch(-1)
    return Dataset(made.node)


def _spec(data: np.ndarray, length: int) -> ArraySpec:
    return ArraySpec(data.dtype.name, (length, *data.shape[1:]))


def _check(data, length, stride, rate, start, end) -> None:
    sizes = {
        "sequence_length": length,
        "sequence_stride": stride,
        "sampling_rate": rate,
    }
    for name, size in sizes.items():
        if size <= 0 or size >= len(data):
            raise ValueError(
                f"`{name}` must be higher than 0 and lower than the length of the data "
                f"({len(data)}). Received: {name}={size}"
            )
    for name, bound in (("start_index", start), ("end_index", end)):
        if bound is not None and not 0 <= bound <= len(data):
            raise ValueError(
                f"`{name}` must be within 0 and {len(data)}, the data's length. "
                f"Received: {bound}"
            )
    if start is not None and end is not None and start >= end:
        raise ValueError(
            f"`end_index` must be higher than `start_index`. Received: {start}, {end}"
        )
