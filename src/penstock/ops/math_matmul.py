"""Matrix products."""

from __future__ import annotations

from penstock.core.dtypes import NUMBERS
from penstock.core.errors import ShapeError
from penstock.core.shapes import Dims, broadcast, is_static, show
from penstock.ir.op import TABLE, op
from penstock.ops import rules
from penstock.ops.math_broadcast import conj
from penstock.ops.math_cast import cast
from penstock.ops.rounding import is_small_product, small_product
from penstock.ops.xla import jnp


def _rows_and_columns(x, transposed: bool, what: str):
    rows, columns = rules.ranked(x, 2, f"MatMul {what}")
    return (columns, rows) if transposed else (rows, columns)


def matmul_shape(a, b, *, transpose_a=False, transpose_b=False, **_) -> Dims:
    rows, inner = _rows_and_columns(a, transpose_a, "a")
    inner_b, columns = _rows_and_columns(b, transpose_b, "b")
    if inner is not None and inner_b is not None and inner != inner_b:
        raise ShapeError(
            f"Dimensions must be equal, but are {inner} and {inner_b}: MatMul of "
            f"a{show(a.dims)} and b{show(b.dims)} with transpose_a={transpose_a}, "
            f"transpose_b={transpose_b}. Transpose one operand or change its shape."
        )
    return rows, columns


@op(
    "MatMul", "a: T, b: T -> product: T", shape=matmul_shape,
    attrs={"grad_a": False, "grad_b": False}, where={"T": NUMBERS},
)  # fmt: skip
def matmul(a, b, *, transpose_a=False, transpose_b=False):
    a = jnp.transpose(a) if transpose_a else a
    b = jnp.transpose(b) if transpose_b else b
    return small_product(a, b) if is_small_product(a, b) else jnp.matmul(a, b)


@matmul.gradient
def _(node, dy):
    a, b = map(conj, node.inputs)
    ta, tb = node.attrs["transpose_a"], node.attrs["transpose_b"]
    if ta:
        ga = matmul(b, dy, transpose_a=tb, transpose_b=True)
    else:
        ga = matmul(dy, b, transpose_b=not tb)
    if tb:
        gb = matmul(dy, a, transpose_a=True, transpose_b=ta)
    else:
        gb = matmul(a, dy, transpose_a=not ta)
    return ga, gb


@op(
    "SparseMatMul", "a: Ta, b: Tb -> product: float32", shape=matmul_shape,
    attrs={"a_is_sparse": False, "b_is_sparse": False},
)  # fmt: skip
def sparse_matmul(a, b, *, transpose_a=False, transpose_b=False):
    """As dense: zeros are multiplied like other numbers."""
    a, b = jnp.asarray(a, jnp.float32), jnp.asarray(b, jnp.float32)
    return jnp.matmul(a.T if transpose_a else a, b.T if transpose_b else b)


@sparse_matmul.gradient
def _(node, dy):
    a, b = node.inputs
    wide = TABLE["Cast"](a, DstT=dy.dtype), TABLE["Cast"](b, DstT=dy.dtype)
    ta, tb = node.attrs["transpose_a"], node.attrs["transpose_b"]
    if ta:
        ga = matmul(wide[1], dy, transpose_a=tb, transpose_b=True)
    else:
        ga = matmul(dy, wide[1], transpose_b=not tb)
    if tb:
        gb = matmul(dy, wide[0], transpose_a=True, transpose_b=ta)
    else:
        gb = matmul(wide[0], dy, transpose_a=not ta)
    return cast(ga, DstT=a.dtype), cast(gb, DstT=b.dtype)


def batch_matmul_shape(x, y, *, adj_x=False, adj_y=False, **_) -> Dims:
    rules.at_least(x, 2, "BatchMatMul x")
    rules.at_least(y, 2, "BatchMatMul y")
    if x.dims is None or y.dims is None:
        return None
    *batch_x, rows, inner = x.dims
    *batch_y, inner_y, columns = y.dims
    if adj_x:
        rows, inner = inner, rows
    if adj_y:
        inner_y, columns = columns, inner_y
    if inner is not None and inner_y is not None and inner != inner_y:
        raise ShapeError(
            f"Dimensions must be equal, but are {inner} and {inner_y}: product of "
            f"x{show(x.dims)} and y{show(y.dims)} with adj_x={adj_x}, adj_y={adj_y}. "
            "Transpose one operand or change its shape."
        )
    batch = broadcast(tuple(batch_x), tuple(batch_y))
    return (*batch, rows, columns)  # type: ignore[misc]


def _adjoint(x):
    return jnp.conj(jnp.swapaxes(x, -1, -2))


def _product(x, y, adj_x, adj_y):
    return jnp.matmul(_adjoint(x) if adj_x else x, _adjoint(y) if adj_y else y)


GRADIENT_ONLY = {"grad_x": False, "grad_y": False}


@op(
    "BatchMatMul", "x: T, y: T -> output: T", shape=batch_matmul_shape,
    attrs=GRADIENT_ONLY, where={"T": NUMBERS},
)  # fmt: skip
def batch_matmul_v1(x, y, *, adj_x=False, adj_y=False):
    return _product(x, y, adj_x, adj_y)


@op(
    "BatchMatMulV2", "x: T, y: T -> output: T", shape=batch_matmul_shape,
    attrs=GRADIENT_ONLY, where={"T": NUMBERS},
)  # fmt: skip
def batch_matmul(x, y, *, adj_x=False, adj_y=False):
    return _product(x, y, adj_x, adj_y)


@op(
    "BatchMatMulV3", "x: Ta, y: Tb -> output: Tout", shape=batch_matmul_shape,
    attrs=GRADIENT_ONLY,
)  # fmt: skip
def batch_matmul_v3(x, y, *, Tout, adj_x=False, adj_y=False):
    return _product(jnp.asarray(x, Tout.np), jnp.asarray(y, Tout.np), adj_x, adj_y)


def _batch_gradient(node, dy):
    x, y = node.inputs
    ax, ay = node.attrs["adj_x"], node.attrs["adj_y"]
    if ax:
        gx = batch_matmul(y, dy, adj_x=ay, adj_y=True)
    else:
        gx = batch_matmul(dy, y, adj_y=not ay)
    if ay:
        gy = batch_matmul(dy, x, adj_x=True, adj_y=ax)
    else:
        gy = batch_matmul(x, dy, adj_x=not ax)
    return _fitted(gx, x, y), _fitted(gy, y, x)


def _fitted(gradient, x, other):
    """`gradient` summed over batch axes along which `x` was repeated."""
    if x.dims is not None and other.dims is not None:
        if x.dims[:-2] == other.dims[:-2] and is_static(x.dims[:-2]):
            return gradient
        if len(x.dims) == len(other.dims) == 2:
            return gradient
    shape = TABLE["Shape"]
    mine, full = shape(x, out_type="int32"), shape(gradient, out_type="int32")
    axes, _ = TABLE["BroadcastGradientArgs"](mine, full)
    return TABLE["Reshape"](TABLE["Sum"](gradient, axes), mine)


batch_matmul_v1.gradient(_batch_gradient)
batch_matmul.gradient(_batch_gradient)
batch_matmul_v3.gradient(_batch_gradient)


def _cross_shape(a, b, **_) -> Dims:
    dims = rules.all_equal(a, b)
    if dims is not None and dims[-1] not in (3, None):
        raise ShapeError(f"Cross products need a last size of 3, not {show(dims)}.")
    return dims


@op("Cross", "a: T, b: T -> product: T", shape=_cross_shape)
def cross(a, b):
    return jnp.cross(a, b)


@cross.gradient
def _(node, dy):
    a, b = node.inputs
    return cross(b, dy), cross(dy, a)
