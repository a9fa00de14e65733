"""`slim.model_analyzer`: how many numbers the variables and operations hold."""

from __future__ import annotations

import math


def tensor_description(var) -> str:
    """`float32_ref 3x3x64`-like text."""
    sizes = "x".join(str(d) for d in var.get_shape().as_list())
    return f"({var.dtype.name} {sizes})"


def analyze_vars(variables, print_info=False) -> tuple[int, int]:
    """(numbers, bytes) of all `variables`; with `print_info` told one by one."""
    if print_info:
        print("---------")
        print("Variables: name (type shape) [size]")
        print("---------")
    total = size = 0
    for var in variables:
        count = math.prod(var.get_shape().as_list())
        nbytes = count * var.dtype.base_dtype.size
        total, size = total + count, size + nbytes
        if print_info:
            about = f"{var.name} {tensor_description(var)}"
            print(f"{about} [{count}, bytes: {nbytes}]")
    if print_info:
        print(f"Total size of variables: {total}")
        print(f"Total bytes of variables: {size}")
    return total, size


def analyze_ops(graph, print_info=False) -> int:
    """How many numbers all outputs of known shape in `graph` hold together."""
    if print_info:
        print("---------")
        print("Operations: name -> (type shapes) [size]")
        print("---------")
    total = 0
    for op in graph.get_operations():
        shapes = []
        count = 0
        for out in op.outputs:
            known = out.shape.num_elements()
            count += known or 0
            shapes.append(tensor_description(out) if known is not None else "(?)")
        if print_info:
            print(f"{op.name}\t->\t{', '.join(shapes)} [{count}]")
        total += count
    if print_info:
        print(f"Total size: {total}")
    return total


__all__ = ["analyze_ops", "analyze_vars", "tensor_description"]
