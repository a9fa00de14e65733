"""Calls of the mathematics add TensorFlow's nodes: names, types, order, shapes."""

import json
import warnings

import numpy as np
import pytest

import penstock.compat.v1 as tf
from api import math_calls
from penstock.api import operators
from penstock.core import nest
from penstock.ir.graph import Graph
from penstock.ir.tensor import Tensor


def recorded(fixtures) -> dict:
    return json.loads((fixtures / "nodes_math.json").read_text())["calls"]


@pytest.mark.parametrize("call", math_calls.CALLS)
def test_nodes_are_tensorflows(call, fixtures):
    wanted = recorded(fixtures)[call]
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
