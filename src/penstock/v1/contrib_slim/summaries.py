"""`slim.summaries`: summaries of several tensors in one call."""

from __future__ import annotations

from penstock.v1 import summary


def add_scalar_summary(tensor, name=None, prefix=None, print_summary=False):
    """A scalar summary, with `print_summary` printed in each run too."""
    name = name or tensor.op.name
    name = f"{prefix}/{name}" if prefix else name
    if print_summary:
        from penstock.api.script import Print

        tensor = Print(tensor, [tensor], name)
    return summary.scalar(name, tensor)


def add_histogram_summary(tensor, name=None, prefix=None):
    name = name or tensor.op.name
    return summary.histogram(f"{prefix}/{name}" if prefix else name, tensor)


def add_image_summary(tensor, name=None, prefix=None, print_summary=False):
    name = name or tensor.op.name
    return summary.image(f"{prefix}/{name}" if prefix else name, tensor)


def add_scalar_summaries(tensors, prefix=None, print_summary=False) -> list:
    return [add_scalar_summary(t, None, prefix, print_summary) for t in tensors]


def add_histogram_summaries(tensors, prefix=None) -> list:
    return [add_histogram_summary(t, None, prefix) for t in tensors]


def add_image_summaries(tensors, prefix=None) -> list:
    return [add_image_summary(t, None, prefix) for t in tensors]


def add_zero_fraction_summary(tensor, name=None, prefix=None, print_summary=False):
    """The share of zeros in `tensor` as a scalar."""
    from penstock.v1.nn import zero_fraction

    share = zero_fraction(tensor)
    prefix = prefix or "Fraction of Zero Values"
    return add_scalar_summary(share, name or tensor.op.name, prefix, print_summary)


__all__ = [
    "add_histogram_summaries", "add_histogram_summary", "add_image_summaries",
    "add_image_summary", "add_scalar_summaries", "add_scalar_summary",
    "add_zero_fraction_summary",
]  # fmt: skip
