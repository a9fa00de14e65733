"""`Op`: everything Penstock knows about one kind of operation, declared in one place.

    @op("Tanh", "x: T -> y: T", shape=same_as(0), where={"T": FLOATING})
    def tanh(x):
        return jnp.tanh(x)

    @tanh.gradient
    def _(node, dy):
        return tanh_grad(node.outputs[0], dy)

The body's keyword-only parameters are the attributes, with their defaults. Calling
the declared name on tensors adds a node wherever the call lands (`context`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from penstock.core.dtypes import DType
from penstock.ir import context
from penstock.ir.signature import Arg, Signature, parse

TABLE: dict[str, Op] = {}

UNARY = "x: T -> y: T"


def _missing(node, *dys):
    raise LookupError(
        f"No gradient is defined for op {node.type} (node '{node.name}'). Wrap its "
        "result in tf.stop_gradient, or leave it out of the loss."
    )


def STOPS(node, *dys):
    """The gradient of an op that lets none through: declared, not forgotten."""
    return [None] * len(node.inputs)


@dataclass(frozen=True, slots=True)
class Kernel:
    """A faster body for one platform.

    takes    like the body, but -> whether `body` serves for arguments of these shapes
             and types and these attributes; it looks at no values but those of `static`
             inputs
    """

    takes: Callable[..., bool]
    body: Callable


@dataclass(slots=True, eq=False)
class Op:
    """One kind of operation.

    body      arrays -> array or tuple of arrays; attributes by keyword
    shape     input tensors, attributes by keyword -> one shape or a list of them
    fold      the body in NumPy, for shape arithmetic at graph or compile time
    static    positions of inputs whose values fix an output shape, or a function
              of the node that gives them
    writes    positions of variable inputs that the body returns new values for
    overwrites  the body does not look at the old values: None stands for them
    host      the body runs as Python on NumPy arrays (strings, files, callbacks)
    keeps     attributes -> first value of a state the node keeps for itself (random
              ops); the body takes it as `kept` and returns (outputs, new state)
    together  several bodies at once, where the inputs are constants: (inputs of each,
              attributes, `kept` of each) -> (output, new state) of each
    nested    the body takes (frame, node) and finds its inputs itself: control flow
    operands_from  position of the first input that goes to the graphs of a nested op
    derives   node -> tensors from which its value follows when a step is compiled
    guard     like the body, but -> (holds, message): what must hold of the values
    stateful  never merged, folded or duplicated
    inline    for a call of a graph: (graph, inputs) -> its nodes' results, there
    sparse    the gradient rule takes IndexedSlices as they are
    text      the body on strings, in NumPy, where `fold` does not serve for them
    kernels   platform -> faster body for it
    slow_in_loops  XLA:CPU runs the body many times slower inside a loop than outside
    """

    type: str
    signature: Signature
    body: Callable
    shape: Callable
    attrs: Mapping[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    where: Mapping[str, tuple[DType, ...]] = field(default_factory=dict)
    fold: Callable | None = None
    static: tuple[int, ...] | Callable = ()
    writes: tuple[int, ...] = ()
    overwrites: bool = False
    host: bool = False
    keeps: Any = None
    together: Any = None
    nested: bool = False
    operands_from: int = 0
    derives: Callable | None = None
    guard: Callable | None = None
    stateful: bool = False
    sparse: bool = False
    inline: Callable | None = None
    text: Callable | None = None
    slow_in_loops: bool = False
    kernels: dict[str, Kernel] = field(default_factory=dict)
    on_host: Op | None = None
    gradient_rule: Callable = _missing
    passes: frozenset[str] = frozenset()
    #: Whether the body is a function of its inputs and attributes alone, on the device.
    pure: bool = field(init=False)

    def __post_init__(self):
        self.pure = not (self.host or self.nested or self.keeps)

    def __call__(self, *inputs, name: str | None = None, **attrs):
        """Add a node: its output tensor, the tuple of them, or the node itself."""
        return context.landing().apply(self, inputs, attrs, name)

    def gradient(self, rule: Callable) -> Callable:
        """Register `rule(node, *dys) -> gradient of each input` (decorator)."""
        self.gradient_rule = rule
        return rule

    def kernel(self, platform: str, *, takes: Callable[..., bool]) -> Callable:
        """Register a faster body for `platform` where `takes` holds (decorator)."""

        def attach(body: Callable) -> Callable:
            self.kernels[platform] = Kernel(takes, body)
            return body

        return attach

    def body_on(self, platform: str, args, attrs: Mapping[str, Any]) -> Callable:
        """The body to run there for `args` (arrays, or what has their shape and dtype).

        `attrs` are those that the body takes.
        """
        kernel = self.kernels.get(platform)
        if kernel is not None and kernel.takes(*args, **attrs):
            return kernel.body
        return self.body

    def for_strings(self) -> Op:
        """This op where it meets strings: the same, run as Python on the host."""
        if self.host or self.nested:
            return self
        if self.on_host is None:
            body = self.text or self.fold or self.body
            self.on_host = replace(self, host=True, body=body, fold=None, guard=None)
        return self.on_host

    @property
    def inputs(self) -> tuple[Arg, ...]:
        return self.signature.inputs

    @property
    def outputs(self) -> tuple[Arg, ...]:
        return self.signature.outputs

    def body_attrs(self, attrs: Mapping[str, Any]) -> dict[str, Any]:
        """Those of `attrs` that the body names."""
        return {k: attrs[k] for k in self.passes}

    def __repr__(self):
        return f"<Op {self.type}>"


def op(
    type: str,
    signature: str = UNARY,
    *,
    shape: Callable,
    attrs: Mapping[str, Any] | None = None,
    where: Mapping[str, tuple[DType, ...]] | None = None,
    gradient: Callable = _missing,
    **flags,
) -> Callable[[Callable], Op]:
    """Declare the op `type` with the decorated function as its body.

    `attrs` lists attributes that only the GraphDef needs, not the body; `where`
    restricts type attributes. `flags` are the fields of `Op`.
    """

    def declare(body: Callable) -> Op:
        parsed = parse(signature)
        parameters = inspect.signature(body).parameters.values()
        keywords = [p for p in parameters if p.kind is p.KEYWORD_ONLY]
        supplied = {"kept"} if flags.get("keeps") else set()
        keywords = [p for p in keywords if p.name not in supplied]
        defaults = {
            p.name: p.default
            for p in keywords
            if p.default is not inspect.Parameter.empty
        }
        derived = {
            n
            for arg in parsed.inputs
            for n in (arg.type_attr, arg.number_attr, arg.list_attr)
        }
        needed = [p.name for p in keywords if p.name not in defaults] + [
            n for n in parsed.type_attrs if n not in (attrs or {})
        ]
        declared = Op(
            type,
            parsed,
            body,
            shape,
            attrs={**(attrs or {}), **defaults},
            required=tuple(
                n for n in dict.fromkeys(needed) if n not in derived | set(defaults)
            ),
            where=where or {},
            gradient_rule=gradient,
            passes=frozenset(p.name for p in keywords),
            **flags,
        )
        if type in TABLE:
            raise ValueError(f"Op {type} is declared twice.")
        TABLE[type] = declared
        return declared

    return declare
