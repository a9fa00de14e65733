"""Pictures as the functions of `tf.image` take them: checked, in a batch."""

from __future__ import annotations

from penstock.api import array
from penstock.api.scopes import tensor
from penstock.ir.tensor import Tensor


def picture(image, name="image") -> Tensor:
    x = tensor(image, name=name)
    if x.dims is not None and len(x.dims) not in (3, 4):
        raise ValueError(
            f"'{name}' (shape {x.shape}) must have either 3 or 4 dimensions: [height, "
            "width, channels], with a batch in front or not."
        )
    return x


def batched(x: Tensor) -> tuple[Tensor, bool]:
    if x.dims is None:
        raise ValueError("'images' contains no shape.")
    alone = len(x.dims) == 3
    return (array.expand_dims(x, 0) if alone else x), alone


def unbatched(x: Tensor, alone: bool) -> Tensor:
    return array.squeeze(x, [0]) if alone else x


__all__: list[str] = []  # none of it is a public name
