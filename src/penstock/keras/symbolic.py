"""Functions called on symbolic Keras tensors: each call becomes a layer.

Importing this gives `KerasTensor` its operators, and lets the public functions of the
2.x face and of `keras.ops` look for symbolic tensors among their arguments. Functions
that get past it (called by Keras' own functions, say) leave plain nodes between the
layers; `promoted` makes layers of those that have a name in TensorFlow.
"""

from __future__ import annotations

import functools
import inspect
from types import FunctionType
from typing import Any

import numpy as np

from penstock.api import namespace
from penstock.ir import context
from penstock.ir.constant import constant_value
from penstock.ir.node import Node
from penstock.ir.tensor import Tensor
from penstock.keras import scratch
from penstock.keras.keras_tensor import KerasTensor
from penstock.keras.operation_names import canonical, class_of
from penstock.keras.operations import (
    KerasOperation,
    SlicingOpLambda,
    TFOpLambda,
    stored_index,
)
from penstock.keras.scratch import LayerCall

_PLACES = ("", "math", "nn", "linalg", "image", "signal", "strings", "random",
           "bitwise", "dtypes")  # fmt: skip
#: Functions about tensors, not of them.
_LEFT_ALONE = frozenset(
    "is_tensor is_symbolic_tensor get_static_value function custom_gradient no_op"
    " group print py_function numpy_function init_scope executing_eagerly"
    " control_dependencies recompute_grad grad_pass_through as_dtype gradients hessians"
    " variable_creator_scope device".split()
)


def _holds(value) -> bool:
    kind = type(value)
    if kind is KerasTensor:
        return True
    if kind is list or kind is tuple:
        return any(type(v) is KerasTensor for v in value)
    return False


def _at_top() -> bool:
    """Whether no layer is being called: then a function is a layer of its own."""
    return not isinstance(context.landing(), scratch.ScratchGraph)


def _watching(function, called):
    """`function`, or `called(args, kwargs)` where a symbolic tensor is given."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        for value in args:
            if _holds(value) and _at_top():
                return called(args, kwargs)
        if kwargs:
            for value in kwargs.values():
                if _holds(value) and _at_top():
                    return called(args, kwargs)
        return function(*args, **kwargs)

    return call


# --- functions of the 2.x face --------------------------------------------------------


def _adapt(path: str, name: str, found: Any) -> Any:
    if not isinstance(found, FunctionType) or name in _LEFT_ALONE:
        return found

    def called(args, kwargs):
        layer = TFOpLambda(canonical(path, name))
        args, kwargs = _by_name(found, args, kwargs)
        return layer(*args, **kwargs)

    return _watching(found, called)


def _by_name(function, args, kwargs):
    """The first argument, and the others by name, as Keras 2 stores a call."""
    signature = inspect.signature(function)
    bound = signature.bind(*args, **kwargs)
    kinds = {p.kind for p in signature.parameters.values()}
    if inspect.Parameter.VAR_POSITIONAL in kinds or not bound.arguments:
        return args, kwargs
    (_, first), *rest = bound.arguments.items()
    return (first,), {k: v for k, v in rest if k != "name"}


# --- functions of keras.ops -----------------------------------------------------------

#: Parameters that Keras 3 keeps with the call; the others are the operation's settings.
_TENSORS = frozenset(
    "x x1 x2 xs y inputs a b condition indices values data start_indices kernel"
    " target output mean variance q k v query key value operands updates".split()
)


def _adapt_keras_3(path: str, name: str, found: Any) -> Any:
    if not isinstance(found, FunctionType) or name in ("is_tensor", "shape", "ndim"):
        return found
    if found.__module__.endswith("ops.loops"):  # functions of functions
        return found

    def called(args, kwargs):
        signature = inspect.signature(found)
        given = signature.bind(*args, **kwargs).arguments
        parameters = signature.parameters.values()
        if any(p.kind is p.VAR_POSITIONAL for p in parameters):
            tensors, settings = list(args), kwargs
        else:
            open_ended = [p.name for p in parameters if p.kind is p.VAR_KEYWORD]
            held = [k for k, v in given.items() if k in _TENSORS or _holds(v)]
            tensors = [given.pop(k) for k in held]
            settings = {k: v for k, v in given.items() if k not in open_ended}
            for key in open_ended:
                settings.update(given.get(key, {}))
        module, kind = class_of(name, path)
        return KerasOperation(kind, settings, module=module)(*tensors)

    return _watching(found, called)


# --- operators ------------------------------------------------------------------------

_BINARY = {
    "add": ("__operators__.add", "y"), "sub": ("math.subtract", "y"),
    "mul": ("math.multiply", "y"), "truediv": ("math.truediv", "y"),
    "div": ("math.truediv", "y"), "floordiv": ("compat.v1.floor_div", "y"),
    "mod": ("math.floormod", "y"), "pow": ("math.pow", "y"),
    "matmul": ("linalg.matmul", "b"), "lt": ("math.less", "y"),
    "le": ("math.less_equal", "y"), "gt": ("math.greater", "y"),
    "ge": ("math.greater_equal", "y"),
}  # fmt: skip
_LOGIC = {"and": "logical_and", "or": "logical_or", "xor": "logical_xor"}


def _binary(name: str, function: str, second: str, reflected: bool):
    plain = getattr(Tensor, name)

    def operator(x, y):
        if not _at_top():
            return plain(x, y)
        first, other = (y, x) if reflected else (x, y)
        return TFOpLambda(function)(first, **{second: other})

    return operator


_COMPARED = (Tensor, np.ndarray, np.generic, int, float)


def _equality(name: str):
    plain = getattr(Tensor, f"_{'equal' if name == 'eq' else 'not_equal'}")

    def operator(x, other):
        if not isinstance(other, _COMPARED) or not _at_top():
            return plain(x, other)
        return TFOpLambda(f"__operators__.{name}")(x, y=other)

    return operator


def _logic(name: str, reflected: bool):
    def operator(x, y):
        kind = "math.logical" if x.dtype.is_bool else "bitwise.bitwise"
        made = _binary(name, f"{kind}_{name.strip('_').lstrip('r')}", "y", reflected)
        return made(x, y)

    return operator


def _unary(name: str, function: str):
    plain = getattr(Tensor, name)

    def operator(x):
        return TFOpLambda(function)(x) if _at_top() else plain(x)

    return operator


def _getitem(x, spec):
    if not _at_top():
        return Tensor.__getitem__(x, spec)
    layer = SlicingOpLambda("__operators__.getitem")
    return layer(x, slice_spec=stored_index(spec))


def attach() -> None:
    """Give `KerasTensor` operators that make layers."""
    import penstock.api.operators  # noqa: F401  (the plain ones)

    kind: Any = KerasTensor
    for name, (function, second) in _BINARY.items():
        setattr(kind, f"__{name}__", _binary(f"__{name}__", function, second, False))
        if name not in ("lt", "le", "gt", "ge"):
            back = f"__r{name}__"
            setattr(kind, back, _binary(back, function, second, True))
    for name in _LOGIC:
        setattr(kind, f"__{name}__", _logic(f"__{name}__", False))
        setattr(kind, f"__r{name}__", _logic(f"__r{name}__", True))
    kind.__neg__ = _unary("__neg__", "math.negative")
    kind.__abs__ = _unary("__abs__", "math.abs")
    kind.__invert__ = _unary("__invert__", "math.logical_not")
    kind.__getitem__ = _getitem
    kind._equal, kind._not_equal = _equality("eq"), _equality("ne")


# --- plain nodes ----------------------------------------------------------------------

#: Op type -> (TensorFlow's function, its arguments after the first, attributes).
_FUNCTIONS: dict[str, tuple[str, tuple[str, ...], dict[str, str]]] = {
    **{t: (f"math.{n}", ("y",), {}) for t, n in {
        "AddV2": "add", "Sub": "subtract", "Mul": "multiply", "RealDiv": "truediv",
        "Maximum": "maximum", "Minimum": "minimum", "Pow": "pow",
        "SquaredDifference": "squared_difference", "Greater": "greater",
        "GreaterEqual": "greater_equal", "Less": "less", "LessEqual": "less_equal",
        "Equal": "equal", "NotEqual": "not_equal", "LogicalAnd": "logical_and",
        "LogicalOr": "logical_or", "FloorMod": "floormod",
    }.items()},
    **{t: (f"math.{n}", (), {}) for t, n in {
        "Neg": "negative", "Exp": "exp", "Log": "log", "Sqrt": "sqrt", "Abs": "abs",
        "Square": "square", "Tanh": "tanh", "Sigmoid": "sigmoid", "Sin": "sin",
        "Cos": "cos", "Sign": "sign", "Round": "round", "Log1p": "log1p",
        "Rsqrt": "rsqrt", "Erf": "erf", "Softplus": "softplus",
        "LogicalNot": "logical_not",
    }.items()},
    **{t: (f"math.reduce_{t.lower()}", ("axis",), {"keep_dims": "keepdims"})
       for t in ("Sum", "Mean", "Max", "Min", "Prod", "All", "Any")},
    "Relu": ("nn.relu", (), {}), "Elu": ("nn.elu", (), {}),
    "Selu": ("nn.selu", (), {}), "Relu6": ("nn.relu6", (), {}),
    "Softsign": ("nn.softsign", (), {}), "Softmax": ("nn.softmax", (), {}),
    "Identity": ("identity", (), {}), "StopGradient": ("stop_gradient", (), {}),
    "Reshape": ("reshape", ("shape",), {}),
    "ExpandDims": ("expand_dims", ("axis",), {}),
    "Transpose": ("compat.v1.transpose", ("perm",), {}),
    "MatMul": ("linalg.matmul", ("b",),
               {"transpose_a": "transpose_a", "transpose_b": "transpose_b"}),
    "Cast": ("cast", (), {"DstT": "dtype"}),
    "Squeeze": ("compat.v1.squeeze", (), {"squeeze_dims": "axis"}),
    "ConcatV2": ("concat", ("axis",), {}), "Pack": ("stack", (), {"axis": "axis"}),
    "ArgMax": ("math.argmax", ("axis",), {"output_type": "output_type"}),
    "SelectV2": ("where", ("x", "y"), {}), "OnesLike": ("ones_like", (), {}),
    "ZerosLike": ("zeros_like", (), {}), "Tile": ("tile", ("multiples",), {}),
}  # fmt: skip


def promoted(steps: list) -> list:
    """`steps` with layers for those plain nodes that a function of TensorFlow names."""
    out = []
    for step in steps:
        if isinstance(step, Node) and step.type in _FUNCTIONS:
            made = scratch.history(step.outputs[0])
            step = made[0] if made is not None else _as_call(step)
        out.append(step)
    needed = {id(t) for s in out for t in (s.input_tensors if isinstance(s, LayerCall)
                                           else s.inputs)}  # fmt: skip
    return [s for s in out if not _is_unused(s, needed)]


def _is_unused(step, needed: set[int]) -> bool:
    return (
        isinstance(step, Node)
        and step.type == "Const"
        and id(step.outputs[0]) not in needed
    )


def _captured(tensor) -> Any:
    """The eager tensor that `tensor` stands for in the scratch graph, or None."""
    captures = tensor._node.graph.captures.values()
    outer = next((o for o, inner in captures if inner is tensor), None)
    return outer if outer is not None and outer.dtype.name != "resource" else None


def _as_call(node: Node) -> LayerCall:
    function, names, attrs = _FUNCTIONS[node.type]

    def given(value):
        if isinstance(value, list):
            return [given(v) for v in value]
        outside = _captured(value)
        if outside is not None:  # an eager tensor, such as the axes of a reduction
            return outside.numpy() if outside.dtype.is_integer else outside
        known = constant_value(value) if value._node.type == "Const" else None
        return value if known is None else known

    first, *others = node.grouped
    kwargs = {k: given(v) for k, v in zip(names, others, strict=True)}
    kwargs.update({k: node.attrs[t] for t, k in attrs.items() if t in node.attrs})
    layer = TFOpLambda(function)
    call = LayerCall(layer, (given(first),), kwargs, list(node.outputs))
    scratch.remember(call)
    layer._calls_made.append(call)
    return call


attach()
namespace.adapt("penstock", _PLACES, _adapt)
namespace.adapt(
    "penstock.keras", ("ops", "ops.numpy", "ops.nn", "ops.linalg", "ops.image"),
    _adapt_keras_3,
)  # fmt: skip
