"""Control flow of TensorFlow: order, branches and loops as nodes."""

from __future__ import annotations

from penstock.api.control_flow_cond import case, cond, switch_case
from penstock.api.control_flow_order import (
    group,
    identity_n,
    no_op,
    tuple,
    with_dependencies,
)
from penstock.api.control_flow_while import while_loop

__all__ = [
    "case", "cond", "group", "identity_n", "no_op", "switch_case", "tuple",
    "while_loop", "with_dependencies",
]  # fmt: skip
