"""Assertions on tensors: checked at once where values are known, else when run."""

from __future__ import annotations

import numpy as np

from penstock.api.control_flow import no_op
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.core.errors import InvalidArgumentError
from penstock.ir import context
from penstock.ir.constant import constant_value
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


def Assert(condition, data, summarize=None, name=None):
    """An operation that fails with `data` in its message unless `condition` holds."""
    if context.executing_eagerly():
        if not np.all(np.asarray(condition)):
            shown = "\n".join(str(getattr(d, "numpy", lambda d=d: d)()) for d in data)
            raise InvalidArgumentError(
                f"Expected '{condition}' to be true. Summarized data: {shown}"
            )
        return None
    with scope(name, "Assert"):
        return TABLE["Assert"](
            tensor(condition, name="condition"), [tensor(d) for d in data],
            summarize=3 if summarize is None else summarize, name="Assert",
        )  # fmt: skip


def check_numerics(tensor, message, name=None):
    """`tensor`; fails at run time where it holds a NaN or an infinity."""
    checked = TABLE["CheckNumerics"](tensor, message=message, name=name)
    if context.executing_eagerly():
        checked.array()  # it fails here, not where its value is looked at
    return checked


def verify_tensor_all_finite(t=None, msg=None, name=None, x=None, message=None):
    """`t`, after a check that it is finite."""
    x = tensor(t if t is not None else x)
    with scope(name, "VerifyFinite"):
        checked = check_numerics(x, msg if msg is not None else message)
        with context.landing().control_dependencies([checked]):
            return TABLE["Identity"](x)


def _all(condition: Tensor) -> Tensor:
    axes = np.arange(len(condition.dims or ()), dtype=np.int32)
    if condition.dims is None:
        condition, axes = TABLE["Reshape"](condition, [-1]), np.zeros(1, np.int32)
    return TABLE["All"](condition, tensor(axes, name="Const"))


def _binary(label, op, sign, x, y, data, summarize, message, name):
    with scope(name, label):
        x = tensor(x, name="x")
        y = tensor(y, x.dtype.base_dtype, "y") if not isinstance(y, Tensor) else y
        known = constant_value(x), constant_value(y)
        if all(k is not None for k in known):
            return _static(label, op, sign, x, y, known, message)
        if data is None:
            data = [
                message or "", f"Condition x {sign} y did not hold element-wise:",
                f"x ({_name(x)}) = ", x, f"y ({_name(y)}) = ", y,
            ]  # fmt: skip
        holds = _all(TABLE[op](x, y))
        return Assert(holds, data, summarize=summarize)


def _name(t: Tensor) -> str:
    return f"shape={t.shape}" if getattr(t, "is_eager", False) else t.name


_COMPARE = {
    "Equal": np.equal, "NotEqual": np.not_equal, "Less": np.less,
    "LessEqual": np.less_equal, "Greater": np.greater, "GreaterEqual": np.greater_equal,
}  # fmt: skip


def _static(label, op, sign, x, y, known, message):
    """Both values are known: fail now or never."""
    if not _COMPARE[op](*known).all():
        raise InvalidArgumentError(
            f"{message or ''}\nCondition x {sign} y did not hold element-wise:\n"
            f"x ({_name(x)}) = \n{known[0]}\ny ({_name(y)}) = \n{known[1]}"
        )
    return (
        None
        if context.executing_eagerly()
        else no_op("static_checks_determined_all_ok")
    )


def _comparison(label, op, sign):
    def check(x, y, data=None, summarize=None, message=None, name=None):
        return _binary(label, op, sign, x, y, data, summarize, message, name)

    check.__name__ = label
    check.__doc__ = f"Fails unless x {sign} y holds for every element."
    return check


assert_equal = _comparison("assert_equal", "Equal", "==")
assert_none_equal = _comparison("assert_none_equal", "NotEqual", "!=")
assert_less = _comparison("assert_less", "Less", "<")
assert_less_equal = _comparison("assert_less_equal", "LessEqual", "<=")
assert_greater = _comparison("assert_greater", "Greater", ">")
assert_greater_equal = _comparison("assert_greater_equal", "GreaterEqual", ">=")


def _signed(label, op, sign):
    failed = f"Condition x {sign} 0 did not hold element-wise:"

    def check(x, data=None, summarize=None, message=None, name=None):
        with scope(name, label):
            x = tensor(x, name="x")
            if data is None:
                data = [message or "", failed, f"x ({_name(x)}) = ", x]
            zero = np.zeros((), x.dtype.base_dtype.np)
            known = constant_value(x)
            if known is not None and not _COMPARE[op](known, zero).all():
                raise InvalidArgumentError(
                    f"{message or ''}\n{failed}\nx ({_name(x)}) = \n{known}"
                )
            return Assert(_all(TABLE[op](x, zero)), data, summarize=summarize)

    check.__name__ = label
    check.__doc__ = f"Fails unless x {sign} 0 holds for every element."
    return check


assert_negative = _signed("assert_negative", "Less", "<")
assert_positive = _signed("assert_positive", "Greater", ">")
assert_non_negative = _signed("assert_non_negative", "GreaterEqual", ">=")
assert_non_positive = _signed("assert_non_positive", "LessEqual", "<=")


def _rank_check(label, holds, wanted):
    def check(x, rank, data=None, summarize=None, message=None, name=None):
        x = tensor(x, name="x")
        known = constant_value(tensor(rank)) if not isinstance(rank, int) else rank
        if x.dims is not None and known is not None:
            if not holds(len(x.dims), int(known)):
                raise ValueError(
                    f"{message or ''}. Tensor {x.name} must have rank {wanted}"
                    f"{int(known)}.  Received rank {len(x.dims)}, shape {x.shape}"
                )
            return no_op("static_checks_determined_all_ok")
        with scope(name, label):
            given = data or [
                message or "",
                f"Tensor {x.name} must have rank {wanted}",
                rank,
            ]
            actual = TABLE["Rank"](x)
            op = {"": "Equal", "at least ": "GreaterEqual", "at most ": "LessEqual"}[
                wanted
            ]
            return Assert(
                TABLE[op](actual, tensor(rank, dtypes.int32)), given, summarize
            )

    check.__name__ = label
    check.__doc__ = f"Fails unless x has rank {wanted}`rank`."
    return check


assert_rank = _rank_check("assert_rank", lambda a, b: a == b, "")
assert_rank_at_least = _rank_check(
    "assert_rank_at_least", lambda a, b: a >= b, "at least "
)


def assert_rank_in(x, ranks, data=None, summarize=None, message=None, name=None):
    """Fails unless the static rank of `x` is one of `ranks`."""
    x = tensor(x, name="x")
    if x.dims is not None and len(x.dims) not in [int(r) for r in ranks]:
        raise ValueError(
            f"{message or ''}. Tensor {x.name} must have rank in {tuple(ranks)}.  "
            f"Received rank {len(x.dims)}, shape {x.shape}"
        )
    return no_op("static_checks_determined_all_ok")


def assert_type(tensor, tf_type, message=None, name=None):
    """Raises TypeError unless `tensor` has dtype `tf_type`."""
    del name
    if tensor.dtype.base_dtype is not dtypes.as_dtype(tf_type):
        raise TypeError(
            f"{message or ''}{tensor.name} must be of type {tf_type!r}; got "
            f"{tensor.dtype!r}"
        )
    return no_op("statically_determined_correct_type")


def assert_integer(x, message=None, name=None):
    """Raises TypeError unless `x` has an integer dtype."""
    del name
    if not x.dtype.base_dtype.is_integer:
        raise TypeError(f"{message or ''}Expected '{x.name}' to be integer type.")
    return no_op("statically_determined_was_integer")


def assert_scalar(tensor, name=None, message=None):
    """`tensor`, which must be a scalar. Raises ValueError."""
    del name
    if tensor.dims not in ((), None):
        raise ValueError(
            f"{message or ''}Expected scalar shape for {tensor.name}, saw shape: "
            f"{tensor.shape}."
        )
    return tensor


def is_numeric_tensor(tensor) -> bool:
    """Whether `tensor` is a tensor of numbers."""
    if not isinstance(tensor, Tensor):
        return False
    kind = tensor.dtype.base_dtype
    return kind.is_floating or kind.is_integer or kind.is_complex
