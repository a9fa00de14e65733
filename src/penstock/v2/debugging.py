"""`tf.debugging` of 2.x: what the shared checks lack."""

from __future__ import annotations

import numpy as np

from penstock.api.debugging import Assert
from penstock.core.dtypes import as_dtype
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE


def assert_near(x, y, rtol=None, atol=None, message=None, summarize=None, name=None):
    """|x - y| <= atol + rtol * |y| elementwise; InvalidArgumentError otherwise."""
    where = context.landing()
    x = as_tensor(where, x, None, "x")
    y = as_tensor(where, y, x.dtype, "y")
    import ml_dtypes

    step = 10 * float(ml_dtypes.finfo(x.dtype.np).eps)
    rtol = as_tensor(where, step if rtol is None else rtol, x.dtype, None)
    atol = as_tensor(where, step if atol is None else atol, x.dtype, None)
    gap = TABLE["Abs"](TABLE["Sub"](x, y))
    room = TABLE["AddV2"](atol, TABLE["Mul"](rtol, TABLE["Abs"](y)))
    near = TABLE["LessEqual"](gap, room)
    axes = np.arange(len(near.dims or ()), dtype=np.int32)
    text = message or "x and y not equal to tolerance"
    return Assert(TABLE["All"](near, axes), [text, x, y], summarize, name)


def assert_shapes(shapes, data=None, summarize=None, message=None, name=None) -> None:
    """Sizes that agree with what is said: numbers, or names that stand for one size.

    Raises ValueError where they do not.
    """
    pairs = shapes.items() if isinstance(shapes, dict) else shapes
    known: dict = {}
    for x, wanted in pairs:
        tensor = as_tensor(
            context.landing(), getattr(x, "deref", lambda x=x: x)(), None, None
        )
        dims = tensor.shape._dims
        wanted = list(wanted) if isinstance(wanted, list | tuple | str) else [wanted]
        if dims is None:
            continue
        if wanted and wanted[0] is Ellipsis:
            wanted = wanted[1:]
            dims = dims[len(dims) - len(wanted) :]
        if len(dims) != len(wanted):
            raise ValueError(
                f"{message or ''} assert_shapes: a tensor of shape {tensor.shape} does "
                f"not have rank {len(wanted)}."
            )
        for size, want in zip(dims, wanted, strict=True):
            want = known.setdefault(want, size) if isinstance(want, str) else want
            if None not in (size, want) and size != want:
                raise ValueError(
                    f"{message or ''} assert_shapes: a tensor of shape {tensor.shape} "
                    f"should have size {want} where it has {size}."
                )


def assert_all_finite(x, message=None, name=None):
    """`x`; InvalidArgumentError where it has a NaN or an infinity."""
    return TABLE["CheckNumerics"](x, message=message or "")


def assert_same_float_dtype(tensors=None, dtype=None):
    """The one floating dtype of all `tensors`. Raises ValueError otherwise."""
    kinds = {t.dtype.base_dtype for t in tensors or []}
    if dtype is not None:
        kinds.add(as_dtype(dtype))
    if len(kinds) > 1 or any(not k.is_floating for k in kinds):
        raise ValueError(
            f"Expected one floating point type, got {sorted(k.name for k in kinds)}."
        )
    return kinds.pop() if kinds else as_dtype("float32")


def assert_proper_iterable(values) -> None:
    """Raises TypeError for a tensor, an array or what cannot be iterated."""
    if hasattr(values, "dtype") or isinstance(values, str | bytes):
        raise TypeError(
            f"Expected argument 'values' to be a list, received {values!r}."
        )
    iter(values)


def enable_check_numerics(stack_height_limit=30, path_length_limit=50) -> None:
    """Raise where an eager operation gives NaN or infinity."""
    from penstock.runtime.eager import RECORDER

    RECORDER.flush()
    RECORDER.strict = RECORDER.checked = True


def disable_check_numerics() -> None:
    from penstock.runtime.eager import RECORDER

    RECORDER.strict = RECORDER.checked = False


def enable_traceback_filtering() -> None:
    """Accepted: tracebacks are the program's."""


def disable_traceback_filtering() -> None:
    """Accepted."""


def is_traceback_filtering_enabled() -> bool:
    return True


def set_log_device_placement(enabled: bool) -> None:
    """Accepted: there is nothing to log."""


def get_log_device_placement() -> bool:
    return False


__all__ = [
    "assert_all_finite", "assert_near", "assert_proper_iterable",
    "assert_same_float_dtype", "assert_shapes", "disable_check_numerics",
    "disable_traceback_filtering", "enable_check_numerics",
    "enable_traceback_filtering", "get_log_device_placement",
    "is_traceback_filtering_enabled", "set_log_device_placement",
]  # fmt: skip
