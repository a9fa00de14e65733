"""`tf.autodiff.ForwardAccumulator`: derivatives along a direction.

A Jacobian-vector product is what the backward pass, which is linear in the gradients
that come in, gives when it is differentiated by them.
"""

from __future__ import annotations

from penstock.core import nest
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.runtime.eager.recorder import RECORDER
from penstock.v2.tape import GradientTape

__all__ = ["ForwardAccumulator"]


class ForwardAccumulator:
    """Records what is computed from `primals`, to be derived along `tangents`.

    `primals` are tensors or variables, `tangents` tensors of the same shapes. As
    `tf.autodiff.ForwardAccumulator`.
    """

    def __init__(self, primals, tangents):
        self._primals = nest.flatten(primals)
        given = nest.flatten(tangents)
        if len(given) != len(self._primals):
            raise ValueError(
                f"ForwardAccumulator: {len(self._primals)} primals, but {len(given)} "
                "tangents. Give one tangent for each primal."
            )
        self._tangents = []
        for primal, tangent in zip(self._primals, given, strict=True):
            tangent = as_tensor(RECORDER, tangent, primal.dtype, None)
            if primal.shape != tangent.shape:
                raise ValueError(
                    f"ForwardAccumulator: a tangent of shape {tangent.shape} for a "
                    f"primal of shape {primal.shape}. They must have the same shape."
                )
            self._tangents.append(tangent)
        self._tape = GradientTape(persistent=True, watch_accessed_variables=False)

    def __enter__(self) -> ForwardAccumulator:
        self._tape.__enter__()
        for primal in self._primals:
            self._tape.watch(primal)
        return self

    def __exit__(self, kind, error, traceback) -> None:
        self._tape.__exit__(kind, error, traceback)

    def jvp(self, primals, unconnected_gradients="none"):
        """The derivative of each tensor of `primals` along the tangents.

        None where a tensor does not depend on what is accumulated, zeros with
        `unconnected_gradients="zero"`.
        """
        kind = getattr(unconnected_gradients, "value", unconnected_gradients)
        return nest.map_structure(lambda y: self._along(y, kind == "zero"), primals)

    def _along(self, target, zero: bool):
        y = as_tensor(RECORDER, target, None, None)
        for primal, tangent in zip(self._primals, self._tangents, strict=True):
            if primal is target:
                return tangent
        weights = TABLE["OnesLike"](y)
        with GradientTape(watch_accessed_variables=False) as inner:
            inner.watch(weights)
            back = self._tape.gradient(target, self._primals, weights)
        pairs = [
            (as_tensor(RECORDER, g, None, None), t)
            for g, t in zip(back, self._tangents, strict=True)
            if g is not None
        ]
        found = None
        if pairs:
            found = inner.gradient(
                [g for g, _ in pairs], weights, [t for _, t in pairs]
            )
        return TABLE["ZerosLike"](y) if found is None and zero else found
