"""Calls of the mathematics add TensorFlow's nodes: names, types, order, shapes."""

import json
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

import penstock.ops  # noqa: F401
from api import math_calls
from penstock.api import array, linalg, math, nn, operators, signal
from penstock.core import dtypes, nest
from penstock.ir.graph import Graph
from penstock.ir.tensor import Tensor
from penstock.v1 import array as v1_array
from penstock.v1 import math as v1_math
from penstock.v1.placeholders import placeholder


def face() -> SimpleNamespace:
    """The names of the 1.x face that the calls use."""
    names: dict = {}
    for module in (array, math, v1_array, v1_math):
        names.update(vars(module))
    names["math"] = SimpleNamespace(**{**vars(math), **vars(v1_math)})
    names["linalg"] = SimpleNamespace(**vars(linalg))
    names["bitwise"] = names["math"]
    names["signal"] = SimpleNamespace(**vars(signal))
    names["nn"] = SimpleNamespace(**vars(nn))
    for name in ("float32", "float64", "int32", "int64", "bool", "uint8", "complex64"):
        names[name] = getattr(dtypes, name)
    names["placeholder"] = placeholder
    return SimpleNamespace(**names)


def recorded(fixtures) -> dict:
    return json.loads((fixtures / "nodes_math.json").read_text())["calls"]


@pytest.mark.parametrize("call", math_calls.CALLS)
def test_nodes_are_tensorflows(call, fixtures):
    wanted = recorded(fixtures)[call]
    tf = face()
    graph = Graph()
    with graph.as_default(), warnings.catch_warnings():
        names = math_calls.inputs(tf)
        before = len(graph.get_operations())
        result = eval(call, {"tf": tf, "np": np, **names})
        nodes = [[n.name, n.type] for n in graph.get_operations()[before:]]
    got = [
        [t.dtype.base_dtype.name, None if t.dims is None else list(t.dims)]
        for t in nest.flatten(result)
        if isinstance(t, Tensor)
    ]
    assert got == wanted["results"]
    if call not in math_calls.OTHERWISE:
        assert nodes == wanted["nodes"]


def test_operators_are_attached():
    assert Tensor.__add__.__module__ == operators.__name__
