"""`tf.contrib.opt`: variables set by optimizers outside the graph, SciPy's first."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.v1.variable_lists import trainable_variables


class ExternalOptimizerInterface:
    """Minimises `loss` outside the graph; a kind says how (`_minimize`)."""

    def __init__(
        self, loss, var_list=None, equalities=None, inequalities=None,
        var_to_bounds=None, **optimizer_kwargs,
    ):  # fmt: skip
        from penstock.v1.gradients import gradients

        self._loss = loss
        self._vars: list[Any] = list(var_list or trainable_variables())
        self._sides = [
            (list(equalities or ()), "eq"),
            (list(inequalities or ()), "ineq"),
        ]
        self.optimizer_kwargs = optimizer_kwargs
        self._bounds = var_to_bounds
        self._slopes = {
            id(y): self._flat(gradients(y, self._vars))
            for y in (loss, *(c for side, _ in self._sides for c in side))
        }

    def _flat(self, grads):
        from penstock.api import array

        rows = [
            array.reshape(array.zeros_like(v) if g is None else g, [-1])
            for g, v in zip(grads, self._vars, strict=True)
        ]
        return array.concat(rows, 0)

    def minimize(
        self, session=None, feed_dict=None, fetches=None, step_callback=None,
        loss_callback=None, **run_kwargs,
    ):  # fmt: skip
        """Set the variables to what minimises the loss under `feed_dict`."""
        from penstock.v1.default_graph import get_default_session

        run: Any = (session or get_default_session()).run
        sizes = [int(np.prod(v.shape.as_list())) for v in self._vars]
        cuts = np.cumsum(sizes)[:-1]
        starts = run(self._vars)
        kind = starts[0].dtype
        start = np.concatenate([np.ravel(v) for v in starts])

        def parts(x) -> dict:
            rows = np.split(np.asarray(x, kind), cuts)
            return {
                v: r.reshape(v.shape.as_list())
                for v, r in zip(self._vars, rows, strict=True)
            }

        def at(x):
            feeds = parts(x)
            return {**(feed_dict or {}), **{v._ref(): r for v, r in feeds.items()}}

        def value(y):
            slope = self._slopes[id(y)]

            def asked(x):
                loss, grad, *seen = run([y, slope, *(fetches or ())], at(x))
                if loss_callback is not None and y is self._loss:
                    loss_callback(*seen)
                return np.float64(loss), np.asarray(grad, np.float64)

            return asked

        found = self._minimize(
            start.astype(np.float64), value(self._loss),
            [(value(c), kind_) for side, kind_ in self._sides for c in side],
            self._limits(sizes), step_callback, {**self.optimizer_kwargs, **run_kwargs},
        )  # fmt: skip
        for var, row in parts(found).items():
            var.load(row, session or get_default_session())

    def _limits(self, sizes):
        if self._bounds is None:
            return None
        rows = []
        for var, size in zip(self._vars, sizes, strict=True):
            low, high = self._bounds.get(var, (-np.inf, np.inf))
            shape = var.shape.as_list()
            pair = [np.broadcast_to(b, shape).ravel() for b in (low, high)]
            rows += list(zip(*pair, strict=True)) if size else []
        return rows

    def _minimize(self, start, loss, constraints, bounds, callback, options) -> Any:
        raise NotImplementedError


class ScipyOptimizerInterface(ExternalOptimizerInterface):
    """By `scipy.optimize.minimize`, L-BFGS-B unless `method` says otherwise."""

    def _minimize(self, start, loss, constraints, bounds, callback, options):
        from scipy import optimize

        method = options.pop("method", "SLSQP" if constraints else "L-BFGS-B")
        rules = [
            {
                "type": kind,
                "fun": lambda x, c=c: np.atleast_1d(c(x)[0]),
                "jac": lambda x, c=c: c(x)[1],
            }
            for c, kind in constraints
        ]
        found = optimize.minimize(
            loss, start, jac=True, method=method, callback=callback, bounds=bounds,
            constraints=rules, **options,
        )  # fmt: skip
        return found.x


__all__ = ["ExternalOptimizerInterface", "ScipyOptimizerInterface"]
