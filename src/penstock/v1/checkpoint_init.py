"""`tf.train.init_from_checkpoint`: first values of variables out of a checkpoint."""

from __future__ import annotations

from penstock.core.errors import NotFoundError
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.ops import state
from penstock.saving import checkpoint
from penstock.v1 import variable_store
from penstock.v1.partitioned import PartitionedVariable
from penstock.v1.resource_variables import ResourceVariable
from penstock.v1.saveables import _texts
from penstock.v1.variables import Variable


def init_from_checkpoint(ckpt_dir_or_file, assignment_map) -> None:
    """Let the initializers of variables read their values from a checkpoint.

    `assignment_map` maps names in the checkpoint to variables, or to names of
    variables made by `get_variable`; "scope/" maps a whole scope, "/" everything.
    Raises ValueError for names that are not there or shapes that differ.
    """
    prefix = checkpoint._prefix(ckpt_dir_or_file)
    reader = checkpoint.CheckpointReader(prefix)
    shapes = reader.get_variable_to_shape_map()
    for source, target in dict(assignment_map).items():
        if isinstance(target, str) and (source.endswith("/") or target.endswith("/")):
            pairs = _scope_pairs(source, target, shapes, prefix)
        else:
            pairs = [(source, target)]
        for key, found in pairs:
            for variable in _variables(found):
                _initialize(prefix, reader, shapes, key, variable)


def _scope_pairs(source: str, target: str, shapes, prefix: str):
    """(key in the checkpoint, variable) for every variable of a scope."""
    if not (source.endswith("/") and (target.endswith("/") or not target)):
        raise ValueError(
            f"Assignment map with scope only name {source} should map to scope only "
            f"{target}. Should be 'scope/': 'other_scope/'."
        )
    inside = "" if target == "/" else target
    old = "" if source == "/" else source
    store = variable_store.store()
    out = []
    for name, variable in {**store.variables, **store.partitioned}.items():
        if not name.startswith(inside):
            continue
        key = old + name.removeprefix(inside)
        if key not in shapes:
            raise ValueError(
                f"Tensor {key} ({name} in {target}) is not found in {prefix} checkpoint"
            )
        out.append((key, variable))
    return out


def _variables(target) -> list:
    if isinstance(target, str):
        store = variable_store.store()
        found = store.variables.get(target) or store.partitioned.get(target)
        if found is None:
            raise ValueError(f"Variable {target} is not found among get_variable's.")
        target = found
    if isinstance(target, PartitionedVariable | list | tuple):
        return list(target)
    if not isinstance(target, Variable):
        raise TypeError(f"Expected a variable or its name, received {target!r}.")
    return [target]


def _initialize(prefix, reader, shapes, key: str, variable) -> None:
    if key not in shapes:
        raise ValueError(
            f"Tensor {key} is not found in {prefix} checkpoint {shapes}"
        ) from NotFoundError(key)
    info = variable._save_slice_info
    wanted = info.full_shape if info is not None else variable.shape.as_list()
    if list(wanted) != shapes[key]:
        raise ValueError(
            f"Shape of variable {variable.name} ({wanted}) doesn't match with shape of "
            f"tensor {key} ({shapes[key]}) from checkpoint reader."
        )
    del reader
    graph = variable.graph
    with graph.as_default(), context.landing().name_scope(None):
        with graph.name_scope("checkpoint_initializer"):
            spec = info.spec if info is not None else ""
            kind = variable.dtype.base_dtype
            (value,) = TABLE["RestoreV2"](
                prefix, _texts([key]), _texts([spec]), dtypes=(kind,)
            )
            value.set_shape(variable.shape)
            if isinstance(variable, ResourceVariable):
                done = state.assign_variable(variable._tensor, value, dtype=kind)
            else:
                done = state.assign(variable._tensor, value).op
        variable._initializer_op = done
        variable._initial_value = value


__all__ = ["init_from_checkpoint"]
