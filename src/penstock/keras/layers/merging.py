"""Layers that make one tensor of several: Add, Concatenate, Dot, ..."""

from __future__ import annotations

import functools

from penstock.api import array, math, nn
from penstock.keras.layer import Layer


class _Merge(Layer):
    """The base: elementwise, after giving the inputs one rank."""

    supports_masking = True

    def build(self, input_shape):
        if not isinstance(input_shape, list | tuple) or not input_shape or isinstance(
            input_shape[0], int | None.__class__
        ):  # fmt: skip
            raise ValueError(
                "A merge layer should be called on a list of inputs. Received: "
                f"input_shape={input_shape} (not a list of shapes)"
            )
        if len(input_shape) < 1:
            raise ValueError("A merge layer should be called on at least 1 input.")
        self._check_shapes([tuple(s) for s in input_shape])
        self.built = True

    def _check_shapes(self, shapes) -> None:
        if len({s[0] for s in shapes if s and s[0] is not None}) > 1:
            raise ValueError(
                "Cannot merge tensors with different batch sizes. Got tensors with "
                f"shapes {shapes}"
            )
        if len({len(s) for s in shapes}) > 1:
            return
        for sizes in zip(*(s[1:] for s in shapes), strict=True):
            if len({d for d in sizes if d not in (None, 1)}) > 1:
                raise ValueError(
                    "Inputs have incompatible shapes. Received shapes "
                    f"{' and '.join(str(s[1:]) for s in shapes)}"
                )

    def call(self, inputs):
        if not isinstance(inputs, list | tuple):
            raise ValueError(
                "A merge layer should be called on a list of inputs. Received: "
                f"inputs={inputs} (not a list of tensors)"
            )
        rank = max(len(x.dims) for x in inputs)
        wide = []
        for x in inputs:
            while len(x.dims) < rank:
                x = array.expand_dims(x, 1)
            wide.append(x)
        return self._merged(wide)

    def _merged(self, inputs):
        raise NotImplementedError

    def compute_mask(self, inputs, mask=None):
        if mask is None:
            return None
        masks = [m for m in mask if m is not None]
        return functools.reduce(math.logical_and, masks) if masks else None


class Add(_Merge):
    """The sum of its inputs."""

    def _merged(self, inputs):
        return functools.reduce(math.add, inputs)


class Subtract(_Merge):
    """The first input minus the second. Raises ValueError for other numbers of them."""

    def build(self, input_shape):
        super().build(input_shape)
        if len(input_shape) != 2:
            raise ValueError(
                "A `Subtract` layer should be called on exactly 2 inputs. Received: "
                f"input_shape={[tuple(s) for s in input_shape]}"
            )

    def _merged(self, inputs):
        return inputs[0] - inputs[1]


class Multiply(_Merge):
    """The product of its inputs."""

    def _merged(self, inputs):
        return functools.reduce(math.multiply, inputs)


class Average(_Merge):
    """The mean of its inputs."""

    def _merged(self, inputs):
        return functools.reduce(math.add, inputs) / len(inputs)


class Maximum(_Merge):
    """The largest of its inputs, element by element."""

    def _merged(self, inputs):
        return functools.reduce(math.maximum, inputs)


class Minimum(_Merge):
    """The smallest of its inputs, element by element."""

    def _merged(self, inputs):
        return functools.reduce(math.minimum, inputs)


class Concatenate(_Merge):
    """Its inputs one behind the other along `axis`."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def _check_shapes(self, shapes) -> None:
        if len({s[0] for s in shapes if s and s[0] is not None}) > 1:
            raise ValueError(
                "Cannot merge tensors with different batch sizes. Got tensors with "
                f"shapes {shapes}"
            )
        ranks = {len(s) for s in shapes}
        if len(ranks) > 1:
            raise ValueError(
                "A `Concatenate` layer requires inputs with matching shapes except for "
                f"the concatenation axis. Received: input_shape={shapes}"
            )
        axis = self.axis % ranks.pop()
        for i, sizes in enumerate(zip(*shapes, strict=True)):
            if i != axis and len({d for d in sizes if d is not None}) > 1:
                raise ValueError(
                    "A `Concatenate` layer requires inputs with matching shapes except "
                    f"for the concatenation axis. Received: input_shape={shapes}"
                )

    def _merged(self, inputs):
        return array.concat(inputs, self.axis)

    def compute_mask(self, inputs, mask=None):
        if mask is None or all(m is None for m in mask):
            return None
        parts = []
        for x, m in zip(inputs, mask, strict=True):
            if m is None:
                parts.append(array.ones_like(x, dtype="bool"))
            elif len(m.dims) < len(x.dims):
                m = array.expand_dims(m, -1)
                parts.append(math.logical_and(m, array.ones_like(x, dtype="bool")))
            else:
                parts.append(m)
        return math.reduce_all(array.concat(parts, self.axis), axis=-1)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}


class Dot(_Merge):
    """The sums of products of two inputs along `axes` (one number or a pair)."""

    supports_masking = True

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(axes, int) and (
            not isinstance(axes, list | tuple) or len(axes) != 2
        ):
            raise ValueError(
                "Invalid format for `axes` - must be an int or a list of 2 ints. "
                f"Received: axes={axes}"
            )
        self.axes, self.normalize = axes, normalize

    def _check_shapes(self, shapes) -> None:
        if len({s[0] for s in shapes if s and s[0] is not None}) > 1:
            raise ValueError(
                "Cannot merge tensors with different batch sizes. Got tensors with "
                f"shapes {shapes}"
            )
        if len(shapes) != 2:
            raise ValueError(
                "A `Dot` layer should be called on a list of 2 inputs. Received: "
                f"input_shape={shapes}"
            )
        a, b = self._axes(*(len(s) for s in shapes))
        if None not in (shapes[0][a], shapes[1][b]) and shapes[0][a] != shapes[1][b]:
            raise ValueError(
                "Incompatible input shapes: axis values "
                f"{shapes[0][a]} (at axis {a}) != {shapes[1][b]} (at axis {b}). Full "
                f"input shapes: {shapes[0]}, {shapes[1]}"
            )

    def _axes(self, rank_a: int, rank_b: int) -> tuple[int, int]:
        pair = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        return pair[0] % rank_a, pair[1] % rank_b

    def call(self, inputs):
        x, y = inputs
        a, b = self._axes(len(x.dims), len(y.dims))
        if self.normalize:
            x, y = nn.l2_normalize(x, axis=a), nn.l2_normalize(y, axis=b)
        return batch_dot(x, y, a, b)

    def compute_mask(self, inputs, mask=None):
        return None

    def get_config(self):
        return {**super().get_config(), "axes": self.axes, "normalize": self.normalize}


def batch_dot(x, y, a: int, b: int):
    """For each row of the batch, sums of products along axis `a` of `x`, `b` of `y`.

    [batch, ...] both; the result has at least rank 2.
    """
    letters = iter("bcdefghijklmnopqrstuvw")
    of_x = ["z" if i == a else "a" if i == 0 else next(letters)
            for i in range(len(x.dims))]  # fmt: skip
    of_y = ["z" if i == b else "a" if i == 0 else next(letters)
            for i in range(len(y.dims))]  # fmt: skip
    kept = "".join(c for c in of_x if c != "z") + "".join(
        c for c in of_y if c not in "za"
    )
    out = math.einsum(f"{''.join(of_x)},{''.join(of_y)}->{kept}", x, y)
    return array.expand_dims(out, 1) if len(kept) == 1 else out


def add(inputs, **kwargs):
    return Add(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    return Subtract(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    return Multiply(**kwargs)(inputs)


def average(inputs, **kwargs):
    return Average(**kwargs)(inputs)


def maximum(inputs, **kwargs):
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    return Minimum(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs, axes, normalize=False, **kwargs):
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)
