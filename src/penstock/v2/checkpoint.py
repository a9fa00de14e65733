"""`tf.train.Checkpoint` and `CheckpointManager`."""

from __future__ import annotations

import os
import time
from typing import Any

from penstock.api.variable import Variable
from penstock.formats.checkpoint_state import (
    read_checkpoint_state,
    write_checkpoint_state,
)
from penstock.runtime.eager import RECORDER
from penstock.saving.checkpoint import latest_checkpoint, remove_checkpoint
from penstock.saving.object_graph import Restoration, children, track, write_objects


class _Untouched:
    """The status of `restore(None)`: there was nothing to restore."""

    def _same(self):
        return self

    assert_nontrivial_match = expect_partial = _same
    assert_existing_objects_matched = _same

    def assert_consumed(self):
        raise AssertionError(
            "No checkpoint specified (save_path=None); nothing is restored."
        )

    def initialize_or_restore(self, session=None) -> None:
        """Nothing to do: variables have their first values."""

    run_restore_ops = initialize_or_restore


class Checkpoint:
    """A group of objects whose variables are saved and restored together.

    `Checkpoint(root)` or `Checkpoint(model=..., step=...)`. As `tf.train.Checkpoint`.
    """

    def __init__(self, root=None, **kwargs):
        for name, value in kwargs.items():
            setattr(self, name, value)
        self._root = root
        self._names = tuple(kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        if not name.startswith("_"):
            track(self, name, value)

    def _trackable_children(self) -> dict[str, Any]:
        held = {k: v for k, v in vars(self).items() if not k.startswith("_")}
        counter = held.pop("save_counter", None)
        held = {k: v for k, v in held.items() if v is not None}
        if self._root is not None:
            held = {**children(self._root), **held}
        return held if counter is None else {**held, "save_counter": counter}

    def _counter(self) -> Variable:
        if getattr(self, "save_counter", None) is None:
            self.save_counter = Variable(
                0, trainable=False, name="save_counter", dtype="int64"
            )
        return self.save_counter

    def write(self, file_prefix, options=None) -> str:
        """Write the checkpoint `file_prefix` just so. Returns it."""
        prefix = os.fspath(file_prefix)
        os.makedirs(os.path.dirname(prefix) or ".", exist_ok=True)
        RECORDER.flush()
        write_objects(prefix, self)
        return prefix

    def save(self, file_prefix, options=None) -> str:
        """Write `file_prefix-N`, N counting saves, and name it the newest."""
        counter = self._counter()
        counter.assign_add(1)
        prefix = self.write(f"{os.fspath(file_prefix)}-{int(counter)}")
        folder = os.path.dirname(prefix) or "."
        write_checkpoint_state(folder, _within(folder, prefix))
        return prefix

    def read(self, save_path, options=None):
        """Restore what `write` wrote. Returns a status to assert on."""
        return Restoration(os.fspath(save_path), self)

    def restore(self, save_path, options=None):
        """Restore from a checkpoint (or the newest of a folder); None does nothing.

        Variables that are made later get their values when they are set as
        attributes. Returns a status to assert on.
        """
        if save_path is None:
            return _Untouched()
        place = os.fspath(save_path)
        if os.path.isdir(place):
            place = latest_checkpoint(place) or place
        self._counter()
        return self.read(place)


class CheckpointManager:
    """Keeps the last `max_to_keep` checkpoints of a folder. As in TensorFlow."""

    def __init__(self, checkpoint, directory, max_to_keep,
                 keep_checkpoint_every_n_hours=None, checkpoint_name="ckpt",
                 step_counter=None, checkpoint_interval=None,
                 init_fn=None, last_checkpoint_step=None):  # fmt: skip
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError(
                f"max_to_keep must be positive or None, not {max_to_keep}."
            )
        self.checkpoint = checkpoint
        self._folder = os.fspath(directory)
        self._limit = max_to_keep
        self._hours = keep_checkpoint_every_n_hours
        self._prefix = os.path.join(self._folder, checkpoint_name)
        self._counter, self.checkpoint_interval = step_counter, checkpoint_interval
        self._init = init_fn
        self._last_step = last_checkpoint_step
        state = read_checkpoint_state(self._folder)
        self._kept: dict[str, float] = {}
        self._preserved = time.time()
        if state is not None:
            times = state.all_model_checkpoint_timestamps
            times = times or (time.time(),) * len(state.all_model_checkpoint_paths)
            self._kept = dict(
                zip(state.all_model_checkpoint_paths, times, strict=False)
            )
            self._preserved = state.last_preserved_timestamp or self._preserved

    @property
    def directory(self) -> str:
        return self._folder

    @property
    def latest_checkpoint(self) -> str | None:
        return next(reversed(self._kept), None)

    @property
    def checkpoints(self) -> list[str]:
        """The checkpoints that are kept, oldest first."""
        return list(self._kept)

    def save(
        self, checkpoint_number=None, check_interval=True, options=None
    ) -> str | None:
        """Write a checkpoint, numbered by saves, and delete those beyond the limit."""
        if self._counter is not None and self.checkpoint_interval and check_interval:
            step = int(self._counter)
            if (
                self._last_step is not None
                and step < self._last_step + self.checkpoint_interval
            ):
                return None
            self._last_step = step
        counter = self.checkpoint._counter()
        counter.assign_add(1)
        number = counter if checkpoint_number is None else checkpoint_number
        prefix = self.checkpoint.write(f"{self._prefix}-{int(number)}")
        now = time.time()
        self._kept.pop(prefix, None)
        self._kept[prefix] = now
        self._sweep(now)
        write_checkpoint_state(
            self._folder, _within(self._folder, prefix),
            [_within(self._folder, p) for p in self._kept],
            list(self._kept.values()), self._preserved,
        )  # fmt: skip
        return prefix

    def _sweep(self, now: float) -> None:
        if self._limit is None:
            return
        for prefix, made in list(self._kept.items())[: -self._limit]:
            del self._kept[prefix]
            if self._hours and made - self._preserved >= self._hours * 3600:
                self._preserved = made
                continue
            remove_checkpoint(prefix)

    def restore_or_initialize(self) -> str | None:
        """Restore the newest checkpoint, or call `init_fn`."""
        if self.latest_checkpoint is not None:
            self.checkpoint.restore(self.latest_checkpoint)
            return self.latest_checkpoint
        if self._init is not None:
            self._init()
        return None


def _within(folder: str, prefix: str) -> str:
    """How the state file of `folder` names `prefix`, so that both can be moved."""
    return os.path.basename(prefix) if os.path.isabs(folder) else prefix


class CheckpointOptions:
    """Accepted: writing is local and whole."""

    def __init__(self, *args, **kwargs):
        self.options = kwargs


def checkpoints_iterator(
    checkpoint_dir, min_interval_secs=0, timeout=None, timeout_fn=None
):
    """Names of checkpoints as they appear in a folder."""
    seen, started = None, time.time()
    while True:
        newest = latest_checkpoint(checkpoint_dir)
        if newest is not None and newest != seen:
            seen, started = newest, time.time()
            yield newest
            time.sleep(min_interval_secs)
        elif timeout is not None and time.time() - started >= timeout:
            if timeout_fn is None or timeout_fn():
                return
            started = time.time()
        else:
            time.sleep(min(1.0, timeout or 1.0))


__all__ = [
    "Checkpoint",
    "CheckpointManager",
    "CheckpointOptions",
    "checkpoints_iterator",
]
