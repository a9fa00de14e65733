"""Data that programs hand out batch by batch: Sequence and PyDataset."""

from __future__ import annotations


class Sequence:
    """Base class: `__getitem__(index)` gives batch `index`, `__len__` their number."""

    def __getitem__(self, index):
        raise NotImplementedError(
            f"{type(self).__name__} must have __getitem__(self, index), giving a batch."
        )

    def __len__(self):
        raise NotImplementedError(
            f"{type(self).__name__} must have __len__(self), the number of batches."
        )

    def on_epoch_end(self):
        """Called after every epoch; shuffle here."""

    def __iter__(self):
        for index in range(len(self)):
            yield self[index]


class PyDataset(Sequence):
    """The same under Keras 3's name, with its settings."""

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        self._workers = workers
        self._use_multiprocessing = use_multiprocessing
        self._max_queue_size = max_queue_size

    # A subclass may forget super().__init__(); then the defaults hold.
    @property
    def workers(self):
        return getattr(self, "_workers", 1)

    @workers.setter
    def workers(self, value):
        self._workers = value

    @property
    def use_multiprocessing(self):
        return getattr(self, "_use_multiprocessing", False)

    @use_multiprocessing.setter
    def use_multiprocessing(self, value):
        self._use_multiprocessing = value

    @property
    def max_queue_size(self):
        return getattr(self, "_max_queue_size", 10)

    @max_queue_size.setter
    def max_queue_size(self, value):
        self._max_queue_size = value

    @property
    def num_batches(self):
        """Number of batches of an epoch; None for an endless data set."""
        return len(self)

    def on_epoch_begin(self):
        """Called before every epoch."""
