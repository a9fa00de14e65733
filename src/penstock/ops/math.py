"""The everyday mathematics, by name, for gradient rules of other families."""

# ruff: noqa: F401
from penstock.ops.math_arithmetic import (
    add,
    div_no_nan,
    floor_div,
    floor_mod,
    mul,
    neg,
    real_div,
    squared_difference,
    sub,
)
from penstock.ops.math_binary import maximum, minimum, power
from penstock.ops.math_broadcast import unbroadcast
from penstock.ops.math_cast import cast
from penstock.ops.math_comparison import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    not_equal,
    select,
)
from penstock.ops.math_cumulative import cumprod, cumsum
from penstock.ops.math_elementwise import (
    abs_,
    exp,
    log,
    log1p,
    reciprocal,
    rsqrt,
    sigmoid,
    sign,
    sqrt,
    square,
    tanh,
)
from penstock.ops.math_matmul import batch_matmul, matmul
from penstock.ops.math_reduction import (
    all_,
    any_,
    arg_max,
    arg_min,
    max_,
    mean,
    min_,
    prod,
    range_,
    sum_,
)
