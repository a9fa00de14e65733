"""Checkpoints of a folder and what is in them, under TensorFlow's names and errors."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator

import numpy as np

from penstock.core.dtypes import DType, as_dtype
from penstock.core.errors import DataLossError, InvalidArgumentError, NotFoundError
from penstock.core.shapes import compatible
from penstock.formats import bundle, checkpoint_state
from penstock.formats.checkpoint_state import CheckpointState
from penstock.formats.errors import FormatError, MissingEntryError
from penstock.formats.messages import DataType

__all__ = [
    "CheckpointReader", "NewCheckpointReader", "checkpoint_exists",
    "generate_checkpoint_state_proto", "get_checkpoint_mtimes", "get_checkpoint_state",
    "latest_checkpoint", "list_variables", "load_checkpoint", "load_variable",
    "remove_checkpoint", "update_checkpoint_state",
]  # fmt: skip


@contextlib.contextmanager
def told(prefix: str) -> Generator[None, None, None]:
    """Errors of the files at `prefix` as TensorFlow's classes."""
    try:
        yield
    except MissingEntryError as error:
        raise NotFoundError(str(error)) from error
    except FormatError as error:
        raise DataLossError(f"{error}. The checkpoint {prefix} is damaged.") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFoundError(
            "Unsuccessful TensorSliceReader constructor: Failed to find any matching "
            f"files for {prefix}" + ("" if _no_index(prefix) else f" ({error})")
        ) from error


def _no_index(prefix: str) -> bool:
    return not os.path.exists(f"{prefix}.index")


class CheckpointReader:
    """The tensors of the checkpoint at `prefix`. As `tf.train.NewCheckpointReader`.

    Raises NotFoundError where there is none, DataLossError where it is damaged.
    """

    def __init__(self, filepattern):
        self._prefix = os.fspath(filepattern)
        with told(self._prefix):
            self._bundle = bundle.read_bundle(self._prefix)

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """Name -> sizes, of every tensor."""
        with told(self._prefix):
            return {k: list(self._bundle.shape(k)) for k in self._bundle.keys()}

    def get_variable_to_dtype_map(self) -> dict[str, DType]:
        with told(self._prefix):
            return {k: as_dtype(self._bundle.data_type(k)) for k in self._bundle.keys()}

    def has_tensor(self, tensor_str) -> bool:
        return tensor_str in self._bundle

    def get_tensor(self, tensor_str) -> np.ndarray:
        """The values of one tensor. Raises NotFoundError for an unknown name."""
        if tensor_str not in self._bundle:
            raise NotFoundError(f"Key {tensor_str} not found in checkpoint")
        with told(self._prefix):
            values = self._bundle.read(tensor_str)
        return values if values.ndim else values[()]

    def debug_string(self) -> bytes:
        """One line for each tensor: name, type, shape."""
        lines = []
        for key in self._bundle.keys():
            kind = DataType.Name(self._bundle.data_type(key))
            sizes = ",".join(map(str, self._bundle.shape(key)))
            lines.append(f"{key} ({kind}) [{sizes}]\n")
        return "".join(lines).encode()


def NewCheckpointReader(filepattern) -> CheckpointReader:
    """A reader of the checkpoint whose prefix is `filepattern`."""
    return CheckpointReader(filepattern)


def _prefix(place) -> str:
    """The prefix of a checkpoint from its prefix, or from its folder's state file."""
    place = os.fspath(place)
    if os.path.isdir(place):
        newest = latest_checkpoint(place)
        if newest is None:
            raise ValueError(
                f"Couldn't find 'checkpoint' file or checkpoints in given directory "
                f"{place}"
            )
        return newest
    return place


def load_checkpoint(ckpt_dir_or_file) -> CheckpointReader:
    """A reader of a checkpoint, or of a folder's newest. ValueError without one."""
    return CheckpointReader(_prefix(ckpt_dir_or_file))


def load_variable(ckpt_dir_or_file, name) -> np.ndarray:
    """The values of tensor `name`; a ":0" behind it is ignored."""
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def list_variables(ckpt_dir_or_file) -> list[tuple[str, list[int]]]:
    """(name, shape) of every tensor, sorted by name."""
    shapes = load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map()
    return sorted(shapes.items())


def checkpoint_exists(checkpoint_prefix) -> bool:
    """Whether there is a checkpoint of that prefix."""
    prefix = os.fspath(checkpoint_prefix)
    return os.path.exists(f"{prefix}.index") or os.path.isfile(prefix)


def get_checkpoint_state(
    checkpoint_dir, latest_filename=None
) -> CheckpointState | None:
    """What the state file of a folder says, None where there is none.

    Paths that lead nowhere are looked for beside the state file. A damaged file
    counts as none, with a warning, as in TensorFlow.
    """
    try:
        return checkpoint_state.read_checkpoint_state(
            checkpoint_dir, latest_filename or "checkpoint"
        )
    except FormatError as error:
        import logging

        logging.getLogger("tensorflow").warning("%s: Checkpoint ignored", error)
        return None


def latest_checkpoint(checkpoint_dir, latest_filename=None) -> str | None:
    """The prefix of a folder's newest checkpoint, None where there is none."""
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None or not state.model_checkpoint_path:
        return None
    newest = state.model_checkpoint_path
    return newest if checkpoint_exists(newest) else None


def update_checkpoint_state(
    save_dir, model_checkpoint_path, all_model_checkpoint_paths=None,
    latest_filename=None, all_model_checkpoint_timestamps=None,
    last_preserved_timestamp=None,
) -> None:  # fmt: skip
    """Rewrite the state file of `save_dir`, whole or not at all."""
    checkpoint_state.write_checkpoint_state(
        save_dir,
        model_checkpoint_path,
        list(all_model_checkpoint_paths or ()),
        list(all_model_checkpoint_timestamps or ()),
        last_preserved_timestamp,
        latest_filename or "checkpoint",
    )


def generate_checkpoint_state_proto(
    save_dir, model_checkpoint_path, all_model_checkpoint_paths=None, **_
) -> CheckpointState:
    """The state that would be written."""
    paths = [*(all_model_checkpoint_paths or ())]
    if not paths or paths[-1] != model_checkpoint_path:
        paths.append(model_checkpoint_path)
    if not os.path.isabs(save_dir):
        paths = [p if os.path.isabs(p) else os.path.relpath(p, save_dir) for p in paths]
    return CheckpointState(paths[-1], tuple(paths))


def get_checkpoint_mtimes(checkpoint_prefixes) -> list[float]:
    """When each checkpoint was written, seconds since 1970; those that are there."""
    times = []
    for prefix in checkpoint_prefixes:
        for path in (f"{prefix}.index", prefix):
            if os.path.exists(path):
                times.append(os.stat(path).st_mtime)
                break
    return times


def remove_checkpoint(
    checkpoint_prefix, checkpoint_format_version=2, meta_graph_suffix="meta"
) -> None:
    """Delete a checkpoint's files: the index first, so that no half is ever found."""
    del checkpoint_format_version
    prefix = os.fspath(checkpoint_prefix)
    folder, name = os.path.split(prefix)
    doomed = [f"{prefix}.index", f"{prefix}.{meta_graph_suffix}"]
    with contextlib.suppress(OSError):
        names = os.listdir(folder or ".")
        shards = [n for n in names if n.startswith(f"{name}.data-")]
        doomed += [os.path.join(folder, n) for n in shards]
    for path in doomed:
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)


def check_fit(key: str, values: np.ndarray, dtype: DType, dims) -> None:
    """Raises InvalidArgumentError where `values` do not fit a variable."""
    if dtype.name != "string" and values.dtype != dtype.np:
        raise InvalidArgumentError(
            f"tensor_name = {key}; expected dtype {dtype.name} does not equal "
            f"original dtype {as_dtype(values.dtype).name}"
        )
    if not compatible(dims, values.shape):
        left = "[" + ",".join("?" if d is None else str(d) for d in dims) + "]"
        right = "[" + ",".join(map(str, values.shape)) + "]"
        raise InvalidArgumentError(
            "Assign requires shapes of both tensors to match. "
            f"lhs shape= {left} rhs shape= {right} (variable '{key}')"
        )
