"""Where a piece lies in the partitioned variable it is part of."""

from __future__ import annotations

from collections.abc import Sequence


class SaveSliceInfo:
    """The whole variable's name and shape; offset and shape of one piece of it."""

    def __init__(
        self,
        full_name: str = "",
        full_shape: Sequence[int] = (),
        var_offset: Sequence[int] = (),
        var_shape: Sequence[int] = (),
    ):
        self.full_name, self.full_shape = full_name, list(full_shape)
        self.var_offset, self.var_shape = list(var_offset), list(var_shape)

    @property
    def spec(self) -> str:
        """As checkpoints name the piece: "5 3 0,3:0,3"."""
        full = " ".join(map(str, self.full_shape))
        pairs = zip(self.var_offset, self.var_shape, strict=True)
        return f"{full} " + ":".join(f"{o},{s}" for o, s in pairs)
