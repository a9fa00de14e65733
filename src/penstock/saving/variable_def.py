"""Variables as VariableDef messages, the items of a MetaGraph's collections."""

from __future__ import annotations

from penstock.formats.messages import VariableDef

VariableDef = VariableDef


def to_proto(variable, export_scope: str | None = None):
    """`variable` as a VariableDef, named from `export_scope` on; None if outside it."""
    prefix = export_scope.rstrip("/") + "/" if export_scope else ""
    if not variable.name.startswith(prefix):
        return None

    def inside(name: str) -> str:
        return name.removeprefix(prefix)

    message = VariableDef(
        variable_name=inside(variable.name),
        initializer_name=inside(variable.initializer.name),
        snapshot_name=inside(variable._snapshot.name),
        trainable=variable.trainable,
        is_resource=hasattr(variable, "handle"),
    )
    if variable.initial_value is not None:
        message.initial_value_name = inside(variable.initial_value.name)
    info = getattr(variable, "_save_slice_info", None)
    if info is not None:
        piece = message.save_slice_info_def
        piece.full_name = info.full_name
        piece.full_shape.extend(info.full_shape)
        piece.var_offset.extend(info.var_offset)
        piece.var_shape.extend(info.var_shape)
    return message
