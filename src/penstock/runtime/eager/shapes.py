"""What shape rules see of an eager call, and the shapes that they give."""

from __future__ import annotations

from penstock.core.dtypes import DType
from penstock.core.errors import InvalidArgumentError
from penstock.core.shapes import Dims, is_static
from penstock.ir.infer import infer
from penstock.ir.op import Op
from penstock.ops.xla import jax
from penstock.runtime.eager.trail import Baked


class _Nothing:
    """The node of a tensor that has none, for rules that look at its op."""

    type = ""
    inputs = grouped = ()


class Stand:
    """Stands for a node that is not there yet, for rules that look at one."""

    __slots__ = ("attrs", "grouped", "inputs")

    def __init__(self, args, attrs):
        self.inputs = self.grouped = args
        self.attrs = attrs


class AttrsOnly:
    """Stands for a node where only attributes are asked for."""

    def __init__(self, attrs):
        self.attrs = attrs
        self.name = ""


class _Spec:
    """What a shape rule may know of an input: the value only where it is static."""

    __slots__ = ("dims", "dtype", "known_value", "variable_dims")
    _node = _Nothing

    def __init__(self, tensor, value):
        self.dims, self.dtype = tensor.dims, tensor.dtype
        self.known_value = value
        self.variable_dims = tensor.variable_dims


def specs_of(op: Op, bound, layout) -> tuple[tuple[DType, Dims], ...]:
    grouped = []
    for item, place in zip(bound.grouped, layout, strict=True):
        if isinstance(item, list):
            grouped.append([_Spec(t, None) for t in item])
        else:
            grouped.append(
                _Spec(item, place.value if isinstance(place, Baked) else None)
            )
    try:
        shapes = infer(op, _Like(grouped, bound.attrs, bound.dtypes))
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(None, None, f"{error} [Op:{op.type}]") from None
    if not all(map(is_static, shapes)):
        shapes = _measured(op, bound, layout)
    return tuple(zip(bound.dtypes, shapes, strict=True))


class _Like:
    def __init__(self, grouped, attrs, dtypes):
        self.grouped, self.attrs, self.dtypes = grouped, attrs, dtypes


def _measured(op: Op, bound, layout) -> list[Dims]:
    """Shapes by tracing the body, for rules that leave sizes open."""

    def spec(item, place=None):
        if isinstance(item, list):
            return [spec(t) for t in item]
        if isinstance(place, Baked):
            return place
        return jax.ShapeDtypeStruct(item.dims, item.dtype.np)

    args = [spec(i, p) for i, p in zip(bound.grouped, layout, strict=True)]
    dynamic = [a for a in args if not isinstance(a, Baked)]

    def body(*given):
        rest = iter(given)
        full = [a.value if isinstance(a, Baked) else next(rest) for a in args]
        return op.body(*full, **op.body_attrs(bound.attrs))

    out = jax.eval_shape(body, *dynamic)
    outs = out if isinstance(out, tuple | list) else [out]
    return [tuple(o.shape) for o in outs]
