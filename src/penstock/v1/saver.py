"""`tf.train.Saver`: the variables of a session to checkpoints and back."""

from __future__ import annotations

import logging
import os
import time

import numpy as np

from penstock.core.errors import InvalidArgumentError, NotFoundError
from penstock.formats.bundle import read_bundle
from penstock.formats.bundle_writer import write_bundle
from penstock.formats.messages import SaverDef
from penstock.saving import checkpoint
from penstock.v1.default_graph import get_default_graph
from penstock.v1.graph_keys import GraphKeys
from penstock.v1.saveables import (
    Saveable,
    build_nodes,
    gathered,
    imported,
    saveables,
    saved_part,
)

SaverDef = SaverDef
log = logging.getLogger("tensorflow")

_ALTERED = (
    "Please ensure that you have not altered the graph expected based on the "
    "checkpoint. Original error:\n\n"
)
_MISSING = (
    "Restoring from checkpoint failed. This is most likely due to a Variable name or "
    "other graph key that is missing from the checkpoint. " + _ALTERED
)
_MISMATCH = (
    "Restoring from checkpoint failed. This is most likely due to a mismatch between "
    "the current graph and the graph from the checkpoint. " + _ALTERED
)


class Saver:
    """Writes variables of a session to checkpoints, and reads them. As in TF 1.x.

    `var_list` is a list of variables or a dictionary from names in the checkpoint;
    None takes all that are saveable. The newest `max_to_keep` checkpoints are kept (0
    or None: all), and one for every `keep_checkpoint_every_n_hours`. Raises
    ValueError where there is nothing to save or a name stands for two variables.
    """

    def __init__(
        self,
        var_list=None,
        reshape=False,
        sharded=False,
        max_to_keep=5,
        keep_checkpoint_every_n_hours=10000.0,
        name=None,
        restore_sequentially=False,
        saver_def=None,
        builder=None,
        defer_build=False,
        allow_empty=False,
        write_version=2,
        pad_step_number=False,
        save_relative_paths=False,
        filename=None,
    ):
        del sharded, restore_sequentially, builder, write_version, filename
        if defer_build and var_list:
            raise ValueError(
                "If `var_list` is provided then build cannot be deferred. Either set "
                "defer_build=False or var_list=None."
            )
        self._given, self._reshape, self._name = var_list, reshape, name
        self._allow_empty = allow_empty
        self._max_to_keep = max_to_keep or 0
        self._hours = keep_checkpoint_every_n_hours
        self._pad, self._relative = pad_step_number, save_relative_paths
        self._kept: list[tuple[str, float]] = []
        self._next_to_stay = time.time() + self._hours * 3600
        self._items: list[Saveable] | None = None
        self._graph = None
        self.saver_def = saver_def
        if saver_def is not None:
            self._max_to_keep = saver_def.max_to_keep
            self._hours = saver_def.keep_checkpoint_every_n_hours
        if not defer_build:
            self.build()

    def build(self) -> None:
        """Find the variables, where `defer_build` put that off."""
        if self._items is not None:
            return
        graph = self._graph = get_default_graph()
        given = self._given
        if given is None:
            given = graph.get_collection(GraphKeys.GLOBAL_VARIABLES)
            given += graph.get_collection(GraphKeys.SAVEABLE_OBJECTS)
        if self.saver_def is not None:
            # The nodes are in the graph already, from a MetaGraph.
            self._items = imported(self.saver_def, graph)
            return
        if not given:
            if not self._allow_empty:
                raise ValueError("No variables to save")
            self._items = []
            return
        self._items = saveables(given)
        names = build_nodes(self._items, self._name or "save", self._reshape)
        self.saver_def = SaverDef(
            filename_tensor_name=names.filename,
            save_tensor_name=names.save,
            restore_op_name=names.restore,
            max_to_keep=self._max_to_keep,
            keep_checkpoint_every_n_hours=self._hours,
            version=SaverDef.V2,
        )

    # --- writing --------------------------------------------------------------------

    def save(
        self,
        sess,
        save_path,
        global_step=None,
        latest_filename=None,
        meta_graph_suffix="meta",
        write_meta_graph=True,
        write_state=True,
        strip_default_attrs=False,
        save_debug_info=False,
    ) -> str | None:
        """Write a checkpoint; gives its prefix, `save_path` with "-step" behind.

        The folder is made where it is missing. Raises FailedPreconditionError for a
        variable without a value, TypeError for no session. Stopped at any moment, the
        checkpoint before is still there.
        """
        del strip_default_attrs, save_debug_info
        self.build()
        state_file = latest_filename or "checkpoint"
        save_path = os.fspath(save_path)
        if os.path.split(latest_filename or "")[0]:
            raise ValueError("'latest_filename' must not contain path components")
        if os.path.basename(save_path) == state_file:
            raise ValueError(
                f"'latest_filename' collides with 'save_path': '{state_file}' and "
                f"'{save_path}'"
            )
        if not hasattr(sess, "variable_value"):
            raise TypeError(f"'sess' must be a Session; {sess}")
        if not self._items:
            return None
        prefix = self._numbered(sess, save_path, global_step)
        folder = os.path.dirname(prefix)
        if folder:
            os.makedirs(folder, exist_ok=True)
        write_bundle(prefix, gathered(self._items, sess))
        if write_meta_graph:
            self.export_meta_graph(f"{prefix}.{meta_graph_suffix}", graph=sess.graph)
        if write_state:
            self._record(prefix, folder, state_file, meta_graph_suffix)
        return prefix

    def _numbered(self, sess, path: str, step) -> str:
        if step is None:
            return path
        if not isinstance(step, int | np.integer):
            step = sess.run(step)
        return f"{path}-{int(step):08d}" if self._pad else f"{path}-{int(step)}"

    def _record(self, prefix: str, folder: str, state_file: str, suffix: str) -> None:
        """Note the new checkpoint in the state file, then let old ones go."""
        self._kept = [item for item in self._kept if item[0] != prefix]
        self._kept.append((prefix, time.time()))
        doomed = None
        if self._max_to_keep and len(self._kept) > self._max_to_keep:
            doomed = self._kept.pop(0)
        place = folder
        paths = [path for path, _ in self._kept]
        if self._relative:
            paths = [os.path.relpath(path, folder or ".") for path in paths]
        checkpoint.update_checkpoint_state(
            place, paths[-1], paths, latest_filename=state_file
        )
        if doomed is not None:
            if doomed[1] > self._next_to_stay:
                self._next_to_stay += self._hours * 3600
                return
            checkpoint.remove_checkpoint(doomed[0], meta_graph_suffix=suffix)

    def export_meta_graph(
        self, filename=None, collection_list=None, as_text=False, export_scope=None,
        clear_devices=False, clear_extraneous_savers=False, strip_default_attrs=False,
        save_debug_info=False, *, graph=None,
    ):  # fmt: skip
        """This saver with its graph and collections as a MetaGraphDef."""
        del clear_extraneous_savers, strip_default_attrs, save_debug_info
        from penstock.v1.meta_graph import export_meta_graph

        return export_meta_graph(
            filename,
            graph=graph if graph is not None else self._graph,
            saver_def=self.saver_def,
            collection_list=collection_list,
            as_text=as_text,
            export_scope=export_scope,
            clear_devices=clear_devices,
        )

    # --- reading --------------------------------------------------------------------

    def restore(self, sess, save_path) -> None:
        """Give the variables the values of the checkpoint at `save_path`.

        Raises ValueError where there is none, NotFoundError for a variable that it
        lacks, InvalidArgumentError for one of another shape or dtype, DataLossError
        where its files are damaged.
        """
        self.build()
        if save_path is None:
            raise ValueError("Can't load save_path when it is None.")
        save_path = os.fspath(save_path)
        if not checkpoint.checkpoint_exists(save_path):
            raise ValueError(
                f"The passed save_path is not a valid checkpoint: {save_path}"
            )
        log.info("Restoring parameters from %s", save_path)
        if not self._items:
            return
        with checkpoint.told(save_path):
            source = read_bundle(save_path)
        values = {}
        for item in self._items:
            if item.key not in source:
                raise NotFoundError(
                    f"{_MISSING}Key {item.key} not found in checkpoint {save_path}"
                )
            if item.key not in values:
                with checkpoint.told(save_path):
                    values[item.key] = source.read(item.key)
        # Nothing is set before everything fits.
        parts = [self._fitting(item, values[item.key]) for item in self._items]
        for item, part in zip(self._items, parts, strict=True):
            sess.set_variable(item.variable, part)

    def _fitting(self, item: Saveable, values: np.ndarray) -> np.ndarray:
        variable = item.variable
        part = saved_part(item, values)
        dims = variable.shape._dims
        if self._reshape and dims is not None and None not in dims:
            part = part.reshape(dims) if part.size == np.prod(dims, dtype=int) else part
        if not item.validate_shape:
            dims = None
        try:
            checkpoint.check_fit(item.key, part, variable.dtype.base_dtype, dims)
        except InvalidArgumentError as error:
            raise InvalidArgumentError(f"{_MISMATCH}{error}") from None
        return part

    # --- what it keeps ----------------------------------------------------------------

    @property
    def last_checkpoints(self) -> list[str]:
        """The prefixes that are kept, oldest first."""
        return [path for path, _ in self._kept]

    def set_last_checkpoints(self, last_checkpoints) -> None:
        """Continue the list of another saver; times unknown."""
        if not isinstance(last_checkpoints, list):
            raise AssertionError("last_checkpoints must be a list")
        self._kept = [(path, np.inf) for path in last_checkpoints]

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time) -> None:
        self._kept = list(last_checkpoints_with_time)

    def recover_last_checkpoints(self, checkpoint_paths) -> None:
        """Continue the list of an earlier process; what is gone is left out."""
        for path in checkpoint_paths:
            times = checkpoint.get_checkpoint_mtimes([path])
            if times:
                self._kept.append((path, times[0]))

    def as_saver_def(self):
        return self.saver_def

    def to_proto(self, export_scope=None):
        """This saver as a SaverDef."""
        del export_scope
        return self.saver_def

    @staticmethod
    def from_proto(saver_def, import_scope=None) -> Saver:
        made = SaverDef()
        made.CopyFrom(saver_def)
        if import_scope:
            for field in (
                "filename_tensor_name",
                "save_tensor_name",
                "restore_op_name",
            ):
                setattr(made, field, f"{import_scope}/{getattr(saver_def, field)}")
        return Saver(saver_def=made, name=import_scope or "")


__all__ = ["Saver", "SaverDef"]
