"""Batches computed ahead in threads, in order: what `fit(workers=...)` uses.

`use_multiprocessing` is accepted and served by threads: results and order are the
same, and NumPy and image decoding release the interpreter lock.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor

from penstock.pipeline.background import Worker


class SequenceEnqueuer:
    """Base: start(), then get() once, stop()."""

    def __init__(self, sequence, use_multiprocessing=False):
        self.sequence = sequence
        self.use_multiprocessing = use_multiprocessing
        self._batches: Generator | None = None

    def is_running(self) -> bool:
        return self._batches is not None

    def start(self, workers=1, max_queue_size=10) -> None:
        if self.is_running():
            raise RuntimeError(f"{type(self).__name__} was started already.")
        self._batches = self._produce(max(1, workers), max_queue_size)

    def stop(self, timeout=None) -> None:
        """End the threads; what was computed ahead is dropped."""
        batches, self._batches = self._batches, None
        if batches is not None:
            batches.close()

    def get(self) -> Iterator:
        """The batches, in order, until stop()."""
        if self._batches is None:
            raise RuntimeError(f"{type(self).__name__}: call start() before get().")
        return self._batches

    def _produce(self, workers: int, depth: int) -> Generator:
        raise NotImplementedError


class OrderedEnqueuer(SequenceEnqueuer):
    """Batches of a `Sequence`, epoch after epoch, without end."""

    def __init__(self, sequence, use_multiprocessing=False, shuffle=False):
        super().__init__(sequence, use_multiprocessing)
        self.shuffle = shuffle

    def _produce(self, workers: int, depth: int) -> Generator:
        pool = ThreadPoolExecutor(workers, thread_name_prefix="penstock-enqueue")
        try:
            while True:
                order = list(range(len(self.sequence)))
                if self.shuffle:
                    random.shuffle(order)
                pending: deque = deque()
                for index in order:
                    pending.append(pool.submit(self.sequence.__getitem__, index))
                    if len(pending) >= depth:
                        yield pending.popleft().result()
                while pending:
                    yield pending.popleft().result()
                self.sequence.on_epoch_end()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class GeneratorEnqueuer(SequenceEnqueuer):
    """What a generator yields. One thread asks it: a generator cannot be shared."""

    def __init__(self, generator, use_multiprocessing=False, random_seed=None):
        super().__init__(generator, use_multiprocessing)
        self.random_seed = random_seed

    def _produce(self, workers: int, depth: int) -> Generator:
        return Worker(self.sequence, depth).elements()
